"""A data set with one table a split, read once."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from zoo_core.interfaces.data import Dataset, Split, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo_core.spec import ImageSpec


class CachedDataset(Dataset):
    """Read the one table of a split when it is first asked for, and keep it.

    Args:
        image: what the batches hold.
        classes: names of the classes, empty where there are no labels.
    """

    def __init__(self, image: ImageSpec, *, classes: tuple[str, ...] = ()) -> None:
        self.image = image
        self.classes = classes
        self._kept: dict[str, Table] = {}

    @abstractmethod
    def read(self, split: Split) -> Table:
        """Return the table of a split; called once for each."""

    def tables(self, split: Split) -> Mapping[str, Table]:
        """Return the table of a split as "images"."""
        if split not in self._kept:
            self._kept[split] = self.read(split)
        return {"images": self._kept[split]}

    def count(self, split: Split) -> int:
        """Return the number of images in a split."""
        return len(self.tables(split)["images"])

    def summary(self) -> str:
        """Return one sentence with counts, for the first lines of a run."""
        of = f", {len(self.classes)} classes" if self.classes else ""
        counts = f"{self.count('train'):,} training and {self.count('test'):,} held-out images"
        return f"{counts} of {self.image}{of}"
