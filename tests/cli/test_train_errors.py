from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from PIL import Image

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--steps", "3", "--batch", "8")

FLAGS_AND_ERRORS = {
    ("--gen", "vanila"): (
        "no generator named 'vanila'",
        "did you mean 'vanilla'? `zoo list generator` shows all",
    ),
    ("--gen", "vanilla", "--disc", "dcgann"): ("no discriminator named 'dcgann'", "'dcgan'?"),
    ("--gen", "vanilla", "--loss", "wgan-pg"): ("no loss named 'wgan-pg'", "'wgan-gp'?"),
    ("--gen", "vanilla", "--penalty", "gpp"): ("no penalty named 'gpp'", "'gp'?"),
    ("--gen", "vanilla", "--data", "digit"): ("no dataset named 'digit'", "'digits'?"),
    ("--recipe", "nothing"): ("no recipe named 'nothing'", ""),
    ("--gen", "vanilla", "--size", "big"): (
        "no image size can be read from 'big'",
        "such as `--size 32` or `--size 64x48`",
    ),
    ("--gen", "vanilla", "--size", "9999"): (
        "an image side of 9999 pixels is out of range",
        "between 1 and 4096 pixels",
    ),
    ("--gen", "dcgan", "--size", "30"): (
        "generator 'dcgan' cannot do images of 30x30 pixels",
        "`--size 28` or `--size 32`",
    ),
    ("--gen", "vanilla", "--steps", "many"): (
        "the run cannot take 'many' for 'steps'",
        "steps is int from 1 to 1e+09",
    ),
    ("--gen", "vanilla", "--batch", "0"): ("the run cannot take 0 for 'batch'", "int from 1 to"),
    ("--gen", "vanilla", "--lr", "fast"): (
        "generator 'vanilla' cannot take 'fast' for 'lr'",
        "lr is float from 0 to 10",
    ),
    ("--gen", "vanilla", "--device", "abacus"): (
        "the run cannot take 'abacus' for 'device'",
        "device is auto | cpu | cuda | mps",
    ),
    ("--gen", "dcgan", "-o", "generator.witdh=3"): (
        "generator 'dcgan' has no option 'witdh'",
        "did you mean 'width'?",
    ),
    ("--gen", "dcgan", "-o", "generator.width=0"): (
        "generator 'dcgan' cannot take 0 for 'width'",
        "width is int from 1 to 4096",
    ),
    ("--gen", "dcgan", "-o", "genrator.width=3"): (
        "user sets 'genrator.width', but this composition has no 'genrator'",
        "did you mean 'generator'?",
    ),
    ("--gen", "dcgan", "-o", "width"): (
        "no option can be read from 'width'",
        "section.name=value",
    ),
    ("--gen", "vanilla", "--data-dir", "here"): (
        "dataset 'digits' has no option 'root'",
        "it has no options",
    ),
    ("--gen", "vanilla", "--data", "folder:nowhere/"): ("there is no folder 'nowhere'", "relative"),
    ("--gen", "vanilla", "--batch", "5000"): (
        "a batch of 5000 is larger than the data",
        "`--batch 1442` or less",
    ),
    ("--config", "nowhere.json"): ("no file 'nowhere.json'", "--dry-run --json"),
    ("--resume", "runs/nothing"): ("no file 'runs/nothing/config.json'", "run directory"),
    ("--gen", "vanilla", "--init", "nowhere"): ("no run at 'nowhere'", ""),
    ("--gen", "vanilla", "--plugin", "nowhere.py"): (
        "no plugin file 'nowhere.py'",
        "`--plugin` takes the path of a Python file",
    ),
}


@pytest.mark.parametrize("flags", FLAGS_AND_ERRORS, ids=" ".join)
def test_mistake_is_two_lines_and_exit_1(zoo, flags):
    message, hint = FLAGS_AND_ERRORS[flags]
    result = zoo("train", *flags)
    *_, first, second = result.stderr.splitlines()
    assert result.exit_code == 1
    assert first.startswith("Error: ")
    assert second.startswith("Hint: ")
    assert message in first
    assert hint in second
    assert result.stdout == ""


