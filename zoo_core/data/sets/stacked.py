"""Stacked MNIST: three digits as the colours of one image, a thousand classes to count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.data.sets.downloads import DataRoot
from zoo_core.data.sets.mnist import Mnist
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.fingerprints import fingerprint
from zoo_core.draws import key_of
from zoo_core.interfaces.data import Rows

if TYPE_CHECKING:
    from zoo_core.interfaces.data import Split, Table

CHANNELS = 3
DIGITS = 10


class StackedMnist(CachedDataset):
    """Offer three random digits of MNIST as the channels of one image, in a thousand classes.

    Class 345 has the digit 3 in the first channel, 4 in the second and 5 in the third, so a
    classifier of digits counts how many of the thousand modes a generator makes (Metz et al. 2017,
    arXiv:1611.02163, section 3.3.1; the counts are those of PacGAN, arXiv:1712.04086). Training
    triples are drawn from MNIST's training images and held-out ones from its test images, each
    from a fixed seed: the first triples do not depend on how many there are.

    Args:
        count: training images.
        held_out: held-out images.
        root: folder of the downloaded data sets; `--data-dir` sets it.
        download: fetch the files of MNIST where they are missing.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] | None = None,
        count: Annotated[int, Between(1, 10_000_000)] = 128_000,
        held_out: Annotated[int, Between(1, 10_000_000)] = 26_000,
        root: DataRoot = "data",
        download: bool = True,
    ) -> None:
        self.mnist = Mnist(size=size, root=root, download=download)
        classes = tuple(f"{number:03d}" for number in range(DIGITS**CHANNELS))
        super().__init__(self.mnist.image.with_channels(CHANNELS), classes=classes)
        self.counts: dict[Split, int] = {"train": count, "test": held_out}

    def read(self, split: Split) -> StackedTable:
        digits = self.mnist.tables(split)["images"]
        generator = torch.Generator().manual_seed(key_of("stacked-mnist", split))
        shape = (self.counts[split], CHANNELS)
        return StackedTable(digits, torch.randint(len(digits), shape, generator=generator))


@dataclass(frozen=True, slots=True, eq=False)
class StackedTable:
    """Stack grey images of another table when they are asked for.

    Args:
        digits: grey images with labels from 0 to 9.
        triples: (N, 3) int64, the rows that become the channels, on the table's device.
    """

    digits: Table
    triples: Tensor

    def __len__(self) -> int:
        return len(self.triples)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""
        triples = self.triples.index_select(0, indices.to(self.triples.device))
        rows = self.digits.take(triples.flatten())
        images = rows.images.view(len(triples), CHANNELS, *rows.images.shape[2:])
        return Rows(images, None if rows.labels is None else _numbers(rows.labels))

    def to(self, device: torch.device) -> StackedTable:
        """Return the table with everything on a device."""
        return StackedTable(self.digits.to(device), self.triples.to(device))

    def fingerprint(self) -> str:
        """Return the sha256 of the digits and of how they are stacked."""
        total = hashlib.sha256(fingerprint({"digits": self.digits}).encode())
        total.update(self.triples.cpu().contiguous().numpy().tobytes())
        return total.hexdigest()


def _numbers(labels: Tensor) -> Tensor:
    """Return the classes (N,) of digits (3 N,): the three as one decimal number."""
    first, second, third = labels.view(-1, CHANNELS).unbind(1)
    return (first * DIGITS + second) * DIGITS + third
