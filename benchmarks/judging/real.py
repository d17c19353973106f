"""Both splits of a labelled data set as images in [-1, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import Dataset, as_floats
from zoo_core.interfaces.data import Split


@dataclass(frozen=True, slots=True, eq=False)
class RealImages:
    """One split.

    Args:
        images: (N, C, H, W) in [-1, 1].
        labels: (N,) int64.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def some(self, count: int, seed: int) -> RealImages:
        """Return that many rows without repetition, in random order, or all where there are few."""
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(seed))[:count]
        return RealImages(self.images[order], self.labels[order])


def real_images(dataset: Dataset, split: Split) -> RealImages:
    """Read one split.

    Raises:
        ZooError: images without labels, which no classifier can learn from.
    """
    table = dataset.tables(split)["images"]
    rows = table.take(torch.arange(len(table)))
    if rows.labels is None or not dataset.classes:
        raise ZooError(
            f"the judge needs labels, but {type(dataset).__name__} has none",
            hint="judge runs of `digits` or `mnist`",
        )
    return RealImages(as_floats(rows.images), rows.labels)
