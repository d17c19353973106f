"""A table that is held in memory."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Rows


@dataclass(frozen=True, slots=True, eq=False)
class MemoryTable:
    """Keep images, labels and sources as tensors on one device.

    Args:
        images: (N, C, H, W) uint8.
        labels: (N,) int64, -1 where unknown, or None.
        sources: (N, C', H', W') uint8: the images to translate from, or None.

    Raises:
        ZooError: another type or shape, or columns of different lengths.
    """

    images: Tensor
    labels: Tensor | None = None
    sources: Tensor | None = None

    def __post_init__(self) -> None:
        _check(self.images, "images", torch.uint8, 4)
        if self.labels is not None:
            _check(self.labels, "labels", torch.int64, 1)
            self._check_length(self.labels, "labels")
        if self.sources is not None:
            _check(self.sources, "sources", torch.uint8, 4)
            self._check_length(self.sources, "sources")

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""
        indices = indices.to(self.images.device)
        return Rows(
            self.images.index_select(0, indices),
            _select(self.labels, indices),
            _select(self.sources, indices),
        )

    def to(self, device: torch.device) -> MemoryTable:
        """Return the table with everything on a device."""
        return MemoryTable(
            self.images.to(device), _moved(self.labels, device), _moved(self.sources, device)
        )

    def _check_length(self, column: Tensor, name: str) -> None:
        if len(column) != len(self.images):
            raise ZooError(
                f"a table cannot pair {len(self.images)} images with {len(column)} {name}",
                hint=f"give every image one row of {name}",
            )


def _select(column: Tensor | None, indices: Tensor) -> Tensor | None:
    return None if column is None else column.index_select(0, indices)


def _moved(column: Tensor | None, device: torch.device) -> Tensor | None:
    return None if column is None else column.to(device)


def _check(column: Tensor, name: str, dtype: torch.dtype, dimensions: int) -> None:
    if column.dtype != dtype or column.ndim != dimensions:
        raise ZooError(
            f"a table cannot hold {name} of type {column.dtype} and shape {tuple(column.shape)}",
            hint=f"{name} are {dtype} with {dimensions} dimension{'s' if dimensions > 1 else ''}",
        )
