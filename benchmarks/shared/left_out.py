"""MNIST without one digit in training: what is odd about it is in the held-out images alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

import torch

from zoo_core import Between, Entry, Registry
from zoo_core.config.options import Place
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.interfaces import Dataset, Datasets, Split, Table

NAME = "mnist-without"


@dataclass(kw_only=True, eq=False)
class LeftOut(Dataset):
    """MNIST; the training images of a digit are left out, the held-out ones are all there.

    Args:
        digit: is left out.
        root: folder of the downloaded data sets.
    """

    datasets: Datasets
    size: tuple[int, int] | None = None
    digit: Annotated[int, Between(0, 9)] = 0
    root: Annotated[str | None, Place()] = None
    dataset: Dataset = field(init=False)

    def __post_init__(self) -> None:
        given = {} if self.root is None else {"root": self.root}
        self.dataset = self.datasets("mnist", size=self.size, **given)
        self.image, self.classes = self.dataset.image, self.dataset.classes

    def tables(self, split: Split) -> Mapping[str, Table]:
        table = self.dataset.tables(split)["images"]
        if split == "test":
            return {"images": table}
        rows = table.take(torch.arange(len(table)))
        assert rows.labels is not None, "MNIST has labels"
        kept = rows.labels != self.digit
        return {"images": MemoryTable(rows.images[kept], rows.labels[kept])}

    def summary(self) -> str:
        """Return one sentence with what is left out."""
        return f"{self.dataset.summary()}; {self.digit} is left out of training"


def registry() -> Registry:
    """Return all that is installed, and this data set."""
    found = Registry.from_installed()
    target = f"{__name__}:LeftOut"
    found.add(Entry("dataset", NAME, target, "MNIST without a digit in training."))
    return found
