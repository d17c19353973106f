from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core.config.options import checked, options_of
from zoo_core.data import FileTable, MemoryTable, fingerprint
from zoo_core.data.folders.folder import Folder
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec


def put(root: Path, *names: str, size: tuple[int, int] = (2, 3), mode: str = "L") -> None:
    """Write images of (height, width), each with its number as colour."""
    for number, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new(mode, size[::-1], number).save(path)


def labels_of(data: Folder, split: str) -> dict[str, int]:
    files = data.splits[split]
    found = data.tables(split)["images"].take(torch.arange(len(files.names))).labels
    assert found is not None
    return dict(zip(files.names, found.tolist(), strict=True))


def failure(path: Path | str, **options: object) -> ZooError:
    with pytest.raises(ZooError) as caught:
        Folder(path=str(path), **options)
    return caught.value


def test_size_and_channels_are_found_in_the_files(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    data = Folder(path=str(tmp_path))
    assert data.image == ImageSpec(1, 2, 3)
    assert data.classes == ()
    assert data.tables("train")["images"].take(torch.tensor([0])).labels is None


def test_one_colour_file_makes_all_of_them_colour(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    put(tmp_path, "c.png", mode="RGB")
    assert Folder(path=str(tmp_path)).image.channels == 3


@pytest.mark.parametrize("channels", ["1", "3"])
def test_channels_can_be_chosen(tmp_path: Path, channels: str) -> None:
    put(tmp_path, "a.png")
    put(tmp_path, "b.png", mode="RGB")
    data = Folder(path=str(tmp_path), channels=channels)
    assert data.tables("train")["images"].take(torch.tensor([0])).images.shape[1] == int(channels)


@pytest.mark.parametrize("size", [(4, 4), (8, 5), (2, 3)])
def test_every_file_gets_the_size_that_was_asked_for(tmp_path: Path, size: tuple[int, int]) -> None:
    put(tmp_path, "a.png", "b.png", "c.png")
    put(tmp_path, "d.png", size=(9, 4))
    data = Folder(path=str(tmp_path), size=size)
    assert data.image == ImageSpec(1, *size)
    for split in ("train", "test"):
        table = data.tables(split)["images"]
        assert table.take(torch.arange(len(table))).images.shape[1:] == (1, *size)


def test_two_sizes_without_a_wish_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    put(tmp_path, "c.png", size=(5, 4))
    error = failure(tmp_path)
    assert error.message == (
        f"images differ in size: {str(tmp_path / 'a.png')!r} is 2x3 and "
        f"{str(tmp_path / 'c.png')!r} is 5x4 (height x width)"
    ) or error.message == (
        f"images differ in size: {str(tmp_path / 'c.png')!r} is 5x4 and "
        f"{str(tmp_path / 'a.png')!r} is 2x3 (height x width)"
    )
    assert error.hint == "`--size 64` or `--size 64x48` scales and crops all to one size"


def test_sub_folders_are_classes_in_sorted_order(tmp_path: Path) -> None:
    put(tmp_path, "dog/1.png", "dog/2.png", "cat/old/1.png", "cat/2.png", "Ant/1.png")
    data = Folder(path=str(tmp_path), held_out=0.0)
    assert data.classes == ("Ant", "cat", "dog")
    assert labels_of(data, "train") == {
        "Ant/1.png": 0,
        "cat/2.png": 1,
        "cat/old/1.png": 1,
        "dog/1.png": 2,
        "dog/2.png": 2,
    }


def test_images_beside_class_folders_are_refused_with_both_ways_out(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "dog/1.png", "eel/1.png", "fox/1.png", "x.png", "y.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path)!r} has class folders (cat, dog, eel, ...) and also 2 images outside "
        "them, such as 'x.png'"
    )
    assert error.hint == (
        "`-o data.labels=folders` keeps those as unlabelled, "
        "`-o data.labels=none` ignores the folders"
    )


def test_images_beside_class_folders_can_be_unlabelled(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "dog/1.png", "x.png")
    data = Folder(path=str(tmp_path), labels="folders", held_out=0.0)
    assert data.classes == ("cat", "dog")
    assert labels_of(data, "train") == {"cat/1.png": 0, "dog/1.png": 1, "x.png": -1}


def test_class_folders_can_be_ignored(tmp_path: Path) -> None:
    put(tmp_path, "cat/1.png", "x.png")
    data = Folder(path=str(tmp_path), labels="none")
    assert data.classes == ()
    assert data.tables("train")["images"].take(torch.tensor([0])).labels is None


def test_asking_for_classes_that_are_not_there_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "x.png")
    error = failure(tmp_path, labels="folders")
    assert error.message == f"{str(tmp_path)!r} has no class folders"
    assert error.hint == (
        "move the images of each class into a folder of their own, "
        "or train without labels: `-o data.labels=none`"
    )


def test_naming_a_folder_one_level_too_high_is_noticed(tmp_path: Path) -> None:
    put(tmp_path, "all/cat/1.png", "all/dog/1.png")
    error = failure(tmp_path)
    assert error.message == (
        f"all images of {str(tmp_path)!r} lie in 'all', which has folders itself"
    )
    assert error.hint == (
        f"`folder:{tmp_path / 'all'}` takes those as classes, `-o data.labels=none` ignores them"
    )
    assert Folder(path=str(tmp_path / "all")).classes == ("cat", "dog")


@pytest.mark.parametrize("held", ["test", "val", "validation"])
def test_a_folder_with_its_own_split_keeps_it(tmp_path: Path, held: str) -> None:
    put(tmp_path, "train/cat/1.png", "train/dog/1.png", f"{held}/dog/1.png", f"{held}/dog/2.png")
    data = Folder(path=str(tmp_path))
    assert data.classes == ("cat", "dog")
    assert labels_of(data, "train") == {"cat/1.png": 0, "dog/1.png": 1}
    assert labels_of(data, "test") == {"dog/1.png": 1, "dog/2.png": 1}


def test_a_class_that_is_only_held_out_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "train/cat/1.png", "test/cats/1.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path / 'test')!r} has the class 'cats', which {str(tmp_path / 'train')!r} "
        "has not"
    )
    assert error.hint == (
        "name the class folders of both alike, or leave them out: `-o data.labels=none`"
    )


