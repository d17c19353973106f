"""The embedded data set: real handwritten digits, no download.

"Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak (1998), UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0. `DIGITS.md` beside this
file says where the copy comes from and what is changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.sizes import contain_images
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from zoo_core.interfaces.data import Split

LEVELS = 16
"""The scans count black dots of 4x4 blocks, so their values are 0 to 16."""

HOLD_OUT_EVERY = 5


class Digits(CachedDataset):
    """Offer 1,797 handwritten digits, 8x8 scans enlarged to 32x32, in ten classes.

    Enlarged bicubically; where the height is not the width, the digit is kept whole on black.
    Every fifth image of each digit is held out.
    """

    def __init__(self, *, size: tuple[int, int] | None = None) -> None:
        super().__init__(
            ImageSpec(1, *(size or (32, 32))), classes=tuple(str(digit) for digit in range(10))
        )

    def read(self, split: Split) -> MemoryTable:
        scans, labels = load_scans()
        rows = is_held_out(labels) == (split == "test")
        images = (scans[rows].double() * 255 / LEVELS).round().to(torch.uint8).unsqueeze(1)
        return MemoryTable(
            contain_images(images, (self.image.height, self.image.width)), labels[rows]
        )


def load_scans() -> tuple[Tensor, Tensor]:
    """Return the scans, (1797, 8, 8) uint8 with values 0 to 16, and their labels (1797,) int64."""
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"]
    return torch.from_numpy(images), torch.from_numpy(labels).long()


def is_held_out(labels: Tensor) -> Tensor:
    """Return (N,) bool: true for every fifth image of each class, in the stored order."""
    one_hot = labels.unsqueeze(1) == torch.arange(10)
    place = one_hot.cumsum(0).gather(1, labels.unsqueeze(1)).squeeze(1)
    return place % HOLD_OUT_EVERY == 0
