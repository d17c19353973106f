"""How strange images are to what was trained, and how well that finds odd ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.interfaces import Table, as_floats
from zoo_core.metrics.measures import Told
from zoo_core.weights.pretrained import Pretrained

PIECE = 512
"""Images that are read at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Anomalies:
    """The scores of a table's images, in its order.

    Args:
        scores: (N,) by name, the larger the stranger; the main one first.
        labels: (N,) int64, -1 where unknown; None without labels.
    """

    scores: Mapping[str, Tensor]
    labels: Tensor | None

    def __len__(self) -> int:
        return len(next(iter(self.scores.values())))

    def order(self, score: str) -> Tensor:
        """Return the rows (N,), the strangest first."""
        return self.scores[score].argsort(descending=True, stable=True)

    def auroc(self, odd: Collection[int]) -> dict[str, float]:
        """Return how well each score tells images of some classes from the others.

        Args:
            odd: numbers of the classes; images of an unknown class are left out.

        Raises:
            ZooError: no labels, no odd images, or none beside them.
        """
        if self.labels is None:
            raise ZooError(
                "these images have no labels, which would say which are odd",
                hint="name no odd classes, or take labelled data, such as a folder of folders",
            )
        known = self.labels >= 0
        strange = torch.isin(self.labels, torch.tensor(sorted(odd)))
        return {name: auroc(each[known], strange[known]) for name, each in self.scores.items()}


def anomalies_of(
    model: Pretrained, table: Table, *, seed: int = 0, told: Told | None = None
) -> Anomalies:
    """Return how strange each image of a table is.

    Args:
        model: has an encoder.
        table: of images of its size.
        seed: of what is drawn where a bound is estimated.
        told: hears how many have been looked at.

    Raises:
        ZooError: no encoder, images of another shape, or no images.
    """
    pieces, labels = [], []
    for rows in torch.split(torch.arange(len(table)), PIECE):
        found = table.take(rows)
        pieces.append(model.anomalies(as_floats(found.images), seed=seed + int(rows[0])))
        if found.labels is not None:
            labels.append(found.labels.cpu())
        if told is not None:
            told(int(rows[-1]) + 1)
    if not pieces:
        raise ZooError("there are no images to look at", hint="the other split, or other data")
    scores = {name: torch.cat([piece[name] for piece in pieces]) for name in pieces[0]}
    return Anomalies(scores, torch.cat(labels) if labels else None)


def auroc(scores: Tensor, odd: Tensor) -> float:
    """Return the probability that an odd image scores above another one, ties counting half.

    It is the area under the ROC curve, from ranks: those of the odd ones summed, less what the
    lowest possible ranks would sum to, as a share of all pairs (Mann and Whitney 1947).

    Shapes:
        scores (N,), odd (N,) bool.

    Raises:
        ZooError: no odd images, or none beside them.
    """
    many, others = int(odd.sum()), int((~odd).sum())
    if not many or not others:
        missing = "odd" if not many else "other"
        raise ZooError(
            f"there are no {missing} images, and AUROC compares odd ones with others",
            hint="name one or more classes of these images, and not all of them",
        )
    _, place, counts = torch.unique(scores, return_inverse=True, return_counts=True)
    counts = counts.double()
    below = counts.cumsum(0) - counts
    ranks = (below + (counts + 1) / 2)[place]
    surplus = ranks[odd].sum() - many * (many + 1) / 2
    return float(surplus / (many * others))
