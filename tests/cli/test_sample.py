from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoo_cli.commands.sample import label_number
from zoo_core import ZooError, load
from zoo_core.digests import sha256_of
from zoo_core.interfaces import as_bytes

CONDITIONAL = """
import torch
from torch import nn
from zoo_core import Entry, ImageSpec, hookimpl
from zoo_core.interfaces import Generator


class Labelled(Generator):
    conditional = True

    def __init__(self, *, image: ImageSpec, latent_dim: int, classes: int):
        super().__init__()
        self.shape = image.shape
        self.table = nn.Embedding(classes, image.numel)
        self.layer = nn.Linear(latent_dim, image.numel)

    def forward(self, latents, labels=None):
        values = self.layer(latents) + self.table(labels)
        return values.tanh().view(-1, *self.shape)


@hookimpl
def zoo_entries():
    target = "labelled_parts:Labelled"
    parts = {"parts": {"critic": "vanilla"}}
    return [Entry(kind="generator", name="labelled", target=target, summary="L.", defaults=parts)]
"""


def test_sheet_is_written(zoo, trained, home):
    result = zoo("sample", trained, "--count", "6", "--columns", "3")
    assert (result.exit_code, result.stdout) == (0, "samples.png\n")
    with Image.open(home / "samples.png") as sheet:
        assert sheet.size == (3 * 10 + 2, 2 * 10 + 2)


def test_sheet_of_many_says_how_far_it_is_on_stderr(zoo, trained, home):
    few, many = (zoo("sample", trained, "--count", str(count)) for count in (256, 257))
    assert (few.stderr, many.stdout) == ("", "samples.png\n")
    assert many.stderr.startswith("257 pictures in ")
    assert many.stderr.endswith(" a second\n")
    assert zoo("sample", trained, "--count", "257", "--quiet").stderr == ""


def test_sheet_has_the_scale_and_the_padding_that_are_asked_for(zoo, trained, home):
    flags = ("--columns", "3", "--scale", "4", "--padding", "1")
    assert zoo("sample", trained, "--count", "6", *flags).exit_code == 0
    with Image.open(home / "samples.png") as sheet:
        assert sheet.size == (3 * 33 + 1, 2 * 33 + 1)
        values = np.asarray(sheet.convert("L"))[1:33, 1:33]
    assert (values == values[::4, ::4].repeat(4, 0).repeat(4, 1)).all()


def test_sheet_of_classes_has_a_column_for_each(zoo, home):
    assert zoo("sample", "cdcgan.mnist-28", "--count", "30").exit_code == 0
    assert zoo("sample", "cdcgan.mnist-28", "--count", "9", "--label", "3", "--out", "3.png")
    with Image.open("samples.png") as sheet, Image.open("3.png") as threes:
        assert sheet.size == (10 * 30 + 2, 3 * 30 + 2)
        assert threes.size == (3 * 30 + 2, 3 * 30 + 2)


def test_folder_gets_a_picture_each_and_a_manifest(zoo, trained, home):
    result = zoo("sample", trained, "--count", "3", "--seed", "5", "--out", "many/")
    assert result.stdout == "3 pictures in many/\n"
    pictures = [f"seed5-0000{number}.png" for number in range(3)]
    assert sorted(p.name for p in Path("many").iterdir()) == ["manifest.json", *pictures]
    found = json.loads(Path("many/manifest.json").read_text())
    assert (found["source"], found["count"], found["seed"]) == (str(trained), 3, 5)
    assert found["versions"].keys() >= {"gan-zoo", "zoo-plugin-vanilla", "torch", "python"}
    for name, digest in found["sha256"].items():
        (weights,) = trained.glob(f"checkpoints/*3/{name}")
        assert sha256_of(weights) == digest
    assert list(found["sha256"]) == ["generator_ema.safetensors"]


def test_folder_holds_the_pictures_that_python_draws(zoo, trained, home):
    assert zoo("sample", trained, "--count", "70", "--out", "many/").exit_code == 0
    images = as_bytes(load(trained, device="cpu").sample(70))
    for number, image in enumerate(images):
        with Image.open(f"many/seed0-{number:05d}.png") as picture:
            assert (np.asarray(picture) == image[0].numpy()).all()


def test_many_pictures_are_one_line_on_stdout(zoo, trained, home):
    for place, flags in {"a/": (), "b/": ("--quiet",)}.items():
        result = zoo("sample", trained, "--count", "100", "--out", place, *flags)
        assert result.stdout == f"100 pictures in {place}\n"
        assert ("a second" in result.stderr) == (not flags)
    listed = json.loads(zoo("sample", trained, "--count", "100", "--out", "c/", "--json").stdout)
    assert listed["files"] == [f"c/seed0-{number:05d}.png" for number in range(100)]


def test_classes_have_a_folder_each_where_that_is_asked_for(zoo, home):
    flags = ("--count", "12", "--by-label", "--out", "digits/")
    assert zoo("sample", "cdcgan.mnist-28", *flags).exit_code == 0
    assert [p.name for p in sorted(Path("digits/1").iterdir())] == [
        "seed0-00001-label1.png",
        "seed0-00011-label1.png",
    ]
    assert len([p for p in Path("digits").iterdir() if p.is_dir()]) == 10


