"""Few labels and many images, for semi-supervised training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from zoo_core.data.folders.labelling import UNKNOWN
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.draws import key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Dataset, Rows, Split, Table
from zoo_core.spec import ImageSpec

CHUNK = 1024


class FewLabels(Dataset):
    """Keep the labels of some training images; those of the others become unknown.

    The same number of each class is kept, a remainder by one more of the first classes; which
    images these are depends on the seed. The held-out split keeps all its labels. The training
    split has a second table, "labelled", of the images that keep their label, repeated where they
    are fewer than a batch: among many images they would come up too rarely to learn from.

    Args:
        dataset: where the images come from.
        count: how many training images keep their label.
        seed: of the choice.
        batch: rows that "labelled" has at least.

    Raises:
        ZooError: data without labels, or fewer labels of a class than are to be kept.
    """

    def __init__(self, dataset: Dataset, count: int, seed: int, *, batch: int = 1) -> None:
        if not dataset.classes:
            raise ZooError(
                f"{count} labels are asked for, but the data has none",
                hint="leave `--labels` out, or choose labelled data, such as `--data digits`",
            )
        self.dataset, self.labels, self.seed, self.batch = dataset, count, seed, batch
        self.image, self.source, self.classes = dataset.image, dataset.source, dataset.classes
        self._kept: dict[str, Table] = {}

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        """Return table name to what its images are."""
        return {**self.dataset.images, "labelled": self.image}

    def tables(self, split: Split) -> Mapping[str, Table]:
        tables = self.dataset.tables(split)
        if split == "test":
            return tables
        if not self._kept:
            self._kept = self._masked(tables["images"])
        return self._kept

    def summary(self) -> str:
        """Return one sentence with counts, also of the labels that are kept."""
        return f"{self.dataset.summary()}; {self.labels:,} training labels are used"

    def _masked(self, table: Table) -> dict[str, Table]:
        labels = _labels_of(table)
        chosen = _chosen(labels, self.labels, self.classes, self.seed)
        masked = torch.full_like(labels, UNKNOWN)
        masked[chosen] = labels[chosen]
        known = table.take(chosen).images.cpu()
        times = -(-self.batch // len(chosen))
        labelled = MemoryTable(known.repeat(times, 1, 1, 1), labels[chosen].repeat(times))
        if isinstance(table, MemoryTable):
            return {"images": replace(table, labels=masked), "labelled": labelled}
        return {"images": Relabelled(table, masked), "labelled": labelled}


@dataclass(frozen=True, slots=True, eq=False)
class Relabelled:
    """A table with other labels."""

    table: Table
    labels: Tensor

    def __len__(self) -> int:
        return len(self.table)

    def take(self, indices: Tensor) -> Rows:
        """Return the rows at (N,) int64 indices, on the table's device."""
        rows = self.table.take(indices)
        return replace(rows, labels=self.labels[indices.cpu()].to(rows.images.device))

    def to(self, device: torch.device) -> Relabelled:
        """Return the table with its images on a device, or where they must stay."""
        return Relabelled(self.table.to(device), self.labels)


def _labels_of(table: Table) -> Tensor:
    known = getattr(table, "labels", None)
    if isinstance(known, Tensor):
        return known.cpu()
    starts = range(0, len(table), CHUNK)
    rows = [torch.arange(start, min(start + CHUNK, len(table))) for start in starts]
    return torch.cat([_read_labels(table, few) for few in rows])


def _read_labels(table: Table, rows: Tensor) -> Tensor:
    found = table.take(rows).labels
    return torch.full_like(rows, UNKNOWN) if found is None else found.cpu()


def _chosen(labels: Tensor, count: int, classes: tuple[str, ...], seed: int) -> Tensor:
    """Return the indices of the labels that are kept."""
    generator = torch.Generator().manual_seed(key_of("labels", seed))
    order = torch.randperm(len(labels), generator=generator)
    shuffled = labels[order]
    found = []
    for number, name in enumerate(classes):
        wanted = count // len(classes) + (number < count % len(classes))
        own = order[shuffled == number]
        if len(own) < wanted:
            raise ZooError(
                f"{count} labels need {wanted} images of class {name!r}, but there are {len(own)}",
                hint=f"`--labels {len(own) * len(classes)}` or less",
            )
        found.append(own[:wanted])
    return torch.cat(found)
