"""Few labels: how many, of which classes, and what stays as it was."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from zoo_core import ZooError, compose
from zoo_core.data import FewLabels, MemoryTable
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import Rows, Table
from zoo_core.interfaces.data import Dataset, Split
from zoo_core.spec import ImageSpec


class Slow:
    """A table that is no MemoryTable and shows its labels only row by row."""

    def __init__(self, table: MemoryTable) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def take(self, indices: torch.Tensor) -> Rows:
        return self.table.take(indices)

    def to(self, device: torch.device) -> Table:
        return self


class Other(Dataset):
    """Twelve images of three classes."""

    image = ImageSpec(1, 2, 2)
    classes = ("a", "b", "c")

    def tables(self, split: Split) -> Mapping[str, Table]:
        labels = torch.arange(12) % 3
        return {"images": Slow(MemoryTable(torch.zeros(12, 1, 2, 2, dtype=torch.uint8), labels))}


def labels_of(dataset: Dataset, split: Split = "train") -> torch.Tensor:
    table = dataset.tables(split)["images"]
    labels = table.take(torch.arange(len(table))).labels
    assert labels is not None
    return labels


def test_as_many_of_each_class_keep_their_label_and_it_is_the_true_one() -> None:
    full, few = labels_of(Digits()), labels_of(FewLabels(Digits(), 53, seed=0))
    known = few >= 0
    assert int(known.sum()) == 53
    assert torch.equal(few[known], full[known])
    assert few[known].bincount().tolist() == [6, 6, 6, 5, 5, 5, 5, 5, 5, 5]


def test_the_choice_depends_on_the_seed_alone() -> None:
    one, again, other = (labels_of(FewLabels(Digits(), 50, seed=s)) for s in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_the_labelled_images_are_a_table_of_their_own_as_long_as_a_batch() -> None:
    few = FewLabels(Digits(), 20, seed=0, batch=64)
    table = few.tables("train")["labelled"]
    rows = table.take(torch.arange(len(table)))
    assert few.images.keys() == few.tables("train").keys()
    assert len(table) == 80
    assert rows.labels is not None
    assert rows.labels.bincount().tolist() == [8] * 10
    every = few.tables("train")["images"]
    known = labels_of(few) >= 0
    images = every.take(torch.arange(len(every))).images[known]
    assert {bytes(image.numpy()) for image in images} == {bytes(i.numpy()) for i in rows.images}


def test_held_out_labels_stay() -> None:
    assert torch.equal(
        labels_of(FewLabels(Digits(), 10, seed=0), "test"), labels_of(Digits(), "test")
    )


def test_a_table_of_another_kind_is_masked_row_by_row() -> None:
    table = FewLabels(Other(), 3, seed=0).tables("train")["images"].to(torch.device("cpu"))
    labels = table.take(torch.arange(12)).labels
    assert labels is not None
    assert sorted(labels[labels >= 0].tolist()) == [0, 1, 2]
    assert len(table) == 12


def test_more_labels_than_there_are_is_an_error_with_the_way_out() -> None:
    with pytest.raises(
        ZooError, match="15 labels need 5 images of class 'a', but there are 4"
    ) as e:
        FewLabels(Other(), 15, seed=0).tables("train")
    assert e.value.hint == "`--labels 12` or less"


def test_data_without_labels_is_refused() -> None:
    class Unlabelled(Other):
        """Has no classes."""

        classes = ()

    with pytest.raises(ZooError, match="20 labels are asked for, but the data has none"):
        FewLabels(Unlabelled(), 20, seed=0)


def test_a_composition_uses_few_labels_when_asked() -> None:
    composition = compose({"generator": "vanilla"}, {"run": {"labels": 20}}, recipe="none")
    assert int((labels_of(composition.dataset) >= 0).sum()) == 20
    assert composition.dataset.summary().endswith("20 training labels are used")
