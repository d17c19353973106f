"""Kernel inception distance (Binkowski et al. 2018, arXiv:1801.01401, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Comparison, Draws, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.choosing import choose
from zoo_plugin_metrics.reading import features_of

Rows = NDArray[np.float32]

CHUNK = 64
"""Rows whose kernels are computed at once; they stay in the processor's cache."""


class Kid(Metric):
    """Estimate the squared maximum mean discrepancy of the features without bias.

    The kernel is (x . y / F + 1)^3 for features of length F; `kid` is the mean over subsets,
    `kid.std` the deviation between them, left out where there is only one. The expectation does
    not depend on the counts, so sets with fewer images than `subset_size` are compared in subsets
    of what there is, at the price of a larger spread. It may be slightly negative where two sets
    are alike.

    Args:
        subsets: how many random subsets are compared; one where both sets are taken whole.
        subset_size: images of each side in a subset; all where there are fewer.
    """

    scores: ClassVar[Mapping[str, Better]] = {"kid": "lower", "kid.std": "lower"}
    least = 2

    def __init__(
        self,
        *,
        subsets: Annotated[int, Between(1, 10000)] = 100,
        subset_size: Annotated[int, Between(2, 100000)] = 1000,
    ) -> None:
        self.subsets, self.subset_size = subsets, subset_size

    def reference(self, real: Real, rng: Draws) -> Reference:
        rows = features_of(real.compared(), whose="real images", least=self.least)
        return {"features": rows}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        fake = features_of(compared.fake, whose="samples", least=self.least)
        return self.between(fake, compared.reference["features"], compared.rng)

    def between(self, fake: Tensor, real: Tensor, rng: Draws) -> Mapping[str, float]:
        """Return the scores of features (N, F) and (M, F)."""
        size = min(self.subset_size, len(fake), len(real))
        number = 1 if size == max(len(fake), len(real)) else self.subsets
        rows = _chosen(len(fake), size, rng.child("fake"), number)
        others = _chosen(len(real), size, rng.child("real"), number)
        mean, spread = over_subsets(fake, real, rows, others)
        # one subset has no spread
        return {"kid": mean, "kid.std": spread} if number > 1 else {"kid": mean}


def _chosen(count: int, size: int, rng: Draws, number: int) -> Tensor:
    # written into one tensor: many small ones between large ones that are freed waste memory
    found = torch.empty(number, size, dtype=torch.int64)
    for index, rows in enumerate(found):
        rows.copy_(choose(count, size, rng.child(index)))
    return found


def over_subsets(fake: Tensor, real: Tensor, rows: Tensor, others: Tensor) -> tuple[float, float]:
    """Return mean and standard deviation of `squared_discrepancy` over subsets.

    Args:
        fake: features (N, F), float32.
        real: features (M, F), float32.
        rows: (S, size) int64, which samples are in each subset.
        others: (S, size) int64, which real images.
    """
    # in numpy alone: its threads and torch's would wait for each other on the same processors
    x, y = fake.numpy(), real.numpy()
    count, length = rows.shape[1], x.shape[1]
    first, second = (np.empty((count, length), np.float32) for _ in "xy")
    room = np.empty((count, count), np.float32)
    found = []
    for of_x, of_y in zip(rows.numpy(), others.numpy(), strict=True):
        # "clip" writes straight into the rows; none is out of range
        np.take(x, of_x, axis=0, out=first, mode="clip")
        np.take(y, of_y, axis=0, out=second, mode="clip")
        found.append(squared_discrepancy(first, second, room))
    return float(np.mean(found)), float(np.std(found))


def squared_discrepancy(first: Rows, second: Rows, room: Rows | None = None) -> float:
    """Return the unbiased estimate of the squared maximum mean discrepancy (their equation 4).

    Products and kernels are computed in float32, sums of rows are added up in float64: the
    rounding is below a millionth of the kernel's mean, far less than another subset would change.

    Args:
        first: (M, F).
        second: (M, F).
        room: (M, M), where products are computed; overwritten.
    """
    count = len(first)
    within = _sum_within(first, room) + _sum_within(second, room)
    across = _sum_of_kernels(np.matmul(first, second.T, out=room), first.shape[1])
    return within / (count * (count - 1)) - 2 * across / count**2


def _sum_within(rows: Rows, room: Rows | None) -> float:
    products = np.matmul(rows, rows.T, out=room)
    own = _sum_of_kernels(products.diagonal()[np.newaxis], rows.shape[1])
    return _sum_of_kernels(products, rows.shape[1]) - own


def _sum_of_kernels(products: Rows, length: int) -> float:
    total = 0.0
    for start in range(0, len(products), CHUNK):
        base = products[start : start + CHUNK] / np.float32(length)
        base += 1
        kernel = base * base
        kernel *= base
        total += float(kernel.sum(1).sum(dtype=np.float64))
    return total