def test_unconditional_pictures_cannot_be_sorted_by_class(zoo, trained):
    result = zoo("sample", trained, "--by-label", "--out", "sorted/")
    assert result.stderr.startswith("Error: this generator is unconditional")
    assert not Path("sorted").exists()


def test_folder_that_holds_something_is_not_mixed_with_unless_told(zoo, trained, home):
    (home / "there").mkdir()
    (home / "there" / "mine.png").write_bytes(b"mine")
    result = zoo("sample", trained, "--count", "2", "--out", "there/")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "'there' holds 'mine.png' already" in result.stderr
    assert "--overwrite" in result.stderr
    assert len(list((home / "there").iterdir())) == 1
    assert zoo("sample", trained, "--count", "2", "--out", "there", "--overwrite").exit_code == 0
    assert (home / "there" / "mine.png").read_bytes() == b"mine"
    assert len(list((home / "there").iterdir())) == 4


@pytest.mark.parametrize(
    "flags",
    [
        ("--columns", "3", "--out", "many/"),
        ("--scale", "2", "--out", "many/"),
        ("--padding", "2", "--out", "many/"),
        ("--by-label", "--out", "sheet.png"),
        ("--overwrite", "--out", "sheet.png"),
    ],
)
def test_flag_of_a_sheet_is_refused_for_a_folder_and_the_other_way_round(zoo, trained, flags):
    result = zoo("sample", trained, *flags)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: `{flags[0]}` is for a ")
    assert f"Hint: `--out {'sheet.png' if flags[-1] == 'many/' else 'sheet/'}`" in result.stderr


def test_existing_directory_means_a_picture_each(zoo, trained, home):
    (home / "here").mkdir()
    result = zoo("sample", trained, "--count", "2", "--out", "here", "--json")
    files = ["here/seed0-00000.png", "here/seed0-00001.png"]
    assert json.loads(result.stdout)["files"] == files


def test_same_seed_gives_the_same_picture(zoo, trained, home):
    for name, seed in {"a": "1", "b": "1", "c": "2"}.items():
        zoo("sample", trained, "--seed", seed, "--count", "4", "--out", f"{name}.png")
    a, b, c = ((home / f"{name}.png").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_weights_themselves_and_truncation_give_other_pictures(zoo, trained, home):
    for name, flags in {"a": (), "b": ("--no-ema",), "c": ("--truncation", "0.5")}.items():
        zoo("sample", trained, *flags, "--count", "4", "--out", f"{name}.png")
    assert len({(home / f"{name}.png").read_bytes() for name in "abc"}) == 3


def test_label_of_an_unconditional_generator_is_an_error(zoo, trained):
    for label in ("3", "cat"):
        result = zoo("sample", trained, "--label", label)
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "Error: this generator is unconditional, so it cannot be asked for a label\nHint: "
        )


def test_truncation_out_of_range_is_an_error(zoo, trained):
    result = zoo("sample", trained, "--truncation", "2")
    assert result.stderr == "Error: a truncation of 2 is out of range\nHint: 0 to 1\n"


def test_no_picture_is_an_error(zoo, trained):
    result = zoo("sample", trained, "--count", "0")
    assert result.stderr == "Error: 0 images cannot be drawn\nHint: the count is at least 1\n"


def test_picture_of_another_format_is_an_error(zoo, trained):
    result = zoo("sample", trained, "--out", "sheet.jpg")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: pictures are written as PNG, not as '.jpg'\nHint: ")


def test_source_without_a_run_is_an_error(zoo, home):
    result = zoo("sample", "runs/nothing")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: no run at 'runs/nothing'\nHint: ")


def test_device_that_is_not_there_is_an_error(zoo, trained):
    result = zoo("sample", trained, "--device", "abacus")
    assert result.stderr.startswith("Error: no device 'abacus' on this machine")


def test_count_that_is_no_number_is_a_usage_error(zoo, trained):
    assert zoo("sample", trained, "--count", "many").exit_code == 2


def test_label_is_a_class_by_number_or_name(zoo, home):
    (home / "labelled_parts.py").write_text(CONDITIONAL)
    tiny = ("--size", "8", "--steps", "1", "--batch", "8", "--run", "run")
    plugin = ("--plugin", "labelled_parts.py")
    assert zoo("train", "--gen", "labelled", *plugin, *tiny).exit_code == 0
    assert zoo("sample", "run", "--label", "7", "--count", "2").exit_code == 0
    assert zoo("sample", "run", "--label", "seven").stderr == (
        "Error: no class named 'seven'\nHint: classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n"
    )
    assert zoo("sample", "run", "--label", "12").stderr == (
        "Error: label 12 is out of range\nHint: 0 to 9: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n"
    )


def test_name_of_a_class_comes_before_its_number():
    assert label_number("cat", ("dog", "cat")) == 1
    assert label_number("1", ("1", "0")) == 0
    assert label_number("2", ("dog", "cat")) == 2
    with pytest.raises(ZooError, match="no class named 'cta'\nHint: did you mean 'cat'"):
        label_number("cta", ("dog", "cat"))


@pytest.mark.parametrize("text", ["0", "01"])
def test_a_number_that_is_no_name_is_no_place_among_numbers(text):
    classes = ("1", "10", "2")
    assert [label_number(name, classes) for name in ("1", "2", "10")] == [0, 2, 1]
    with pytest.raises(ZooError, match=f"no class named '{text}', and the classes are numbers"):
        label_number(text, classes)
