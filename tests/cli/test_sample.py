from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from zoo_cli.commands.sample import label_number
from zoo_core import ZooError

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


def test_folder_gets_a_picture_each(zoo, trained, home):
    result = zoo("sample", trained, "--count", "3", "--out", "many/")
    assert result.stdout == "3 pictures in many/\n"
    assert sorted(p.name for p in Path("many").iterdir()) == ["00000.png", "00001.png", "00002.png"]


def test_existing_directory_means_a_picture_each(zoo, trained, home):
    (home / "here").mkdir()
    result = zoo("sample", trained, "--count", "2", "--out", "here", "--json")
    assert json.loads(result.stdout)["files"] == ["here/00000.png", "here/00001.png"]


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
    assert result.stderr == "Error: 0 images cannot be drawn\nHint: `--count` is at least 1\n"


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
