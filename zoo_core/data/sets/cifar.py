"""CIFAR-10 (Krizhevsky 2009), as torchvision stores it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch

from zoo_core.data.sets.downloads import DataRoot, check_archive, data_root, fetch, missing_error
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.sizes import cover_images
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core.interfaces.data import Split

FOLDER = "cifar-10-batches-py"

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


class Cifar10(CachedDataset):
    """Offer 50,000 training and 10,000 held-out colour photographs, 32x32, in ten classes.

    The published batches in `ROOT/cifar-10-batches-py` are Python pickles: torchvision unpickles
    them, and only after their md5 has been found to be the published one. Another size is scaled
    bicubically; where the height is not the width, the centre is cropped.

    Args:
        root: folder of the downloaded data sets; `--data-dir` sets it.
        download: fetch the files where they are missing.
    """

    def __init__(
        self, *, size: tuple[int, int] | None = None, root: DataRoot = "data", download: bool = True
    ) -> None:
        super().__init__(ImageSpec(3, *(size or (32, 32))), classes=CLASSES)
        self.root = data_root(root)
        self.download = download

    @property
    def folder(self) -> Path:
        """Return where the batches are looked for."""
        return self.root / FOLDER

    def read(self, split: Split) -> MemoryTable:
        self._provide(_sums())
        source = self._open(split)
        images = torch.from_numpy(source.data).permute(0, 3, 1, 2).contiguous()
        sized = cover_images(images, (self.image.height, self.image.width))
        return MemoryTable(sized, torch.tensor(source.targets, dtype=torch.int64))

    def _open(self, split: Split, *, download: bool = False) -> Any:
        with warnings.catch_warnings():
            # the pickles are of an old NumPy, and newer ones complain
            warnings.simplefilter("ignore")
            return _published()(str(self.root), train=split == "train", download=download)

    def _provide(self, sums: dict[str, str]) -> None:
        missing = []
        for name, md5 in sums.items():
            if (self.folder / name).exists():
                check_archive(self.folder / name, md5)
            else:
                missing.append(name)
        if missing and not self.download:
            raise missing_error("cifar10", self.folder, missing, "and `download` is false")
        if missing:
            fetch(
                lambda: self._open("test", download=True),
                name="cifar10",
                folder=self.folder,
                expected=[f"the unpacked batches of {_published().filename}"],
            )


def _sums() -> dict[str, str]:
    """Return the md5 of every file that torchvision unpickles."""
    source = _published()
    files = dict((*source.train_list, *source.test_list))
    return {**files, source.meta["filename"]: source.meta["md5"]}


def _published() -> Any:
    """Return torchvision's data set; only who reads the data waits for its import."""
    from torchvision import datasets

    return datasets.CIFAR10