USAGE = {
    (): "say what to train, such as `zoo train --gen dcgan --loss wgan-gp`",
    ("--dry-run",): "`zoo list generator` shows all generators",
    ("--gen", "vanilla", "--recipe", "x", "--no-recipe"): "--recipe and --no-recipe contradict",
    ("--gen", "vanilla", "--steps", "3", "-o", "run.steps=3"): (
        "--steps and -o run.steps both set run.steps"
    ),
    ("--gen", "vanilla", "--lr", "3", "-o", "critic.lr=3"): (
        "--lr and -o critic.lr both set critic.lr"
    ),
    ("--resume", "here", "--lr", "3", "--gen", "x"): (
        "--resume goes on with the run as it was and takes no --gen, --lr; these may change: "
        "--steps, --device, --deterministic, --max-minutes, --keep"
    ),
    ("--resume", "here", "-o", "run.steps=3"): "takes no --option",
}


def test_misspelt_flag_is_a_usage_error_with_the_nearest_one(zoo):
    result = zoo("train", "--gne", "vanilla")
    assert result.exit_code == 2
    # click's own words, with quotes from 8.4 on
    assert re.search(r"No such option:? '?--gne", result.stderr)
    assert "--gen" in result.stderr


@pytest.mark.parametrize("flags", USAGE, ids=" ".join)
def test_wrong_use_is_exit_2(zoo, flags):
    result = zoo("train", *flags)
    assert result.exit_code == 2
    assert USAGE[flags] in " ".join(result.stderr.split())


def test_directory_of_another_run_is_refused_with_both_ways_out(zoo, trained):
    result = zoo("train", *TINY, "--run", trained)
    assert result.exit_code == 1
    assert f"Error: {str(trained)!r} holds a run already\n" in result.stderr
    assert f"Hint: `zoo train --resume {trained}` goes on with it" in result.stderr


def test_empty_folder_is_refused(zoo, home):
    (home / "photos").mkdir()
    result = zoo("train", "--gen", "vanilla", "--data", "folder:photos/")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: the folder 'photos' holds nothing\nHint: ")


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_device_that_is_not_there_is_refused(zoo):
    result = zoo("train", *TINY, "--device", "cuda")
    assert "Error: no device 'cuda' on this machine" in result.stderr
    assert "Hint: `--device cpu`" in result.stderr


def test_plugin_file_that_raises_names_the_line(zoo, home):
    (home / "mine.py").write_text("x = 1\nraise ValueError('no luck')\n")
    result = zoo("train", *TINY, "--plugin", "mine.py")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: plugin file 'mine.py' raises ValueError: no luck\nHint: line 2 of the file\n"
    )


def test_configuration_that_is_no_json_is_refused(zoo):
    Path("config.json").write_text("{")
    result = zoo("train", "--config", "config.json")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 'config.json' is not a JSON file: ")


def test_quiet_still_tells_errors(zoo):
    assert zoo("train", "--gen", "vanila", "--quiet").stderr.startswith("Error: no generator")


ENCODER = '''
from zoo_core import Entry, ImageSpec, hookimpl
from zoo_core.interfaces import Encoder


class Flat(Encoder):
    """Flatten."""

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()

    def forward(self, images):
        return images.flatten(1)


@hookimpl
def zoo_entries():
    return [Entry("encoder", "flat", "coding:Flat", "Flatten.")]
'''


def test_encoder_is_refused_by_a_game_that_takes_none(zoo, home):
    (home / "coding.py").write_text(ENCODER)
    result = zoo("train", *TINY, "--plugin", "coding.py", "--encoder", "flat")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: game 'adversarial' takes no encoder, but 'flat' is asked for\n"
        "Hint: `--encoder none`, or a game that takes one\n"
    )
    asked = ("--plugin", "coding.py", "--encoder", "none", "--dry-run")
    assert zoo("train", *TINY, *asked).exit_code == 0


def test_two_images_are_told_how_both_are_trained_on(zoo, home):
    (home / "photos").mkdir()
    for number in range(2):
        Image.new("L", (8, 8), number).save(home / "photos" / f"{number}.png")
    words = ("train", "--gen", "vanilla", "--data", "folder:photos", "--steps", "1", "--run", "r")
    assert zoo(*words, "--batch", "2").stderr.splitlines()[-2:] == [
        "Error: a batch of 2 is larger than the data: 1 training images in 'images'",
        "Hint: `-o data.held_out=0` trains on all 2, or `--batch 1`, or more images",
    ]
    assert "`-o data.held_out=0`" in zoo(*words, "--batch", "1").stderr
    assert zoo(*words, "--batch", "3").stderr.endswith("Hint: `--batch 1`, or more images\n")
    assert zoo(*words, "--batch", "2", "-o", "data.held_out=0").exit_code == 0
