"""Two sides without partners: which data sets they are, and what does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from PIL import Image

from zoo_core import Registry
from zoo_core.composition.datasets import opener
from zoo_core.config.options import checked, options_of
from zoo_core.data import MemoryTable, fingerprint
from zoo_core.data.folders.folder import Folder
from zoo_core.data.folders.pair_sides import PairSide
from zoo_core.data.folders.unpaired import Unpaired
from zoo_core.engine.feed import Feed
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset, Split, Table
from zoo_core.spec import ImageSpec


class TwoTables(Dataset):
    def __init__(self) -> None:
        self.image = ImageSpec(1, 4, 4)

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        return {"x": self.image, "y": self.image}

    def tables(self, split: Split) -> Mapping[str, Table]:
        empty = MemoryTable(torch.zeros(0, 1, 4, 4, dtype=torch.uint8))
        return {"x": empty, "y": empty}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, count: int, *, size: tuple[int, int] = (4, 4), mode: str = "L") -> None:
    """Write images of (height, width) whose grey is their number."""
    root.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        colour = (number,) * (3 if mode == "RGB" else 1)
        Image.new(mode, size[::-1], colour).save(root / f"{number}.png")


@pytest.fixture
def unpaired(registry: Registry) -> object:
    registry.add(_entry("two-tables"), source="toys")
    datasets = opener(registry)
    return lambda sides, **options: Unpaired(datasets=datasets, sides=sides, **options)


def _entry(name: str):
    from zoo_core import Entry

    return Entry("dataset", name, f"{__name__}:TwoTables", "A toy.")


def failure(unpaired, sides: str, **options: object) -> ZooError:
    with pytest.raises(ZooError) as caught:
        unpaired(sides, **options)
    return caught.value


def test_two_folders_are_two_tables_of_their_own_length(here, unpaired) -> None:
    put(here / "cats", 7)
    put(here / "dogs", 3)
    data = unpaired("cats, dogs", held_out=0.0)
    assert data.images == {"a": ImageSpec(1, 4, 4), "b": ImageSpec(1, 4, 4)}
    assert data.image == ImageSpec(1, 4, 4)
    assert data.source is None
    assert {side: len(table) for side, table in data.tables("train").items()} == {"a": 7, "b": 3}
    assert {side: len(table) for side, table in data.tables("test").items()} == {"a": 0, "b": 0}
    assert data.summary() == (
        "A (cats): 7 training and 0 held-out images of 1x4x4; "
        "B (dogs): 3 training and 0 held-out images of 1x4x4"
    )


def test_the_sides_are_shuffled_apart(here, unpaired) -> None:
    put(here / "cats", 30)
    put(here / "dogs", 30)
    tables = unpaired("cats,dogs", held_out=0.0).tables("train")
    feed = Feed(tables, batch=30, seed=0, device=torch.device("cpu"))
    batch = feed.batch(0)
    values = {side: one.images[:, 0, 0, 0] for side, one in batch.items()}
    assert torch.equal(values["a"].sort().values, values["b"].sort().values)
    assert not torch.equal(values["a"], values["b"])


def test_a_side_is_anything_that_data_takes(here, unpaired) -> None:
    put(here / "photos", 4)
    data = unpaired("digits,folder:photos", size=(16, 12), held_out=0.25)
    assert data.images == {"a": ImageSpec(1, 16, 12), "b": ImageSpec(1, 16, 12)}
    assert len(data.tables("train")["a"]) == 1442
    held = data.tables("test")
    assert (len(held["a"]), len(held["b"])) == (355, len(data.opened["b"].tables("test")["images"]))
    labels = data.tables("train")["a"].take(torch.arange(20)).labels
    assert labels is not None
    assert len(set(labels.tolist())) > 3
    assert data.tables("train")["b"].take(torch.arange(1)).labels is None


def test_a_qualified_name_is_a_data_set(here, unpaired) -> None:
    assert unpaired("gan-zoo/digits,digits").names == ("gan-zoo/digits", "digits")


def test_a_name_that_is_a_data_set_is_no_folder(here, unpaired) -> None:
    put(here / "digits", 2)
    put(here / "folder", 2, size=(32, 32))
    data = unpaired("digits,folder")
    assert len(data.tables("train")["a"]) == 1442
    assert isinstance(data.opened["b"], Folder)
    assert data.opened["b"].splits["train"].root == Path("folder")


def test_classes_are_those_that_both_sides_have(here, unpaired) -> None:
    assert unpaired("digits,mnist", size=(8, 8)).classes == tuple("0123456789")
    put(here / "cats", 3, size=(8, 8))
    assert unpaired("digits,cats", size=(8, 8)).classes == ()


def test_class_folders_keep_their_labels(here, unpaired) -> None:
    for side in ("x", "y"):
        put(here / side / "red", 2)
        put(here / side / "blue", 2)
    data = unpaired("x,y", held_out=0.0)
    assert data.classes == ("blue", "red")
    labels = data.tables("train")["b"].take(torch.arange(4)).labels
    assert labels is not None
    assert labels.tolist() == [0, 0, 1, 1]
    # as the command line gives it
    given = checked(options_of(Unpaired), {"sides": "x,y", "labels": "none"}, "unpaired")
    assert given["labels"] == "none"
    assert unpaired(given.pop("sides"), **given).classes == ()


def test_options_reach_the_sides_that_have_them(here, unpaired) -> None:
    put(here / "grey", 3, size=(8, 8))
    put(here / "colour", 3, size=(8, 8), mode="RGB")
    assert unpaired("grey,colour", channels="3").image.channels == 3
    assert unpaired("digits,colour", channels="1", size=(8, 8)).image.channels == 1
    assert str(unpaired("mnist,mnist", root="elsewhere").opened["a"].root) == "elsewhere"


def test_each_side_has_its_own_split(here, unpaired) -> None:
    put(here / "cats" / "train", 4)
    put(here / "cats" / "test", 2)
    put(here / "dogs", 10)
    data = unpaired("cats,dogs", held_out=0.2)
    assert [len(table) for table in data.tables("test").values()] == [
        2,
        data.opened["b"].count("test"),
    ]


def test_two_more_sides_can_be_held_out(here, unpaired) -> None:
    for name, count in {"trainA": 5, "trainB": 6, "testA": 2, "testB": 3}.items():
        put(here / name, count)
    data = unpaired("trainA,trainB", test="testA,testB")
    assert {side: len(table) for side, table in data.tables("train").items()} == {"a": 5, "b": 6}
    assert {side: len(table) for side, table in data.tables("test").items()} == {"a": 2, "b": 3}
    assert data.summary() == (
        "A (trainA): 5 training images of 1x4x4; B (trainB): 6 training images of 1x4x4; "
        "2 and 3 held out"
    )


def test_a_side_with_a_split_of_its_own_counts_only_what_is_used(here, unpaired) -> None:
    put(here / "cats" / "train", 4)
    put(here / "cats" / "test", 3)
    put(here / "dogs", 4)
    put(here / "held", 2)
    assert unpaired("cats,dogs", test="held,held").summary() == (
        "A (cats): 4 training images of 1x4x4; B (dogs): 4 training images of 1x4x4; "
        "2 and 2 held out"
    )


def test_the_sides_remark_what_they_passed_over(here, unpaired) -> None:
    put(here / "cats", 2)
    put(here / "cats" / "@eaDir", 2)
    put(here / "dogs", 2)
    assert unpaired("cats,dogs").remarks() == ("A (cats): passed over: @eaDir/",)


@pytest.mark.parametrize("memory_limit", [0, 2048])
def test_pairs_can_be_both_sides(here, unpaired, memory_limit: int, registry: Registry) -> None:
    put(here / "maps" / "A", 30)
    for number in range(30):
        (here / "maps" / "B").mkdir(exist_ok=True)
        Image.new("L", (4, 4), 100 + number).save(here / "maps" / "B" / f"{number}.png")
    data = unpaired("paired:maps", held_out=0.2)
    pairs = opener(registry)("paired:maps", held_out=0.2, memory_limit=memory_limit)
    sides = {"a": True, "b": False}
    tables = {
        side: PairSide(pairs, pairs.image, sources=one).read("train") for side, one in sides.items()
    }
    count = len(tables["a"])
    assert count == len(tables["b"]) == len(data.tables("train")["a"])
    batch = Feed(tables, batch=count, seed=0, device=torch.device("cpu")).batch(0)
    values = {side: ((one.images[:, 0, 0, 0] + 1) * 127.5).round() for side, one in batch.items()}
    assert torch.equal(values["a"].sort().values + 100, values["b"].sort().values)
    assert not torch.equal(values["a"] + 100, values["b"])
    held = {
        side: table.take(torch.arange(len(table))).images
        for side, table in data.tables("test").items()
    }
    assert torch.equal(held["a"] + 100, held["b"])
    if not memory_limit:
        assert fingerprint({"x": tables["a"]}) != fingerprint({"x": tables["b"]})


def test_held_out_sides_of_another_size_are_refused(here, unpaired) -> None:
    put(here / "a", 2, mode="RGB")
    put(here / "b", 2, mode="RGB")
    put(here / "grey", 2)
    found = unpaired("a,b", test="grey,grey").tables("test")["a"].take(torch.arange(1))
    assert found.images.shape == (1, 3, 4, 4)
    error = failure(unpaired, "a,b", test="grey,digits")
    assert error.message == (
        "held-out images of 'digits' are 1x4x4, and those to train on are 3x4x4"
    )
    assert error.hint == "`-o data.test=` takes sides like those to train on"


def test_one_side_is_not_enough(here, unpaired) -> None:
    put(here / "cats", 2)
    for text in ("cats", "cats,", " ,cats"):
        error = failure(unpaired, text)
        assert error.message == f"unpaired images have two sides, and {text!r} names one"
        assert error.hint.startswith("`--data unpaired:A,B`, where A and B are folders or data")


def test_one_folder_in_the_published_form_is_answered_with_its_sides(here, unpaired) -> None:
    put(here / "horses" / "trainA", 1)
    put(here / "horses" / "trainB", 1)
    assert failure(unpaired, "horses").hint == "`--data unpaired:horses/trainA,horses/trainB`"
    put(here / "horses" / "testA", 1)
    put(here / "horses" / "testB", 1)
    assert failure(unpaired, "horses").hint == (
        "`--data unpaired:horses/trainA,horses/trainB` and `-o data.test=horses/testA,horses/testB`"
    )


def test_three_sides_are_too_many(here, unpaired) -> None:
    error = failure(unpaired, "cats,dogs,a, b")
    assert error.message == "unpaired images have two sides, and 'cats,dogs,a, b' names 4"
    assert error.hint.endswith(
        "a folder with a comma in its name can be renamed, or reached by a link"
    )
    assert failure(unpaired, ",").message == "unpaired images have two sides, and ',' names 0"


def test_a_side_that_is_nothing_is_named(here, unpaired) -> None:
    put(here / "cats", 2)
    error = failure(unpaired, "cats,digts")
    assert error.message == (
        "a side of the unpaired images, 'digts', is no folder; no dataset named 'digts'"
    )
    assert error.hint.startswith("did you mean 'digits'?")
    assert error.hint.endswith("; a path is relative to where the command runs")
    assert failure(unpaired, "cats,folder:dogs").message == "there is no folder 'dogs'"


def test_an_empty_folder_is_named(here, unpaired) -> None:
    put(here / "cats", 2)
    (here / "dogs").mkdir()
    assert failure(unpaired, "cats,dogs").message == "the folder 'dogs' holds nothing"


def test_sides_of_different_channels_are_refused(here, unpaired) -> None:
    put(here / "cats", 2)
    put(here / "dogs", 2, mode="RGB")
    error = failure(unpaired, "cats,dogs")
    assert error.message == ("the two sides differ in channels: 'cats' has 1 and 'dogs' has 3")
    assert error.hint.startswith("`-o data.channels=3` (or 1) reads folders as colour (or grey)")


def test_sides_of_different_sizes_are_refused(here, unpaired) -> None:
    put(here / "cats", 2)
    put(here / "dogs", 2, size=(4, 6))
    error = failure(unpaired, "cats,dogs")
    assert error.message == (
        "the two sides differ in size: 'cats' has 4x4 and 'dogs' has 4x6 (height x width)"
    )
    assert error.hint == "`--size 64` or `--size 64x48` scales and crops both to one size"
    assert unpaired("cats,dogs", size=(4, 4)).image == ImageSpec(1, 4, 4)


def test_a_data_set_of_several_tables_is_no_side(here, unpaired) -> None:
    error = failure(unpaired, "digits,two-tables")
    assert error.message == "'two-tables' has x and y, so it cannot be one side"
    assert error.hint.endswith("such as `folder:photos`")


def test_the_options_are_typed_and_explained() -> None:
    options = options_of(Unpaired)
    assert list(options) == [
        "sides",
        "test",
        "held_out",
        "channels",
        "labels",
        "root",
        "jitter",
        "mirror",
        "max_pixels",
    ]
    assert all(option.help for option in options.values())
