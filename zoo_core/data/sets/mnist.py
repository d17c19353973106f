"""MNIST (LeCun et al. 1998) and Fashion-MNIST (arXiv:1708.07747), as torchvision stores them."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from zoo_core.data.sets.downloads import (
    DataRoot,
    check_archive,
    damaged_error,
    data_root,
    fetch,
    missing_error,
)
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.sizes import contain_images
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core.interfaces.data import Split

SIDE = 28
_PREFIXES = {"train": "train", "test": "t10k"}


class Mnist(CachedDataset):
    """Offer 60,000 training and 10,000 held-out handwritten digits, 28x28 grey, in ten classes.

    Reads the original files in `ROOT/MNIST/raw`, packed (.gz, checked against the md5 that
    torchvision publishes) or unpacked, and writes nothing there unless it downloads. Another size
    is scaled bicubically; where the height is not the width, the figure is kept whole on black.

    Args:
        root: folder of the downloaded data sets; `--data-dir` sets it.
        download: fetch the files where they are missing.
    """

    name: ClassVar[str] = "mnist"
    origin: ClassVar[str] = "MNIST"
    titles: ClassVar[tuple[str, ...]] = tuple(str(digit) for digit in range(10))

    def __init__(
        self, *, size: tuple[int, int] | None = None, root: DataRoot = "data", download: bool = True
    ) -> None:
        super().__init__(ImageSpec(1, *(size or (SIDE, SIDE))), classes=self.titles)
        self.root = data_root(root)
        self.download = download

    @property
    def folder(self) -> Path:
        """Return where the files are looked for."""
        return self.root / self.origin / "raw"

    def read(self, split: Split) -> MemoryTable:
        prefix = _PREFIXES[split]
        names = (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
        self._fetch_missing(names)
        images, labels = (self._load(name) for name in names)
        if images.shape[1:] != (SIDE, SIDE) or labels.shape != images.shape[:1]:
            raise damaged_error(
                self.folder / names[0],
                f"it has the shape {tuple(images.shape)} beside {tuple(labels.shape)} labels",
            )
        sized = contain_images(images.unsqueeze(1), (self.image.height, self.image.width))
        return MemoryTable(sized, labels.long())

    def _fetch_missing(self, names: tuple[str, ...]) -> None:
        expected = [f"{name}.gz" for name in names]
        if self._has_all(names):
            return
        if self.download:
            fetch(
                lambda: _published(self.origin)(str(self.root), download=True),
                name=self.name,
                folder=self.folder,
                expected=expected,
            )
        if not self._has_all(names):
            why = "and `download` is false" if not self.download else "after the download"
            raise missing_error(self.name, self.folder, expected, why)

    def _has_all(self, names: tuple[str, ...]) -> bool:
        return all(
            (self.folder / name).is_file() or (self.folder / f"{name}.gz").is_file()
            for name in names
        )

    def _load(self, name: str) -> Tensor:
        plain, packed = self.folder / name, self.folder / f"{name}.gz"
        if plain.is_file():
            return parse_idx(plain.read_bytes(), plain)
        check_archive(packed, dict(_published(self.origin).resources)[packed.name])
        try:
            return parse_idx(gzip.decompress(packed.read_bytes()), packed)
        except (OSError, EOFError, zlib.error) as error:
            raise damaged_error(packed, str(error)) from error


class FashionMnist(Mnist):
    """Offer 60,000 training and 10,000 held-out pictures of clothes, 28x28 grey, in ten classes.

    Reads the original files in `ROOT/FashionMNIST/raw`, as `mnist` does.

    Args:
        root: folder of the downloaded data sets; `--data-dir` sets it.
        download: fetch the files where they are missing.
    """

    name = "fashion-mnist"
    origin = "FashionMNIST"
    titles = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )


def _published(name: str) -> Any:
    """Return torchvision's data set of a name; only who reads the data waits for its import."""
    from torchvision import datasets

    return getattr(datasets, name)


def parse_idx(data: bytes, path: Path) -> Tensor:
    """Return the bytes of an IDX file as the uint8 tensor that they hold.

    Args:
        data: the magic number (two zeros, type 8 = uint8, dimensions), the sides, the values.
        path: where they come from, for the error.

    Raises:
        ZooError: another type, or more or fewer values than the header says.
    """
    dimensions = data[3] if len(data) > 3 else 0
    start = 4 + 4 * dimensions
    if data[:3] != b"\0\0\x08" or not dimensions or len(data) < start:
        raise damaged_error(path, "it does not begin like an IDX file of bytes")
    shape = struct.unpack(f">{dimensions}I", data[4:start])
    if math.prod(shape) != len(data) - start:
        raise damaged_error(path, f"it holds {len(data) - start} values for the shape {shape}")
    return torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=start).view(shape)
