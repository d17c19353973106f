"""Where the data of a run lie, and whether they are those that it began with."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

Zoo = Callable[..., Result]

SMALL = ("--gen", "vanilla", "--size", "8", "--batch", "2", "--steps", "1", "--device", "cpu")


def photos(folder: Path, count: int = 6, *, seed: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.random.default_rng((seed, number)).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.bmp")
    return folder


def began(zoo: Zoo, data: str, *more: str) -> None:
    result = zoo("train", *SMALL, "--data", data, "--run", "r", *more)
    assert result.exit_code == 0, result.stderr


def resumed(zoo: Zoo, *more: str, run: str = "r", steps: int = 2) -> Result:
    return zoo("train", "--resume", run, "--steps", str(steps), *more)


def test_other_images_of_the_same_names_and_sizes_are_refused_unless_told(zoo: Zoo) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    photos(Path("photos"), seed=1)
    refused = resumed(zoo)
    assert refused.exit_code == 1
    assert "not those that it was trained on: what is in its 6 images" in refused.stderr
    assert "`zoo train --resume r --other-data`" in refused.stderr
    told = resumed(zoo, "--other-data")
    assert told.exit_code == 0
    assert "goes on with other data" in told.stderr
    again = resumed(zoo, steps=3)
    assert (again.exit_code, "other data" in again.stderr) == (0, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: photos(Path("photos"), 8), "it began with 6 images, and there are 8 now"),
        (lambda: Path("photos/3.bmp").unlink(), "it began with 6 images, and there are 5 now"),
        (lambda: Path("photos/3.bmp").rename("photos/x.bmp"), "its 6 images have other names"),
    ],
)
def test_what_changed_is_said(zoo: Zoo, change: Callable[[], object], said: str) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    change()
    result = resumed(zoo)
    assert (result.exit_code, said in result.stderr) == (1, True)


def test_copies_with_other_times_are_the_same_data(zoo: Zoo) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    for file in Path("photos").iterdir():
        os.utime(file, (1, 1))
    assert resumed(zoo).exit_code == 0


@pytest.mark.parametrize(
    "moved",
    [("--data", "folder:pictures"), ("-o", "data.path=pictures"), ("--data=folder:~/pictures",)],
)
def test_data_that_moved_are_named_when_a_run_goes_on(zoo: Zoo, moved: tuple[str, ...]) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    Path("photos").rename("pictures")
    lost = resumed(zoo)
    assert (lost.exit_code, "--data folder:" in lost.stderr) == (1, True)
    assert str(Path("photos").absolute()) in lost.stderr
    assert resumed(zoo, *moved).exit_code == 0
    assert resumed(zoo, steps=3).exit_code == 0


def test_a_place_of_other_data_is_refused_with_the_command_that_takes_them(zoo: Zoo) -> None:
    photos(Path("photos"))
    photos(Path("more of them"), 9)
    began(zoo, "folder:photos")
    result = resumed(zoo, "--data", "folder:more of them")
    assert result.exit_code == 1
    assert "--resume r --other-data -o 'data.path=more of them'`" in result.stderr


def test_both_sides_of_unpaired_data_are_found_and_moved(zoo: Zoo) -> None:
    photos(Path("a"))
    photos(Path("b"), seed=1)
    small = ("--size", "32", "--batch", "1", "--steps", "1", "-o", "generator.width=4")
    made = zoo("train", "--gen", "cyclegan", "--data", "unpaired:a,folder:b", *small, "--run", "r")
    assert made.exit_code == 0, made.stderr
    Path("else").mkdir()
    os.chdir("else")
    assert resumed(zoo, run="../r").exit_code == 0
    Path("../b").rename("../c")
    lost = resumed(zoo, run="../r", steps=3)
    assert (lost.exit_code, "--data unpaired:" in lost.stderr) == (1, True)
    assert resumed(zoo, "--data", "unpaired:../a,../c", run="../r", steps=3).exit_code == 0


def test_a_run_that_moves_along_with_its_data_finds_them(zoo: Zoo) -> None:
    photos(Path("old/photos"))
    os.chdir("old")
    began(zoo, "folder:photos")
    os.chdir("..")
    shutil.move("old", "new")
    assert resumed(zoo, run="new/r").exit_code == 0


def test_what_says_no_place_stays_as_it_was(zoo: Zoo) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    refused = resumed(zoo, "-o", "data.held_out=0.5")
    assert (refused.exit_code, "these can: path" in refused.stderr) == (1, True)
    other = resumed(zoo, "--data", "digits")
    assert (other.exit_code, "trained on 'folder'" in other.stderr) == (1, True)
    assert zoo("train", *SMALL, "--other-data").exit_code == 2


def test_a_run_is_repeated_and_measured_from_another_directory(zoo: Zoo) -> None:
    photos(Path("photos"))
    began(zoo, "folder:photos")
    Path("else").mkdir()
    os.chdir("else")
    assert zoo("train", "--config", "../r/config.json", "--run", "r2").exit_code == 0
    recorded = json.loads(Path("r2/config.json").read_text())["data"]
    assert recorded["images"] == 6


def test_a_run_does_not_go_on_to_fewer_steps(zoo: Zoo) -> None:
    began(zoo, "digits")
    assert resumed(zoo, steps=4).exit_code == 0
    refused = resumed(zoo, steps=3)
    assert refused.exit_code == 1
    assert "has done 4 steps already, so it cannot go on to 3" in refused.stderr
    assert "`zoo train --resume r --steps 7`" in refused.stderr
    assert Path("r/checkpoints/step-00000004").exists()
    assert zoo("train", "--resume", "r").exit_code == 0
