from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core.data import MemoryTable
from zoo_core.data.checking.folder_inspection import FolderOptions, inspect_folder
from zoo_core.data.checking.glance import glance_at
from zoo_core.data.checking.reports import FolderReport
from zoo_core.data.checking.table_inspection import inspect_dataset
from zoo_core.data.folders.folder import Folder
from zoo_core.data.sets.digits import Digits
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset
from zoo_core.spec import ImageSpec

RED, GREEN = (255, 0, 0), (0, 255, 0)


def put(path: Path, colour: Any = RED, *, mode: str = "RGB", **options: Any) -> Path:
    """Write an image of 4x6 (height x width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (6, 4), colour).save(path, **options)
    return path


def noise(path: Path, seed: int, size: tuple[int, int] = (8, 8)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return path


def look(root: Path, **asked: Any) -> FolderReport:
    return inspect_folder(str(root), FolderOptions(**asked))


def test_a_folder_is_told_by_formats_modes_bits_and_sizes(tmp_path: Path) -> None:
    put(tmp_path / "a.jpg")
    put(tmp_path / "b.png", GREEN)
    put(tmp_path / "c.png", 5, mode="L")
    Image.new("RGB", (10, 20)).save(tmp_path / "d.png")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    found = look(tmp_path, size=(8, 8))
    assert (found.images, found.readable, found.image) == (4, 4, "3x8x8")
    assert found.formats == {"PNG": 3, "JPEG": 1}
    assert found.modes == {"RGB": 3, "L": 1}
    assert (found.bits, found.others) == ({8: 4}, {".txt": 1})
    assert found.sizes is not None
    assert found.sizes.distinct == 2
    assert [(one.height, one.width, one.count) for one in found.sizes.common] == [
        (4, 6, 3),
        (20, 10, 1),
    ]
    assert asdict(found.sizes.short_side) == {"least": 4, "median": 4, "greatest": 10}
    assert asdict(found.sizes.aspect) == {"least": 0.5, "median": 1.5, "greatest": 1.5}
    assert found.stops == ()


def test_what_is_changed_is_counted_with_an_example(tmp_path: Path) -> None:
    put(tmp_path / "a.png", (1, 2, 3, 4), mode="RGBA")
    put(tmp_path / "b.jpg", (1, 2, 3, 4), mode="CMYK")
    put(tmp_path / "c.png", 900, mode="I;16")
    found = {one.kind: (one.count, one.example) for one in look(tmp_path).conversions}
    assert found == {
        "transparent": (1, "a.png"),
        "CMYK": (1, "b.jpg"),
        "more than 8 bits": (1, "c.png"),
        "16 bits, of which at most 12 are used": (1, "c.png"),
        "grey among colour": (1, "c.png"),
    }
    grey = look(tmp_path, channels="1").conversions[-1]
    assert (grey.kind, grey.count) == ("colour, and one channel is asked for", 2)


def test_every_unreadable_file_is_named_and_stops_a_training(tmp_path: Path) -> None:
    noise(tmp_path / "good.png", 0)
    for number in range(5):
        path = noise(tmp_path / f"cut{number}.png", number, (40, 40))
        path.write_bytes(path.read_bytes()[:1000])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("hello", encoding="utf-8")
    found = look(tmp_path)
    assert {one.name: one.reason for one in found.unreadable} == {
        **{f"cut{number}.png": "truncated" for number in range(5)},
        "empty.png": "an empty file",
        "text.png": "not an image that Pillow can read",
    }
    assert (found.images, found.readable) == (8, 1)
    (stop,) = found.stops
    assert stop.message.startswith("7 of 8 images cannot be read: ")
    assert stop.hint.startswith("repair, replace or delete")


def test_a_folder_without_a_readable_image_is_a_report_too(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    found = look(tmp_path)
    assert (found.readable, found.sizes, found.image, found.advice) == (0, None, None, ())
    assert len(found.stops) == 1


def test_classes_have_counts_for_both_splits(tmp_path: Path) -> None:
    for number, name in enumerate(("train/cat/a", "train/cat/b", "train/dog/c", "test/cat/d")):
        noise(tmp_path / f"{name}.png", number)
    found = look(tmp_path)
    assert [(one.name, one.train, one.test) for one in found.labels.classes] == [
        ("cat", 2, 1),
        ("dog", 1, 0),
    ]
    assert found.labels.ratio == 3
    assert found.splits is not None
    assert (found.splits.own, found.splits.train, found.splits.test) == (("train", "test"), 3, 1)
    assert "the largest class has 3 times the images of the smallest" in found.remarks


def test_images_beside_class_folders_stop_a_training_as_they_do_there(tmp_path: Path) -> None:
    for number, name in enumerate(("cat/a", "dog/b", "c")):
        noise(tmp_path / f"{name}.png", number)
    with pytest.raises(ZooError) as caught:
        Folder(path=str(tmp_path))
    found = look(tmp_path)
    assert [(one.message, one.hint) for one in found.stops] == [
        (caught.value.message, caught.value.hint)
    ]
    assert found.labels.unlabelled == 1
    assert [one.option for one in found.advice] == ["-o data.labels=none", "--batch 1"]
    assert look(tmp_path, labels="folders").stops == ()


def test_ignored_folders_and_files_that_look_like_labels_are_named(tmp_path: Path) -> None:
    noise(tmp_path / "cat" / "a.png", 0)
    noise(tmp_path / "b.png", 1)
    for name in ("labels.json", "list.CSV", "b.txt", "LICENSE.txt", "model.json"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = look(tmp_path, labels="none")
    assert found.labels.ignored_folders == ("cat",)
    assert found.labels.label_files == ("b.txt", "labels.json", "list.CSV")
    assert found.labels.classes == ()
    assert "not read, though it looks like labels: b.txt, labels.json, list.CSV" in found.remarks


def test_copies_across_the_split_and_across_classes_are_told(tmp_path: Path) -> None:
    for name in ("train/cat/a.png", "train/dog/b.bmp", "test/cat/c.png"):
        noise(tmp_path / name, 0)
    noise(tmp_path / "train/dog/d.png", 1)
    found = look(tmp_path)
    assert found.duplicates.extra == 2
    assert found.duplicates.across_splits == (("test/cat/c.png", "train/cat/a.png"),)
    assert found.duplicates.across_classes == (("test/cat/c.png", "train/dog/b.bmp"),)
    assert any("1 image in both splits" in text for text in found.remarks)
    assert any("1 image with more than one label" in text for text in found.remarks)


def test_images_outside_an_own_split_leave_it_unclear(tmp_path: Path) -> None:
    for number, name in enumerate(("train/a", "test/b", "c")):
        noise(tmp_path / f"{name}.png", number)
    found = look(tmp_path)
    assert (found.splits, found.advice, found.labels.classes) == (None, (), ())
    assert "and also 1 image outside them" in found.stops[0].message


def test_sizes_that_differ_stop_a_training_without_a_size(tmp_path: Path) -> None:
    noise(tmp_path / "a.png", 0, (16, 16))
    noise(tmp_path / "b.png", 1, (40, 50))
    assert "images differ in size" in look(tmp_path).stops[0].message
    assert look(tmp_path, size=(16, 16)).stops == ()


def test_progress_sees_every_path(tmp_path: Path) -> None:
    noise(tmp_path / "a.png", 0)
    noise(tmp_path / "b.png", 1)
    taken: list[Path] = []

    def track(paths: Any) -> Any:
        for path in paths:
            taken.append(path)
            yield path

    inspect_folder(str(tmp_path), track=track)
    assert taken == [tmp_path / "a.png", tmp_path / "b.png"]


def test_a_named_data_set_is_told_by_its_table() -> None:
    found = inspect_dataset(Digits())
    (table,) = found.tables
    assert (table.name, table.image, table.train, table.test) == ("images", "1x32x32", 1442, 355)
    assert (table.darkest, table.brightest, table.source) == (0, 255, None)
    assert [one.name for one in table.labels.classes] == [str(digit) for digit in range(10)]
    assert sum(one.total for one in table.labels.classes) == 1797
    assert [one.option for one in found.advice] == ["--batch 64"]
    assert found.summary == Digits().summary()


class Pairs(Dataset):
    """Two tables, one with sources; rows 0 and 2 of the second are equal, also in the sources."""

    def __init__(self) -> None:
        self.image = ImageSpec(1, 1, 2)
        self.classes = ("x", "y")

    @property
    def images(self) -> dict[str, ImageSpec]:
        return {"a": self.image, "b": self.image}

    def tables(self, split: str) -> dict[str, MemoryTable]:
        images = torch.tensor([[1, 2], [3, 4], [1, 2]], dtype=torch.uint8).view(3, 1, 1, 2)
        sources = torch.tensor([1, 2, 1], dtype=torch.uint8).view(3, 1, 1, 1)
        count = 3 if split == "train" else 0
        return {
            "a": MemoryTable(images[:2], torch.tensor([0, -1])),
            "b": MemoryTable(images[:count], sources=sources[:count]),
        }


def test_tables_are_told_one_by_one() -> None:
    found = inspect_dataset(Pairs())
    first, second = found.tables
    assert [(one.name, one.train, one.test) for one in first.labels.classes] == [
        ("x", 1, 1),
        ("y", 0, 0),
    ]
    assert first.labels.unlabelled == 2
    assert first.duplicates.across_splits == (("train 0", "test 0"), ("train 1", "test 1"))
    assert (second.source, second.train, second.test) == ("1x1x1", 3, 0)
    assert second.duplicates.groups == (("train 0", "train 2"),)
    assert second.labels.classes == ()
    assert found.advice == ()
    assert "b: nothing is held out, so nothing can be measured against unseen images" in (
        found.remarks
    )


def test_a_glance_counts_without_reading_pixels(tmp_path: Path) -> None:
    for number, name in enumerate(("cat/a", "cat/b", "dog/c")):
        noise(tmp_path / f"{name}.png", number)
    (tmp_path / "dog/copy.png").write_bytes((tmp_path / "dog/c.png").read_bytes())
    (tmp_path / "labels.csv").write_text("x", encoding="utf-8")
    found = glance_at(Folder(path=str(tmp_path)))
    assert (found.images, found.copies, found.unlabelled) == (4, 1, 0)
    assert [(one.name, one.total) for one in found.classes] == [("cat", 2), ("dog", 2)]
    assert found.ignored == ("labels.csv",)
    assert glance_at(Folder(path=str(tmp_path)), seconds=-1).copies is None
    unlabelled = glance_at(Folder(path=str(tmp_path), labels="none"))
    assert unlabelled.ignored == ("cat/", "dog/", "labels.csv")
