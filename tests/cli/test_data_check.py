from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def noise(path: Path, seed: int, size: tuple[int, int] = (16, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(values).save(path)
    return path


@pytest.fixture
def photos(home: Path) -> Path:
    """Return a folder of two classes, with nothing wrong in it."""
    for number in range(10):
        noise(home / "photos" / ("cat" if number < 6 else "dog") / f"{number}.png", number)
    return home / "photos"


def test_a_sound_folder_is_told_in_full(zoo, photos):
    result = zoo("data", "check", "folder:photos", width=80)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "photos: 10 images\n"
        "readable      all\n"
        "formats       PNG\n"
        "channels      colour\n"
        "bits          8\n"
        "sizes         all 16x16 (height x width)\n"
        "splits        9 for training, 1 held out: a share of 0.1, by the names of the\n"
        "              files\n"
        "a training    reads 3x16x16 (channels x height x width)\n"
        "\n"
        "labels\n"
        "class  training  held out\n"
        "cat           6         0\n"
        "dog           3         1\n"
        "smallest dog (4), largest cat (6), 1.5 times as many\n"
        "\n"
        "duplicates\n"
        "none: no two images have the same pixels before scaling\n"
        "\n"
        "worth knowing\n"
        "- 2 classes are found; only a part that reads labels uses them: `--condition\n"
        "  NAME`, `zoo list condition`\n"
        "- 9 training images: a critic soon knows so few by heart\n"
        "\n"
        "options that would fit\n"
        "zoo train --gen dcgan --data folder:photos --batch 4\n"
        "  --batch 4  9 training images make 2 of it an epoch\n"
        "\n"
        "nothing would stop a training\n"
    )


def test_the_line_that_would_fit_composes(zoo, home):
    noise(home / "my photos" / "a.png", 0, (70, 90))
    noise(home / "my photos" / "b.png", 1, (41, 45))
    noise(home / "my photos" / "cat" / "c.png", 2, (40, 50))
    Image.new("L", (44, 44)).save(home / "my photos" / "d.png")
    found = json.loads(
        zoo("data", "check", "folder:my photos", "-o", "held_out=0.5", "--json").stdout
    )
    assert found["command"] == (
        "zoo train --gen dcgan --data 'folder:my photos' -o data.held_out=0.5 --size 40 "
        "-o data.channels=3 -o data.labels=none --batch 1"
    )
    _, *words = shlex.split(found["command"])
    result = zoo(*words, "--batch", "2", "--dry-run", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["options"]["run"]["size"] == "40x40"


def test_a_side_that_is_advised_is_one_that_a_dcgan_can_do(zoo):
    from zoo_core.data.checking.advice import is_doubled

    flags = ("--gen", "dcgan", "-o", "generator.width=1", "-o", "critic.width=1", "--dry-run")
    for size in ("4", "24", "33", "40x56", "30x48"):
        height, _, width = size.partition("x")
        done = zoo("train", *flags, "--data", "digits", "--size", size)
        assert (done.exit_code == 0) == is_doubled(int(height), int(width or height))


def test_unreadable_files_are_all_counted_and_varied_reasons_named_first(zoo, photos):
    for number in range(12):
        (photos / "cat" / f"x{number:02}.png").write_bytes(b"")
    (photos / "dog" / "z.png").write_text("hello", encoding="utf-8")
    result = zoo("data", "check", "folder:photos", width=80)
    assert result.exit_code == 1
    text = result.stdout
    assert "\nunreadable: 13 files\ncat/x00.png  an empty file\ndog/z.png    not an image" in text
    assert "cat/x08.png" in text
    assert "cat/x09.png" not in text
    assert "\nand 3 more; `--json` has all\n" in text
    assert "\n1 thing would stop a training\n- 13 of 23 images cannot be read: " in text
    found = json.loads(zoo("data", "check", "folder:photos", "--json").stdout)
    assert len(found["unreadable"]) == 13
    assert found["unreadable"][-1] == {
        "name": "dog/z.png",
        "reason": "not an image that Pillow can read",
    }


def test_copies_are_marked_where_they_do_harm(zoo, photos):
    (photos / "dog" / "stolen.png").write_bytes((photos / "cat" / "0.png").read_bytes())
    text = zoo("data", "check", "folder:photos", "-o", "held_out=0").stdout
    assert "1 image too many: the same pixels before scaling, in 1 group" in text
    assert "\nseveral labels  cat/0.png = dog/stolen.png\n" in text


def test_what_is_changed_when_read_is_shown(zoo, photos):
    Image.new("CMYK", (16, 16)).save(photos / "cat" / "c.jpg")
    text = zoo("data", "check", "folder:photos").stdout
    assert "formats       10 PNG, 1 JPEG\n" in text
    assert "channels      10 colour, 1 CMYK\n" in text
    assert "\nchanged when read\nkind  images  a training reads" in text
    assert "\nCMYK  1       converted to RGB, without a profile  cat/c.jpg\n" in text


def test_options_are_those_of_a_training(zoo, photos):
    noise(photos / "a.png", 77)
    assert zoo("data", "check", "folder:photos").exit_code == 1
    for option in ("labels=none", "data.labels=folders"):
        assert zoo("data", "check", "folder:photos", "-o", option).exit_code == 0
    noise(photos / "cat" / "b.png", 78, (20, 30))
    flags = ("folder:photos", "-o", "labels=none")
    assert "images differ in size" in zoo("data", "check", *flags).stdout
    assert zoo("data", "check", *flags, "--size", "16").exit_code == 0


def test_a_named_data_set_is_told_by_its_table(zoo):
    result = zoo("data", "check", "digits")
    assert result.exit_code == 0
    assert "\nsplits        1,442 for training, 355 held out\n" in result.stdout
    assert "\nzoo train --gen dcgan --data digits --batch 64\n" in result.stdout
    found = json.loads(zoo("data", "check", "digits", "--size", "16", "--json").stdout)
    assert found["tables"][0]["image"] == "1x16x16"
    assert found["command"] == "zoo train --gen dcgan --data digits --size 16 --batch 64"


def test_two_sides_are_two_tables(zoo, photos):
    result = zoo("data", "check", "unpaired:photos/cat,photos/dog")
    assert result.exit_code == 0
    assert "\ntable 'a'\nimages        3x16x16" in result.stdout
    assert "\ntable 'b'\nimages        3x16x16" in result.stdout
    assert "zoo train" not in result.stdout


@pytest.mark.parametrize(
    "flags", [("-o", "root=there"), ("-o", "data.root=there"), ("--data-dir", "there")]
)
def test_where_a_named_set_lies_is_said_as_to_a_training(zoo, flags):
    result = zoo("data", "check", "mnist", *flags, "-o", "download=false")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "Error: mnist is not in 'there/MNIST/raw' and `download` is false\nHint: "
    )


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ("folder:nowhere", "there is no folder 'nowhere'"),
        ("folder:empty", "the folder 'empty' holds nothing"),
        ("folder:file.txt", "'file.txt' is a file, not a folder of images"),
        ("digitz", "no dataset named 'digitz'"),
        ("digits:3", "dataset 'digits' takes nothing after a colon, but '3' stands there"),
    ],
)
def test_what_cannot_be_looked_at_is_an_error(zoo, home, data, error):
    (home / "empty").mkdir()
    (home / "file.txt").write_text("x", encoding="utf-8")
    result = zoo("data", "check", data)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[0] == f"Error: {error}"
    assert result.stderr.splitlines()[1].startswith("Hint: ")


