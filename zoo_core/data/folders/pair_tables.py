"""Tables of pairs that lie in files: two files a pair, or two halves of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from zoo_core.data.tables.files import FileTable, decode_with
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.reading import Unreadable, pixels_of, read_picture
from zoo_core.data.tables.sizes import cover_picture
from zoo_core.digests import sha256_of_bytes
from zoo_core.interfaces.data import Rows

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core.spec import ImageSpec


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """Decode the two files of a pair when they are asked for.

    Args:
        images: the targets.
        sources: what they are translated from, in the same order.
    """

    images: FileTable
    sources: FileTable

    def __len__(self) -> int:
        return len(self.images)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the CPU."""
        return Rows(self.images.take(indices).images, None, self.sources.take(indices).images)

    def to(self, device: torch.device) -> PairTable:
        """Return the table itself: its rows come from files."""
        return self

    def fingerprint(self) -> str:
        """Return the sha256 of the two tables' fingerprints."""
        both = f"{self.images.fingerprint()} {self.sources.fingerprint()}"
        return sha256_of_bytes(both.encode())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class HalvesTable(FileTable):
    """Decode files when they are asked for, and cut each in its middle.

    Args:
        left_is_source: the left half is translated to the right one, else the other way.
    """

    left_is_source: bool = True

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the CPU."""
        paths = [self.root / self.names[row] for row in indices.tolist()]
        halves = decode_with(self._read, paths, (2, *self.image.shape), self._pool)
        left, right = halves.unbind(1)
        sources, images = (left, right) if self.left_is_source else (right, left)
        return Rows(images.contiguous(), None, sources.contiguous())

    def fingerprint(self) -> str:
        """Return the sha256 of names, sizes and times of change, and of the direction."""
        # a class with slots is made anew by its decorator, which `super()` does not see
        files = FileTable.fingerprint(self)
        return sha256_of_bytes(f"{files} {self.left_is_source}".encode())

    def _read(self, path: Path) -> Tensor | Unreadable:
        return read_picture(
            path,
            self.image.channels,
            lambda whole: _halves(whole, self.image),
            limit=self.max_pixels,
        )


def _halves(whole: Image.Image, image: ImageSpec) -> Tensor:
    """Return the left and the right half (2, C, H, W), each scaled and cropped alike."""
    middle = whole.width // 2
    values = np.asarray(whole)
    # cut as an array: Pillow's own crop refuses what is larger than its limit
    halves = (values[:, :middle], values[:, middle : 2 * middle])
    size = (image.height, image.width)
    return torch.stack([pixels_of(cover_picture(Image.fromarray(half), size)) for half in halves])


def in_memory(table: PairTable | HalvesTable) -> MemoryTable:
    """Return a table with all of its rows decoded.

    Raises:
        ZooError: some files cannot be read.
    """
    rows = table.take(torch.arange(len(table)))
    return MemoryTable(rows.images, None, rows.sources)
