"""The two sides of pairs as data sets of their own, so that they can be shuffled apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.fingerprints import fingerprint
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.digests import sha256_of_bytes
from zoo_core.interfaces.data import Dataset, Rows, Split, Table

if TYPE_CHECKING:
    from torch import Tensor

    from zoo_core.spec import ImageSpec


class PairSide(CachedDataset):
    """Offer one side of a data set of pairs; a pair is held out on both sides or on neither.

    Args:
        pairs: rows with an image and its source.
        image: of this side.
        sources: the side that is translated from, else the other.
    """

    def __init__(self, pairs: Dataset, image: ImageSpec, *, sources: bool) -> None:
        super().__init__(image)
        self.pairs, self.sources = pairs, sources

    def spare(self) -> int:
        return self.pairs.spare()

    def read(self, split: Split) -> Table:
        table = self.pairs.tables(split)["images"]
        if not isinstance(table, MemoryTable):
            return OneSide(table, sources=self.sources)
        return MemoryTable(table.images) if not self.sources else _sources_in_memory(table)


@dataclass(frozen=True, slots=True, eq=False)
class OneSide:
    """A table that shows one side of a table of pairs."""

    table: Table
    sources: bool

    def __len__(self) -> int:
        return len(self.table)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""
        rows = self.table.take(indices)
        return Rows(rows.images if not self.sources or rows.sources is None else rows.sources)

    def to(self, device: torch.device) -> OneSide:
        """Return the table with its images on a device, or where they must stay."""
        return OneSide(self.table.to(device), sources=self.sources)

    def fingerprint(self) -> str:
        """Return the sha256 of that of the pairs, and of the side."""
        return sha256_of_bytes(f"{fingerprint({'pairs': self.table})} {self.sources}".encode())


def _sources_in_memory(table: MemoryTable) -> MemoryTable:
    if table.sources is None:
        raise TypeError("a table of pairs has sources")
    return MemoryTable(table.sources)


def sides_of_pairs(pairs: Dataset) -> dict[str, Dataset]:
    """Return side "a", which is translated from, and side "b"; none where rows are no pairs."""
    if pairs.source is None:
        return {}
    return {
        "a": PairSide(pairs, pairs.source, sources=True),
        "b": PairSide(pairs, pairs.image, sources=False),
    }
