from __future__ import annotations

import pytest
import torch

from zoo_core.data import MemoryTable, fingerprint
from zoo_core.errors import ZooError


def images(count: int = 4, channels: int = 1) -> torch.Tensor:
    return torch.arange(count * channels * 6, dtype=torch.uint8).view(count, channels, 2, 3)


def test_taking_rows_returns_images_labels_and_sources_in_the_order_of_the_indices() -> None:
    table = MemoryTable(images(), torch.tensor([5, 6, 7, -1]), images(channels=3))
    rows = table.take(torch.tensor([3, 0, 3]))
    assert torch.equal(rows.images, images()[[3, 0, 3]])
    assert rows.labels is not None
    assert rows.labels.tolist() == [-1, 5, -1]
    assert rows.sources is not None
    assert torch.equal(rows.sources, images(channels=3)[[3, 0, 3]])


def test_a_table_without_labels_has_rows_without_labels() -> None:
    rows = MemoryTable(images()).take(torch.tensor([1]))
    assert rows.labels is None
    assert rows.sources is None


def test_a_table_moves_all_its_columns_to_a_device() -> None:
    table = MemoryTable(images(), torch.zeros(4, dtype=torch.int64), images())
    moved = table.to(torch.device("meta"))
    assert len(moved) == 4
    assert {moved.images.device.type} == {"meta"}
    assert moved.labels is not None
    assert moved.labels.is_meta
    assert moved.sources is not None
    assert moved.sources.is_meta


def test_float_images_are_refused() -> None:
    with pytest.raises(ZooError) as caught:
        MemoryTable(images().float())
    assert str(caught.value) == (
        "a table cannot hold images of type torch.float32 and shape (4, 1, 2, 3)\n"
        "Hint: images are torch.uint8 with 4 dimensions"
    )


def test_labels_of_another_type_are_refused() -> None:
    with pytest.raises(ZooError, match=r"cannot hold labels of type torch\.float32") as caught:
        MemoryTable(images(), torch.zeros(4))
    assert caught.value.hint == "labels are torch.int64 with 1 dimension"


def test_fewer_labels_than_images_are_refused() -> None:
    with pytest.raises(ZooError) as caught:
        MemoryTable(images(), torch.zeros(3, dtype=torch.int64))
    assert caught.value.message == "a table cannot pair 4 images with 3 labels"
    assert caught.value.hint == "give every image one row of labels"


def test_fewer_sources_than_images_are_refused() -> None:
    with pytest.raises(ZooError, match="cannot pair 4 images with 2 sources"):
        MemoryTable(images(), sources=images(2))


def test_equal_tables_have_equal_fingerprints() -> None:
    first = fingerprint({"images": MemoryTable(images(), torch.arange(4))})
    second = fingerprint({"images": MemoryTable(images().clone(), torch.arange(4))})
    assert first == second
    assert len(first) == 64


def test_the_fingerprint_does_not_depend_on_how_many_rows_are_hashed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = {"images": MemoryTable(images(), torch.arange(4))}
    at_once = fingerprint(tables)
    monkeypatch.setattr("zoo_core.data.tables.fingerprints.CHUNK", 3)
    assert fingerprint(tables) == at_once


@pytest.mark.parametrize(
    "other",
    [
        {"images": MemoryTable(images() + 1, torch.arange(4))},
        {"images": MemoryTable(images(), torch.arange(4) + 1)},
        {"images": MemoryTable(images())},
        {"images": MemoryTable(images().view(4, 1, 3, 2), torch.arange(4))},
        {"images": MemoryTable(images(), torch.arange(4), images())},
        {"pictures": MemoryTable(images(), torch.arange(4))},
        {},
    ],
    ids=["pixels", "labels", "no labels", "shape", "sources", "name", "nothing"],
)
def test_whatever_differs_changes_the_fingerprint(other: dict[str, MemoryTable]) -> None:
    assert fingerprint(other) != fingerprint({"images": MemoryTable(images(), torch.arange(4))})
