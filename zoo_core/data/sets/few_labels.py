"""Few labels and many images, for semi-supervised training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from zoo_core.config.options import Between, Place, Source
from zoo_core.data.folders.folder import Channels, HeldOut
from zoo_core.data.folders.labelling import LabelMode
from zoo_core.data.folders.passing import passed_on
from zoo_core.data.tables.jitter import Factor
from zoo_core.data.tables.labels import labels_of, with_labels
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.reading import MaxPixels
from zoo_core.draws import key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import UNKNOWN, Dataset, Datasets, Split, Table, Variation


@dataclass(kw_only=True, eq=False)
class FewLabels(Dataset):
    """Show another data set with the labels of some training images; the others become unknown.

    The same number of each class is kept, a remainder by one more of the first classes. The
    held-out split keeps all its labels. The training split has a second table, "labelled", of the
    images that keep their label, repeated where they are fewer than a batch: among many images
    they would come up too rarely to learn from.

    Options that are none or auto are left to the other data set, and reach it where it has them.

    Args:
        of: the other data set, as `--data` takes it, such as digits or folder:photos.
        count: how many training images keep their label.
        seed: of the choice of these.
        held_out: fraction of a folder's images that is held out.
        channels: 1 reads a folder as grey, 3 as colour.
        labels: how a folder is labelled: auto, folders or none.
        root: folder of the downloaded data sets; `--data-dir` sets it.
        jitter: enlarge a folder's training images by this factor and crop them at random.
        mirror: mirror a folder's training images at random.
        max_pixels: of one file of a folder.
        batch: rows that "labelled" has at least; the task says how many a move takes.

    Raises:
        ZooError: data without labels, or fewer labels of a class than are to be kept.
    """

    argument: ClassVar[str] = "of"

    datasets: Datasets
    of: Annotated[str, Source()] = field()
    size: tuple[int, int] | None = None
    count: Annotated[int, Between(1, 1_000_000_000)] = 100
    seed: Annotated[int, Between(0, 2**53)] = 0
    held_out: HeldOut | None = None
    channels: Channels = "auto"
    labels: LabelMode = "auto"
    root: Annotated[str | None, Place()] = None
    jitter: Factor | None = None
    mirror: bool | None = None
    max_pixels: MaxPixels | None = None
    batch: int = 1
    dataset: Dataset = field(init=False)
    _kept: dict[str, Table] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        given = passed_on(
            size=self.size,
            held_out=self.held_out,
            channels=self.channels,
            labels=self.labels,
            root=self.root,
            jitter=self.jitter,
            mirror=self.mirror,
            max_pixels=self.max_pixels,
        )
        self.dataset = self.datasets(self.of, **given)
        if not self.dataset.classes or set(self.dataset.images) != {"images"}:
            raise ZooError(
                f"{self.count} labels are asked for, but {self.of!r} has none",
                hint="choose labelled data, such as `--data few-labels:digits`",
            )
        self.of = self.dataset.of or self.of
        self.image, self.source = self.dataset.image, self.dataset.source
        self.classes = self.dataset.classes

    @property
    def whole(self) -> Dataset:
        """Return the other data set, which has all labels."""
        return self.dataset.whole

    @property
    def files(self) -> Mapping[str, Path]:
        """Return name to file of the other data set's images."""
        return self.dataset.files

    @property
    def variations(self) -> Mapping[str, Variation]:
        """Return what training makes of the images, also of those with labels."""
        vary = self.dataset.variations.get("images")
        return {} if vary is None else dict.fromkeys(("images", "labelled"), vary)

    @property
    def unread(self) -> frozenset[str]:
        """Return the options of folders that vary images, where no folder is there."""
        return frozenset() if self.variations else frozenset({"jitter", "mirror"})

    def tables(self, split: Split) -> Mapping[str, Table]:
        tables = self.dataset.tables(split)
        if split == "test":
            return tables
        if not self._kept:
            self._kept = self._masked(tables["images"])
        return self._kept

    def summary(self) -> str:
        """Return one sentence with counts, also of the labels that are kept."""
        return f"{self.dataset.summary()}; {self.count:,} training labels are used"

    def spare(self) -> int:
        """Return what the other data set could train on."""
        return self.dataset.spare()

    def remarks(self) -> tuple[str, ...]:
        """Return what the other data set remarks."""
        return self.dataset.remarks()

    def _masked(self, table: Table) -> dict[str, Table]:
        labels = labels_of(table)
        chosen = _chosen(labels, self.count, self.classes, self.seed)
        masked = torch.full_like(labels, UNKNOWN)
        masked[chosen] = labels[chosen]
        known = table.take(chosen).images.cpu()
        times = -(-self.batch // len(chosen))
        labelled = MemoryTable(known.repeat(times, 1, 1, 1), labels[chosen].repeat(times))
        return {"images": with_labels(table, masked), "labelled": labelled}


def _chosen(labels: Tensor, count: int, classes: tuple[str, ...], seed: int) -> Tensor:
    """Return the indices of the labels that are kept."""
    generator = torch.Generator().manual_seed(key_of("labels", seed))
    order = torch.randperm(len(labels), generator=generator)
    shuffled = labels[order]
    counts = labels[labels >= 0].bincount(minlength=len(classes))
    found = []
    for number, name in enumerate(classes):
        wanted = count // len(classes) + (number < count % len(classes))
        own = order[shuffled == number]
        if len(own) < wanted:
            raise ZooError(
                f"{count} labels need {wanted} images of class {name!r}, but there are {len(own)}",
                hint=f"`-o data.count={int(counts.min()) * len(classes)}` or less",
            )
        found.append(own[:wanted])
    return torch.cat(found)
