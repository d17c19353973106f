"""Few labels: how many, of which classes, and what stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core import Entry, Registry, ZooError, compose
from zoo_core.config.configuration import RecordedTask
from zoo_core.data import MemoryTable, labels_of
from zoo_core.data.checking.table_inspection import inspect_dataset
from zoo_core.data.sets.digits import Digits
from zoo_core.data.sets.few_labels import FewLabels
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


class Unlabelled(Other):
    """Has no classes."""

    classes = ()


def opened(text: str, **options: Any) -> Dataset:
    known: dict[str, type[Dataset]] = {"digits": Digits, "other": Other, "unlabelled": Unlabelled}
    return known[text]()


def few(of: str = "digits", **options: Any) -> FewLabels:
    return FewLabels(datasets=opened, of=of, **options)


def train_labels(dataset: Dataset, split: Split = "train") -> torch.Tensor:
    table = dataset.tables(split)["images"]
    labels = table.take(torch.arange(len(table))).labels
    assert labels is not None
    return labels


def test_as_many_of_each_class_keep_their_label_and_it_is_the_true_one() -> None:
    full, kept = train_labels(Digits()), train_labels(few(count=53))
    known = kept >= 0
    assert int(known.sum()) == 53
    assert torch.equal(kept[known], full[known])
    assert kept[known].bincount().tolist() == [6, 6, 6, 5, 5, 5, 5, 5, 5, 5]


def test_the_choice_depends_on_the_seed_alone() -> None:
    one, again, other = (train_labels(few(count=50, seed=s)) for s in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_the_labelled_images_are_a_table_of_their_own_as_long_as_a_batch() -> None:
    data = few(count=20, batch=64)
    table = data.tables("train")["labelled"]
    rows = table.take(torch.arange(len(table)))
    assert len(table) == 80
    assert rows.labels is not None
    assert rows.labels.bincount().tolist() == [8] * 10
    every = data.tables("train")["images"]
    known = train_labels(data) >= 0
    images = every.take(torch.arange(len(every))).images[known]
    assert {bytes(image.numpy()) for image in images} == {bytes(i.numpy()) for i in rows.images}


def test_games_play_with_the_images_alone() -> None:
    assert few().images == {"images": Digits().image}


def test_held_out_labels_stay() -> None:
    assert torch.equal(train_labels(few(count=10), "test"), train_labels(Digits(), "test"))


def test_a_table_of_another_kind_is_masked_row_by_row() -> None:
    table = few("other", count=3).tables("train")["images"].to(torch.device("cpu"))
    labels = table.take(torch.arange(12)).labels
    assert labels is not None
    assert sorted(labels[labels >= 0].tolist()) == [0, 1, 2]
    assert torch.equal(labels_of(table), labels)
    assert len(table) == 12


def test_more_labels_than_there_are_is_an_error_with_the_way_out() -> None:
    with pytest.raises(
        ZooError, match="15 labels need 5 images of class 'a', but there are 4"
    ) as e:
        few("other", count=15).tables("train")
    assert e.value.hint == "`-o data.count=12` or less"


def test_data_without_labels_is_refused() -> None:
    with pytest.raises(ZooError, match="20 labels are asked for, but 'unlabelled' has none") as e:
        few("unlabelled", count=20)
    assert e.value.hint == "choose labelled data, such as `--data few-labels:digits`"


def test_a_composition_uses_few_labels_when_asked() -> None:
    parts = {"generator": "vanilla", "data": "few-labels:digits"}
    options = {"data": {"count": 20}, "run": {"batch": 32, "size": 8}}
    composition = compose(parts, options, recipe="none")
    tables = composition.dataset.tables("train")
    assert int((train_labels(composition.dataset) >= 0).sum()) == 20
    assert composition.dataset.summary().endswith("20 training labels are used")
    assert len(tables["labelled"]) == 40
    assert composition.dataset.image == ImageSpec(1, 8, 8)
    assert composition.config().task == RecordedTask(
        images={"images": ImageSpec(1, 8, 8)}, classes=Digits().classes
    )


def test_scores_are_those_of_the_data_with_all_labels() -> None:
    options = {"run": {"eval_every": 5, "size": 8}}
    compositions = [
        compose({"generator": "vanilla", "data": data}, options, recipe="none")
        for data in ("digits", "few-labels:digits")
    ]
    from zoo_core.metrics import Panel

    whole, hidden = (Panel(each, split="test").protocol(100) for each in compositions)
    assert whole == hidden
    assert whole["data"] == "gan-zoo/digits"
    assert whole["features"] == "zoo-plugin-metrics/digit-classifier"


def test_data_that_hide_labels_can_be_hidden_again() -> None:
    registry = Registry.from_installed(strict=True)
    asked = {"generator": "vanilla", "data": "few-labels:few-labels:digits"}
    with pytest.raises(ZooError, match="200 labels need 20 images of class '0', but there are 10"):
        compose(asked, {"data": {"count": 200}}, registry=registry).dataset.tables("train")
    found = compose(asked, registry=registry).dataset
    assert found.of == "digits"
    assert isinstance(found.whole, Digits)


def test_options_reach_the_data_below(tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b")):
        (tmp_path / name).mkdir()
        for index in range(10):
            pixels = np.full((8, 8), 10 * index + number, np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{index}.png")
    parts = {"generator": "vanilla", "data": f"few-labels:folder:{tmp_path}"}
    options = {"data": {"count": 4, "held_out": 0.0, "channels": "3"}, "run": {"batch": 2}}
    found = compose(parts, options, recipe="none").dataset
    assert found.image == ImageSpec(3, 8, 8)
    assert len(found.tables("train")["images"]) == 20


def test_a_check_of_the_data_looks_at_the_images_once() -> None:
    report = inspect_dataset(few(count=20))
    assert [table.name for table in report.tables] == ["images"]


def test_it_is_offered_beside_the_other_data_sets() -> None:
    entry: Entry = Registry.from_installed().find("dataset", "few-labels").entry
    assert entry.load() is FewLabels