def test_options_of_something_else_are_refused(zoo, photos):
    result = zoo("data", "check", "digits", "-o", "generator.width=3")
    assert result.exit_code == 2
    assert "takes options of data only, not of 'generator'" in result.stderr
    result = zoo("data", "check", "folder:photos", "-o", "label=none")
    assert result.stderr.splitlines() == [
        "Error: dataset 'folder' has no option 'label'",
        "Hint: did you mean 'labels'? it has channels, held_out, jitter, labels, max_pixels, "
        "memory_limit, mirror, path",
    ]
    result = zoo("data", "check", "mnist", "--data-dir", "x", "-o", "root=y")
    assert result.exit_code == 2
    assert "--data-dir and -o data.root both set data.root" in result.stderr


TINY = ("--gen", "vanilla", "--size", "8", "--steps", "1", "--batch", "4", "--run", "here")


def test_a_training_on_a_folder_begins_with_a_short_check(zoo, photos):
    (photos / "cat" / "copy.png").write_bytes((photos / "cat" / "0.png").read_bytes())
    lines = zoo("train", *TINY, "--data", "folder:photos").stderr.splitlines()
    assert lines[1:3] == [
        "11 images in 2 classes (smallest 4, largest 7), 1 copy of other files; "
        "`zoo data check folder:photos` shows more",
        "labels that nothing here reads: the classes (`zoo list condition` shows what reads them)",
    ]


def test_the_short_check_names_labels_that_are_ignored(zoo, photos):
    (photos / "labels.csv").write_text("x", encoding="utf-8")
    flags = ("--data", "folder:photos", "-o", "data.labels=none")
    lines = zoo("train", *TINY, *flags).stderr.splitlines()
    assert lines[1:3] == [
        "10 images; `zoo data check folder:photos` shows more",
        "labels that nothing here reads: cat/, dog/, labels.csv",
    ]


def test_a_training_on_a_named_set_begins_without_it(zoo):
    result = zoo("train", *TINY, "--data", "digits")
    assert "zoo data check" not in result.stderr
    assert "labels that nothing here reads" not in result.stderr


def test_a_quiet_training_says_nothing_of_its_folder(zoo, photos):
    assert zoo("train", *TINY, "--data", "folder:photos", "--quiet").stderr == ""