def test_images_outside_train_and_test_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "train/1.png", "test/1.png", "more/1.png", "x.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path)!r} has train/ and test/ and also 2 images outside them, "
        "such as 'more/1.png'"
    )
    assert error.hint == (f"move what is outside elsewhere, or name `folder:{tmp_path}/train`")


def test_the_two_splits_share_no_image_and_hold_all(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(40)]
    put(tmp_path, *names)
    splits = Folder(path=str(tmp_path), held_out=0.3).splits
    assert not set(splits["train"].names) & set(splits["test"].names)
    assert sorted(splits["train"].names + splits["test"].names) == sorted(names)
    assert 4 <= len(splits["test"].names) <= 20


def test_adding_an_image_moves_no_other(tmp_path: Path) -> None:
    put(tmp_path, *(f"{number}.png" for number in range(40)))
    before = set(Folder(path=str(tmp_path)).splits["test"].names)
    put(tmp_path, "new.png")
    after = set(Folder(path=str(tmp_path)).splits["test"].names)
    assert after - {"new.png"} == before


def test_two_images_make_two_splits(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    data = Folder(path=str(tmp_path))
    assert (data.count("train"), data.count("test")) == (1, 1)


def test_nothing_held_out_leaves_an_empty_table(tmp_path: Path) -> None:
    put(tmp_path, "cat/a.png", "dog/b.png")
    data = Folder(path=str(tmp_path), held_out=0.0)
    assert len(data.tables("test")["images"]) == 0
    assert len(data.tables("train")["images"]) == 2


def test_hidden_files_are_ignored(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    (tmp_path / ".b.png").write_bytes(b"no image")
    put(tmp_path, ".cache/c.png", "__MACOSX/d.png")
    data = Folder(path=str(tmp_path))
    assert data.splits["train"].names == ("a.png",)
    assert data.others == {}


def test_other_files_are_counted_in_the_summary(tmp_path: Path) -> None:
    put(tmp_path, "cat/a.png", "dog/b.PNG")
    for name in ("notes.txt", "list.csv", "cat/more.TXT", "LICENSE"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert Folder(path=str(tmp_path), held_out=0.0).summary() == (
        "2 training and 0 held-out images of 1x2x3, 2 classes; "
        "4 other files (1 .csv, 2 .txt, 1 without extension) not read"
    )


def test_an_image_that_cannot_be_read_is_never_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b.png")
    (tmp_path / "c.jpg").write_bytes(b"no image")
    bad = f"{str(tmp_path / 'c.jpg')!r} (not an image that Pillow can read)"
    assert failure(tmp_path).message == f"1 of 3 images cannot be read: {bad}"


def test_truncated_pixels_are_found_when_the_split_is_read(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    for name in ("a.png", "b.png"):
        Image.fromarray(noise).save(tmp_path / name)
    path = tmp_path / "b.png"
    path.write_bytes(path.read_bytes()[:1000])
    data = Folder(path=str(tmp_path), held_out=0.0)
    with pytest.raises(ZooError, match=r"1 of 2 images cannot be read: .*b\.png' \(truncated\)"):
        data.tables("train")


def test_links_in_circles_end(tmp_path: Path) -> None:
    put(tmp_path, "cat/a.png", "dog/b.png")
    (tmp_path / "cat" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dog" / "self").symlink_to(tmp_path / "dog", target_is_directory=True)
    data = Folder(path=str(tmp_path), held_out=0.0)
    assert data.classes == ("cat", "dog")
    assert set(data.splits["train"].names) >= {"cat/a.png", "dog/b.png"}


def test_a_linked_folder_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "real/a.png", "data/cat/b.png")
    (tmp_path / "data" / "dog").symlink_to(tmp_path / "real", target_is_directory=True)
    data = Folder(path=str(tmp_path / "data"), held_out=0.0)
    assert labels_of(data, "train") == {"cat/b.png": 0, "dog/a.png": 1}


def test_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "gone.png")
    assert "b.png' (no such file or directory)" in failure(tmp_path).message


def test_a_missing_folder_is_named_with_its_neighbour(tmp_path: Path) -> None:
    put(tmp_path, "photos/a.png")
    error = failure(tmp_path / "photo")
    assert error.message == f"there is no folder {str(tmp_path / 'photo')!r}"
    assert error.hint == ("did you mean 'photos'? a path is relative to where the command runs")


def test_a_missing_parent_is_an_error_of_the_same_kind(tmp_path: Path) -> None:
    error = failure(tmp_path / "no" / "such")
    assert error.message == f"there is no folder {str(tmp_path / 'no' / 'such')!r}"
    assert error.hint == "a path is relative to where the command runs"


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(b"PK")
    error = failure(path)
    assert error.message == f"{str(path)!r} is a file, not a folder of images"
    assert error.hint == "unpack it where it is an archive, and name the folder"


def test_no_path_is_refused() -> None:
    error = failure(" ")
    assert str(error) == ("the data set 'folder' has no path\nHint: `--data folder:PATH` names it")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    error = failure(tmp_path)
    assert error.message == f"the folder {str(tmp_path)!r} holds nothing"
    assert error.hint.startswith("images end in .avif, .bmp, ")


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.txt").write_text("x", encoding="utf-8")
    error = failure(tmp_path)
    assert error.message == (
        f"the folder {str(tmp_path)!r} holds no image but 1 other file (1 .txt)"
    )


def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.png")

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    # file modes do not stop the root user, who runs many containers
    monkeypatch.setattr("os.scandir", refuse)
    error = failure(tmp_path)
    assert error.message == f"the folder {str(tmp_path)!r} cannot be read: permission denied"
    assert error.hint == "allow reading it, or move it elsewhere"


def test_the_home_folder_can_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "photos/a.png")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Folder(path="~/photos").count("train") == 1


def test_a_folder_beyond_the_limit_is_read_on_demand(tmp_path: Path) -> None:
    put(tmp_path, "cat/a.png", "dog/b.png", size=(600, 1000))
    small = Folder(path=str(tmp_path), memory_limit=2, held_out=0.0)
    large = Folder(path=str(tmp_path), memory_limit=1, held_out=0.0)
    assert isinstance(small.tables("train")["images"], MemoryTable)
    table = large.tables("train")["images"]
    assert isinstance(table, FileTable)
    rows = table.take(torch.tensor([1]))
    assert rows.labels is not None
    assert (rows.labels.tolist(), int(rows.images.max())) == ([1], 1)


def test_a_folder_that_was_moved_has_the_same_split_and_fingerprint(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(12)]
    found = []
    for place in ("here", "there"):
        put(tmp_path / place, *names)
        data = Folder(path=str(tmp_path / place))
        found.append((data.splits["test"].names, fingerprint(data.tables("train"))))
    assert found[0] == found[1]


def test_the_options_are_typed_bounded_and_explained() -> None:
    options = options_of(Folder)
    assert list(options) == [
        "path",
        "held_out",
        "channels",
        "labels",
        "memory_limit",
        "jitter",
        "mirror",
        "max_pixels",
    ]
    assert all(option.help for option in options.values())
    assert Folder.argument == "path"
    with pytest.raises(ZooError, match=r"folder cannot take 0\.95 for 'held_out'"):
        checked(options, {"path": "x", "held_out": 0.95}, "folder")
    with pytest.raises(ZooError, match="folder needs a value for 'path'"):
        checked(options, {}, "folder")


SHEETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "cifar10_lossless"


@pytest.mark.skipif(not SHEETS.is_dir(), reason="needs ../shared/data/cifar10_lossless")
def test_photographs_come_back_from_a_folder_without_loss(tmp_path: Path) -> None:
    with Image.open(SHEETS / "cifar10_batch_0.png") as sheet:
        photographs = np.array(sheet)[:40].reshape(40, 32, 32, 3)
    labels = np.load(SHEETS / "labels_first4000.npy", allow_pickle=False)[:40].tolist()
    for number, (photograph, label) in enumerate(zip(photographs, labels, strict=True)):
        (tmp_path / f"class{label}").mkdir(exist_ok=True)
        Image.fromarray(photograph).save(tmp_path / f"class{label}" / f"{number:02}.png")
    data = Folder(path=str(tmp_path), held_out=0.0)
    rows = data.tables("train")["images"].take(torch.arange(40))
    order = [int(Path(name).stem) for name in data.splits["train"].names]
    assert torch.equal(rows.images, torch.from_numpy(photographs[order]).permute(0, 3, 1, 2))
    assert rows.labels is not None
    classes = [data.classes[label] for label in rows.labels.tolist()]
    assert classes == [f"class{labels[number]}" for number in order]
