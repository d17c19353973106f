"""Data sets: what a part of kind `dataset` provides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import torch
from torch import Tensor

from zoo_core.interfaces.values import Draws
from zoo_core.spec import ImageSpec

Split = Literal["train", "test"]

UNKNOWN = -1
"""The label of an image whose class nobody knows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table.

    Args:
        images: (N, C, H, W) uint8.
        labels: (N,) int64, -1 where unknown, or None.
        sources: (N, C', H', W') uint8: the images to translate from, or None.
    """

    images: Tensor
    labels: Tensor | None = None
    sources: Tensor | None = None


class Table(Protocol):
    """One split of a data set, of one size, in a fixed order."""

    def __len__(self) -> int: ...

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""

    def to(self, device: torch.device) -> Table:
        """Return the table with its images on a device, or itself where it must stay."""


class Variation(Protocol):
    """What training makes of a table's rows, other rows each time."""

    def __call__(self, rows: Rows, rng: Draws) -> Rows:
        """Return rows of the same shapes; the draws are the batch's own."""


class Dataset(ABC):
    """Images of one size with labels or without, in a training and a held-out split.

    Built with `size` (height, width) or None for its own size. Construction is cheap: it finds
    out `image` and `classes` and reads no more than that needs.

    One that is made of others asks for `datasets`, a function that opens them, and may ask for
    `batch`, how many images a move takes.

    Attributes:
        argument: the option that `name:VALUE` sets, such as "path" for `folder:photos/`.
        image: what the batches hold.
        source: what the rows' sources are, where images come in pairs, or None.
        classes: names of the classes, empty where there are no labels.
        of: the data set whose images these are, as `--data` takes it, where it shows another's;
            empty where they are its own.
    """

    argument: ClassVar[str] = ""
    image: ImageSpec
    source: ImageSpec | None = None
    classes: tuple[str, ...] = ()
    of: str = ""

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        """Return table name to what its images are, for the tables that games play with."""
        return {"images": self.image}

    @property
    def whole(self) -> Dataset:
        """Return the data with all that is known of them: another data set, where this hides some.

        Samples are compared with these.
        """
        return self

    @property
    def files(self) -> Mapping[str, Path]:
        """Return name to file of the images, also held-out ones, where they are a user's own.

        A run compares them when it goes on. Data that their name describes have none.
        """
        return {}

    @property
    def variations(self) -> Mapping[str, Variation]:
        """Return table name to what training makes of its rows, where that is not the rows.

        Everything else sees the rows as they are: metrics, pictures, what is held out.
        """
        return {}

    @property
    def unread(self) -> frozenset[str]:
        """Return the options that nothing in these data reads, as those made of others may have.

        What a part asks of them by default is then not recorded.
        """
        return frozenset()

    @abstractmethod
    def tables(self, split: Split) -> Mapping[str, Table]:
        """Return the tables of a split by name, "images" where there is only one.

        Beside those that `images` names, the training split may have more, such as "labelled".
        """

    def summary(self) -> str:
        """Return one sentence with counts, for the first lines of a run."""
        return f"{self.image} images"

    def spare(self) -> int:
        """Return how many more images `held_out=0` would train on, in each table."""
        return 0

    def remarks(self) -> tuple[str, ...]:
        """Return sentences on what was guessed or passed over, for the first lines of a run."""
        return ()


class Datasets(Protocol):
    """Open a data set by what `--data` takes, such as "digits" or "folder:photos"."""

    def __call__(self, text: str, **options: Any) -> Dataset:
        """Return the data set; options that it does not have are left out.

        Raises:
            ZooError: an unknown name, or an option that does not fit.
        """
