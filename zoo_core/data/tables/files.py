"""Tables whose images lie in files: read at once where they fit, else on demand."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import torch
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.reading import (
    MAX_PIXELS,
    Unreadable,
    quiet_pillow,
    read_pixels,
    unreadable_error,
)
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from zoo_core.spec import ImageSpec

MemoryLimit = Annotated[int, Between(0, 500_000)]
"""The option `memory_limit`, in MiB."""

CHUNK = 4096
"""Files that wait for the threads at once."""

Found = TypeVar("Found")


def _reader_pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="zoo-images")


def read_all(
    read: Callable[[Path], Found | Unreadable], paths: Sequence[Path], pool: Executor | None = None
) -> list[Found]:
    """Read every file with a pool of threads, in order.

    Raises:
        ZooError: some cannot be read; it names the first few and counts all.
    """
    found: list[Found] = []
    bad: list[Unreadable] = []
    with quiet_pillow():
        for one in read_each(read, paths, pool):
            if isinstance(one, Unreadable):
                bad.append(one)
            else:
                found.append(one)
    if bad:
        raise unreadable_error(bad, total=len(paths))
    return found


def read_each(
    read: Callable[[Path], Found | Unreadable], paths: Sequence[Path], pool: Executor | None = None
) -> Iterator[Found | Unreadable]:
    """Give what a reader finds in every file, in order, with a pool of threads.

    Pillow may warn meanwhile: see `quiet_pillow`.
    """
    if pool is None:
        with _reader_pool() as own:
            yield from read_each(read, paths, own)
        return
    for start in range(0, len(paths), CHUNK):
        yield from pool.map(read, paths[start : start + CHUNK])


def decode(
    paths: Sequence[Path],
    image: ImageSpec,
    pool: Executor | None = None,
    *,
    limit: int = MAX_PIXELS,
) -> Tensor:
    """Return the images of files as (N, C, H, W) uint8.

    Raises:
        ZooError: some cannot be read; it names the first few and counts all.
    """
    read = partial(read_pixels, image=image, limit=limit)
    return decode_with(read, paths, image.shape, pool)


def decode_with(
    read: Callable[[Path], Tensor | Unreadable],
    paths: Sequence[Path],
    shape: tuple[int, ...],
    pool: Executor | None = None,
) -> Tensor:
    """Return what a reader makes of files as (N, *shape) uint8.

    Raises:
        ZooError: some cannot be read; it names the first few and counts all.
    """
    images = torch.empty((len(paths), *shape), dtype=torch.uint8)
    rows = {path: row for row, path in enumerate(paths)}

    def read_into(path: Path) -> Unreadable | None:
        pixels = read(path)
        if isinstance(pixels, Unreadable):
            return pixels
        images[rows[path]] = pixels
        return None

    read_all(read_into, list(rows), pool)
    if len(rows) < len(paths):
        return images[torch.tensor([rows[path] for path in paths])]
    return images


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FileTable:
    """Decode images when they are asked for, with a pool of threads; for folders beyond memory.

    It stays on the CPU. A file that cannot be read is an error when its row is taken, or earlier
    where its first bytes are needed for the size; `zoo data check` reads all.

    Args:
        root: folder of the images.
        names: paths of the images below it, in the order of the rows.
        image: 1 or 3 channels and the size of every row.
        labels: (N,) int64, -1 where unknown, or None.
        max_pixels: of a file that is read.
    """

    root: Path
    names: Sequence[str]
    image: ImageSpec
    labels: Tensor | None = None
    max_pixels: int = MAX_PIXELS
    _pool: ThreadPoolExecutor = field(init=False, repr=False, default_factory=_reader_pool)

    def __len__(self) -> int:
        return len(self.names)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the CPU."""
        indices = indices.cpu()
        paths = [self.root / self.names[row] for row in indices.tolist()]
        labels = None if self.labels is None else self.labels.index_select(0, indices)
        return Rows(decode(paths, self.image, self._pool, limit=self.max_pixels), labels)

    def to(self, device: torch.device) -> FileTable:
        """Return the table itself: its rows come from files."""
        return self

    def fingerprint(self) -> str:
        """Return the sha256 of names, sizes and times of change in place of every pixel.

        So a copy of the folder with new times has another fingerprint, though its pixels are equal.
        """
        total = hashlib.sha256(str(self.image).encode())
        for name in self.names:
            try:
                found = (self.root / name).stat()
            except OSError as error:
                raise ZooError(
                    f"{str(self.root / name)!r} is gone: {(error.strerror or '').lower()}",
                    hint="the folder changed while it was in use; start again",
                ) from error
            total.update(f"{name!r} {found.st_size} {found.st_mtime_ns}\n".encode())
        if self.labels is not None:
            total.update(self.labels.numpy().tobytes())
        return total.hexdigest()


def table_of_files(
    root: Path,
    names: Sequence[str],
    *,
    image: ImageSpec,
    labels: Tensor | None,
    in_memory: bool,
    max_pixels: int = MAX_PIXELS,
) -> MemoryTable | FileTable:
    """Return the table of some files of a folder, decoded now or on demand.

    Raises:
        ZooError: `in_memory`, and some files cannot be read.
    """
    if not in_memory:
        return FileTable(root=root, names=names, image=image, labels=labels, max_pixels=max_pixels)
    return MemoryTable(decode([root / name for name in names], image, limit=max_pixels), labels)


def fits_memory(count: int, image: ImageSpec, memory_limit: int) -> bool:
    """Say whether that many decoded images stay below a limit in MiB."""
    return count * image.numel <= memory_limit << 20
