"""Folders that are named as splits, folders of the system, and what is said of both."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from zoo_core.data.checking.folder_inspection import inspect_folder
from zoo_core.data.folders.folder import Folder
from zoo_core.data.folders.paired import Paired
from zoo_core.data.folders.split_names import own_split, split_name
from zoo_core.errors import ZooError


def put(root: Path, *names: str, size: tuple[int, int] = (2, 2)) -> None:
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", size, number).save(path)


@pytest.mark.parametrize(
    ("train", "held"),
    [
        ("Training", "Testing"),
        ("Train", "Test"),
        ("TRAIN", "VALID"),
        ("train", "dev"),
        ("train", "eval"),
        ("training_set", "test_set"),
        ("TrainSet", "ValSet"),
        ("trainset", "testset"),
        ("train-images", "val-images"),
        ("train2017", "val2017"),
        ("seg_train", "seg_test"),
        ("train", "held-out"),
        ("train", "Hold_Out"),
    ],
)
def test_folders_named_as_splits_are_splits(tmp_path: Path, train: str, held: str) -> None:
    put(tmp_path, f"{train}/cat/1.png", f"{train}/dog/2.png", f"{held}/cat/3.png")
    data = Folder(path=str(tmp_path))
    assert data.classes == ("cat", "dog")
    assert (data.count("train"), data.count("test")) == (2, 1)
    assert data.tables("test")["images"].take(torch.tensor([0])).images.flatten()[0] == 2
    assert data.remarks() == (f"{train}/ is trained on and {held}/ is held out, by their names",)
    report = inspect_folder(str(tmp_path))
    assert report.splits is not None
    assert report.splits.own == (train, held)
    assert data.remarks()[0] in report.remarks


@pytest.mark.parametrize(
    "name", ["trains", "contest", "valley", "attest", "device", "cats", "train_test", "traincar"]
)
def test_other_names_are_no_splits(name: str) -> None:
    assert split_name(name) is None


def test_the_plain_names_need_no_remark(tmp_path: Path) -> None:
    put(tmp_path, "train/1.png", "test/2.png")
    assert Folder(path=str(tmp_path)).remarks() == ()


def test_of_several_held_out_folders_one_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    put(tmp_path, "Train/1.png", "Valid/2.png", "Valid/3.png", "Test/4.png")
    data = Folder(path=str(tmp_path))
    assert (data.count("train"), data.count("test")) == (1, 1)
    assert data.remarks()[1] == "not read, since Test/ is what is held out: Valid/"


def test_splits_inside_each_class_are_splits(tmp_path: Path) -> None:
    put(tmp_path, "cat/train/1.png", "cat/Test/2.png", "dog/train/3.png", "dog/test/4.png")
    data = Folder(path=str(tmp_path))
    assert data.classes == ("cat", "dog")
    assert data.splits["train"].names == ("cat/train/1.png", "dog/train/3.png")
    assert data.splits["test"].names == ("cat/Test/2.png", "dog/test/4.png")
    assert "in each class" in data.remarks()[0]
    assert len(inspect_folder(str(tmp_path)).labels.classes) == 2


def test_a_class_without_both_splits_keeps_all_as_one_and_says_so(tmp_path: Path) -> None:
    put(tmp_path, "cat/train/1.png", "cat/test/2.png", "dog/3.png")
    data = Folder(path=str(tmp_path), held_out=0.0)
    assert data.count("train") == 3
    assert data.remarks() == ("named as held out, and read as any other folder: cat/test/",)


@pytest.mark.parametrize("names", [("Train", "train2", "test"), ("test", "cat"), ("train", "cat")])
def test_where_the_splits_are_unclear_it_is_said(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert own_split(names) is None
    put(tmp_path, *(f"{name}/1.png" for name in names))
    (remark,) = Folder(path=str(tmp_path)).remarks()
    assert remark.startswith("named as a split, and read as any other folder: ")
    assert remark in inspect_folder(str(tmp_path)).remarks


@pytest.mark.parametrize("names", ["trainA trainB testA testB", "TrainA TrainB", "train_a train_b"])
def test_sides_are_no_classes(tmp_path: Path, names: str) -> None:
    folders = names.split()
    put(tmp_path, *(f"{name}/1.png" for name in folders))
    with pytest.raises(ZooError, match="the sides of unpaired images, which are no classes") as no:
        Folder(path=str(tmp_path))
    assert f"--data unpaired:{tmp_path}/{folders[0]},{tmp_path}/{folders[1]}`" in no.value.hint
    assert ("data.test=" in no.value.hint) == (len(folders) == 4)
    assert inspect_folder(str(tmp_path)).stops[0].message == no.value.message


def test_sides_of_a_path_with_a_space_are_quoted(tmp_path: Path) -> None:
    put(tmp_path / "my set", "trainA/1.png", "trainB/2.png")
    with pytest.raises(ZooError) as caught:
        Folder(path=str(tmp_path / "my set"))
    root = tmp_path / "my set"
    assert f"`--data 'unpaired:{root}/trainA,{root}/trainB'`" in caught.value.hint


def test_half_of_the_sides_can_be_taken_alone(tmp_path: Path) -> None:
    put(tmp_path, "trainA/1.png", "testA/2.png")
    with pytest.raises(ZooError) as caught:
        Folder(path=str(tmp_path))
    assert caught.value.hint == f"`--data folder:{tmp_path}/testA` takes one of them alone"


def test_pairs_know_the_same_names(tmp_path: Path) -> None:
    put(tmp_path, "Training/a/1.png", "Training/b/1.png", "Testing/a/2.png", "Testing/b/2.png")
    data = Paired(path=str(tmp_path))
    assert (data.count("train"), data.count("test")) == (1, 1)
    assert data.pairs["train"].first == ("Training/a/1.png",)


FOREIGN = (
    "@eaDir",
    ".AppleDouble",
    "__MACOSX",
    ".Trashes",
    "$RECYCLE.BIN",
    "lost+found",
    ".ipynb_checkpoints",
    "System Volume Information",
    "#recycle",
)


@pytest.mark.parametrize("name", FOREIGN)
def test_folders_of_the_system_are_passed_over_and_named(tmp_path: Path, name: str) -> None:
    put(tmp_path, "cat/1.png", "dog/2.png", f"{name}/3.png", f"cat/{name}/4.png")
    (tmp_path / "cat" / "Thumbs.db").write_bytes(b"x")
    data = Folder(path=str(tmp_path))
    assert data.classes == ("cat", "dog")
    assert data.count("train") + data.count("test") == 2
    assert data.remarks() == (f"passed over: {name}/ (2 times)",)
    assert data.others == {".db": 1}
    assert data.remarks()[0] in inspect_folder(str(tmp_path)).remarks
    put(tmp_path, "A/1.png", "B/1.png", f"A/{name}/1.png")


def test_hidden_images_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "1.png", "2.png", "._1.png", "._2.png")
    assert Folder(path=str(tmp_path)).remarks() == ("passed over: 2 hidden images",)


def test_folders_without_an_image_are_named(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "dog/2.png")
    (tmp_path / "bird" / "young").mkdir(parents=True)
    (tmp_path / "fish").mkdir()
    (tmp_path / "fish" / "1.cr2").write_bytes(b"raw")
    data = Folder(path=str(tmp_path))
    assert data.classes == ("cat", "dog")
    assert data.remarks() == ("no image in bird/, fish/",)
    assert data.remarks()[0] in inspect_folder(str(tmp_path)).remarks


def test_only_images_held_out_by_name_can_be_spared(tmp_path: Path) -> None:
    put(tmp_path / "plain", *(f"{number}.png" for number in range(4)))
    assert Folder(path=str(tmp_path / "plain"), held_out=0.5).spare() > 0
    assert Folder(path=str(tmp_path / "plain"), held_out=0.0).spare() == 0
    put(tmp_path / "own", "train/1.png", "test/2.png")
    assert Folder(path=str(tmp_path / "own")).spare() == 0
    put(tmp_path / "pairs", "1.png", "2.png", size=(4, 2))
    assert Paired(path=str(tmp_path / "pairs")).spare() == 1
    put(tmp_path / "own pairs", "Train/1.png", "Test/2.png", size=(4, 2))
    assert Paired(path=str(tmp_path / "own pairs")).spare() == 0
