from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

FEW = ("--data", "gaussians", "-o", "data.count=200", "-o", "data.held_out=50")
CANVAS = (256, 256)


@pytest.fixture
def points(zoo, home) -> Path:
    """Return a run of three steps on points of a plane."""
    result = zoo(
        "train", "--gen", "vanilla", *FEW, "--steps", "3", "--batch", "8", "--run", home / "p"
    )
    assert result.exit_code == 0
    return home / "p"


def test_a_run_on_points_shows_them_as_a_scatter(points):
    with Image.open(points / "samples/step-00000003.png") as picture:
        assert picture.size == CANVAS
        assert len(picture.getcolors()) == 2


def test_points_are_drawn_as_one_scatter_or_one_each(zoo, points):
    assert zoo("sample", points, "--count", "5", "--out", "all.png").exit_code == 0
    assert zoo("sample", points, "--count", "2", "--out", "each/").exit_code == 0
    for name in ("all.png", "each/seed0-00000.png", "each/seed0-00001.png"):
        with Image.open(name) as picture:
            assert picture.size == CANVAS


def test_points_can_be_looked_at_before_a_training(zoo):
    result = zoo("data", "check", "gaussians", "-o", "count=200", "-o", "held_out=50")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "200 training and 50 held-out images of 2x1x1, 25 classes"
    assert "images        2x1x1 (channels x height x width), 8 bits" in lines


def test_points_of_another_size_are_refused(zoo, home):
    result = zoo("train", "--gen", "vanilla", *FEW, "--size", "32", "--steps", "3")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the points of 'gaussians' are images of one pixel and cannot become 32x32\n"
        "Hint: leave `--size` out, and take parts that make any size, such as `--gen vanilla`\n"
    )
    assert not (home / "runs").exists()


def test_too_wide_a_spread_is_refused(zoo):
    result = zoo("train", "--gen", "vanilla", *FEW, "-o", "data.spread=0.5", "--steps", "3")
    assert result.exit_code == 1
    assert "0.008" in result.stderr
    assert "0.06" in result.stderr
