"""The real side of a comparison: sets of a data set's images, read when they are asked for."""

from __future__ import annotations

from copy import copy
from functools import cached_property

import torch

from zoo_core.data.tables.fingerprints import fingerprint
from zoo_core.draws import key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset, Features, ImageSet, Split
from zoo_core.metrics.image_sets import rows_of, seen_set

MOST = 200_000
"""Real images of a split that are looked at, at most; a random choice of more."""


class RealSide:
    """One table of a data set, seen through features.

    Args:
        dataset: the data, with all its labels.
        table: name of the table.
        split: what samples are compared with.
        features: what sees it.
        device: where the features run.
        keep_images: some metric reads pixels.
        seed: of the choice among more than `MOST` images.

    Raises:
        ZooError: nothing is in the split.
    """

    def __init__(
        self,
        dataset: Dataset,
        table: str,
        split: Split,
        features: Features,
        device: torch.device,
        *,
        keep_images: bool,
        seed: int,
    ) -> None:
        self.dataset, self.table, self.split = dataset, table, split
        self.features, self.device, self.keep_images = features, device, keep_images
        self.seed = seed
        self.classes = len(dataset.classes)
        self._sets: dict[Split, ImageSet] = {}
        self._check_split()

    def against(self, split: Split) -> RealSide:
        """Return this side for another split, with what has been read of the data.

        Raises:
            ZooError: nothing is in the split.
        """
        # the copy takes the fingerprint along, and both keep their sets in one place
        _ = self.digest
        other = copy(self)
        other.split = split
        other._check_split()
        return other

    def _check_split(self) -> None:
        if not self.available(self.split):
            raise ZooError(
                f"the data has no held-out images in {self.table!r} to compare samples with",
                hint="`splits=['train']`, or hold some out, such as "
                "`options={'data': {'held_out': 0.1}}`",
            )

    def available(self, split: Split) -> int:
        """Return how many images a split has."""
        return len(self.dataset.tables(split)[self.table])

    @property
    def count(self) -> int:
        """Return how many real images samples are compared with."""
        return min(self.available(self.split), MOST)

    @cached_property
    def digest(self) -> str:
        """Return the fingerprint of both splits."""
        return fingerprint(
            {f"{split}/{self.table}": self.dataset.tables(split)[self.table] for split in _SPLITS}
        )

    def compared(self) -> ImageSet:
        """Return the images that samples are compared with."""
        return self._seen(self.split)

    def training(self) -> ImageSet:
        """Return the training images."""
        return self._seen("train")

    def held_out(self) -> ImageSet:
        """Return the held-out images."""
        return self._seen("test")

    def _seen(self, split: Split) -> ImageSet:
        if split not in self._sets:
            self._sets[split] = self._read(split)
        return self._sets[split]

    def _read(self, split: Split) -> ImageSet:
        table = self.dataset.tables(split)[self.table]
        chunks = rows_of(table, min(len(table), MOST), _order(len(table), self.seed))
        return seen_set(chunks, self.features, self.device, keep_images=self.keep_images)


_SPLITS: tuple[Split, ...] = ("train", "test")


def _order(count: int, seed: int) -> torch.Tensor | None:
    if count <= MOST:
        return None
    generator = torch.Generator().manual_seed(key_of("real", seed))
    return torch.randperm(count, generator=generator)[:MOST]
