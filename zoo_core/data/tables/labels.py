"""The labels of a table, read and replaced."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from zoo_core.data.tables.memory import MemoryTable
from zoo_core.interfaces.data import UNKNOWN, Rows, Table

CHUNK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Relabelled:
    """A table with other labels."""

    table: Table
    labels: Tensor

    def __len__(self) -> int:
        return len(self.table)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""
        rows = self.table.take(indices)
        return replace(rows, labels=self.labels[indices.cpu()].to(rows.images.device))

    def to(self, device: torch.device) -> Relabelled:
        """Return the table with its images on a device, or where they must stay."""
        return Relabelled(self.table.to(device), self.labels)


def with_labels(table: Table, labels: Tensor) -> Table:
    """Return a table whose labels are (N,) int64 others; one in memory stays one."""
    if isinstance(table, MemoryTable):
        return replace(table, labels=labels)
    return Relabelled(table, labels)


def labels_of(table: Table) -> Tensor:
    """Return the labels of all rows, (N,) int64 on the CPU, -1 where unknown."""
    known = getattr(table, "labels", None)
    if isinstance(known, Tensor):
        return known.cpu()
    starts = range(0, len(table), CHUNK)
    rows = [torch.arange(start, min(start + CHUNK, len(table))) for start in starts]
    return torch.cat([_read(table, few) for few in rows])


def _read(table: Table, rows: Tensor) -> Tensor:
    found = table.take(rows).labels
    return torch.full_like(rows, UNKNOWN) if found is None else found.cpu()
