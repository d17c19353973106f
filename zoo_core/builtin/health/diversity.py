"""How different generated images are from each other, beside the data's own diversity."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SIDE = 16
"""Pixels of a side that are compared; larger images are averaged down."""

BINS = 32
"""Groups into which the real images are sorted."""

ROUNDS = 10
"""Of k-means, which ends well before on what it is used for here."""

_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """Measures of some generated images; each is 1 for images that are as the data.

    Args:
        spread: mean distance of two images, over that of two real ones.
        modes: effective number of groups of real images that they fall into, exp of the entropy,
            over that of as many real ones.
        nearest: median distance of an image to the nearest other one, over that of as many real
            ones: near 0 for copies, also of very many different images.
        distance: median distance to the nearest real image, over that of other real images.
    """

    spread: float
    modes: float
    nearest: float
    distance: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Yardstick:
    """What is kept of the real images.

    Args:
        rows: (R, D) reduced real images, without some that are kept apart.
        centres: (K, D) of the groups.
        spread: mean distance of two of the images that are kept apart.
        modes: effective number of their groups.
        nearest: median distance of one of them to the nearest other one.
        distance: median distance of one of them to the nearest of `rows`.
    """

    rows: Tensor
    centres: Tensor
    spread: float
    modes: float
    nearest: float
    distance: float

    @classmethod
    def of(cls, rows: Tensor, count: int) -> Yardstick:
        """Return the yardstick of (R, D) reduced real images for so many images, fewer than R."""
        apart, others = rows[:count], rows[count:]
        centres = grouped(rows, min(BINS, len(rows) // 2))
        return cls(
            rows=others,
            centres=centres,
            spread=mean_distance(apart),
            modes=effective_number(apart, centres),
            nearest=nearest_other(apart),
            distance=nearest_of(apart, others),
        )

    def compare(self, samples: Tensor) -> Diversity:
        """Return the measures of (N, D) reduced samples."""
        return Diversity(
            spread=_ratio(mean_distance(samples), self.spread),
            modes=_ratio(effective_number(samples, self.centres), self.modes),
            nearest=_ratio(nearest_other(samples), self.nearest),
            distance=_ratio(nearest_of(samples, self.rows), self.distance),
        )


def reduced(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) as rows (N, D) of at most `SIDE` x `SIDE` pixels."""
    window = [max(1, -(-side // SIDE)) for side in images.shape[2:]]
    if window != [1, 1]:
        images = torch.nn.functional.avg_pool2d(images, window, ceil_mode=True)
    return images.flatten(1).float()


def mean_distance(rows: Tensor) -> float:
    """Return the mean distance of two different rows of (N, D)."""
    count = len(rows)
    return float(torch.cdist(rows, rows).sum()) / (count * (count - 1))


def nearest_other(rows: Tensor) -> float:
    """Return the median distance of a row of (N, D) to the nearest other one."""
    distances = torch.cdist(rows, rows)
    distances.fill_diagonal_(torch.inf)
    return float(distances.amin(1).median())


def nearest_of(rows: Tensor, others: Tensor) -> float:
    """Return the median distance of a row of (N, D) to the nearest of (M, D)."""
    return float(torch.cdist(rows, others).amin(1).median())


def effective_number(rows: Tensor, centres: Tensor) -> float:
    """Return exp of the entropy of the groups that (N, D) fall into, 1 to K."""
    counts = torch.bincount(torch.cdist(rows, centres).argmin(1), minlength=len(centres))
    shares = counts[counts > 0].double() / len(rows)
    return float(torch.exp(-(shares * shares.log()).sum()))


def grouped(rows: Tensor, count: int) -> Tensor:
    """Return the centres (K, D) of groups of rows (N, D): k-means from far apart rows."""
    centres = _far_apart(rows, count)
    for _ in range(ROUNDS):
        chosen = torch.nn.functional.one_hot(torch.cdist(rows, centres).argmin(1), len(centres))
        sizes = chosen.sum(0)
        means = chosen.T.to(rows.dtype) @ rows / sizes.clamp(min=1).unsqueeze(1)
        centres = torch.where(sizes.unsqueeze(1) > 0, means, centres)
    return centres


def _far_apart(rows: Tensor, count: int) -> Tensor:
    """Return the row nearest to the mean, then again and again that farthest from all chosen."""
    away = torch.cdist(rows, rows.mean(0, keepdim=True)).squeeze(1)
    chosen = [int(away.argmin())]
    away = torch.full_like(away, torch.inf)
    while len(chosen) < count:
        away = torch.minimum(away, torch.cdist(rows, rows[chosen[-1:]]).squeeze(1))
        chosen.append(int(away.argmax()))
    return rows[chosen]


def _ratio(value: float, real: float) -> float:
    return value / max(real, _TINY)
