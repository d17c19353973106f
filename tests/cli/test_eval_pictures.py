"""`zoo eval` of pictures that anything made, and what is said of few of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoo_core import Measures, evaluate

pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")


def pictures(folder: str, count: int, *, side: int = 16, channels: int = 3, seed: int = 0) -> Path:
    path = Path(folder)
    path.mkdir(parents=True)
    values = np.random.default_rng(seed).integers(0, 256, (count, side, side, channels))
    for number, image in enumerate(values.astype(np.uint8)):
        Image.fromarray(image if channels == 3 else image[..., 0]).save(path / f"{number}.png")
    return path


@pytest.fixture(autouse=True)
def cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_CACHE", str(home / "cache"))


@pytest.fixture
def both(home: Path) -> None:
    pictures("made", 12, seed=1)
    pictures("real", 10, seed=2)


PIXELS = ("--features", "pixels")


def measured(zoo, *arguments):
    result = zoo("eval", *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_folder_is_measured_against_another_whole(zoo, both):
    (found,) = measured(
        zoo, "folder:made", "--data", "folder:real", "--metrics", "fid,kid", *PIXELS
    )
    assert found["source"] == "folder:made"
    assert found["scores"]["fid"] > 0
    protocol = found["protocol"]
    assert (protocol["fake_count"], protocol["real_count"]) == (12, 10)
    assert (protocol["fake_split"], protocol["split"]) == ("train and test", "train")
    assert protocol["features"] == "zoo-plugin-metrics/pixels"


def test_the_figure_is_that_of_the_formula(both):
    asked = Measures(metrics=("fid",), data="folder:real", features="pixels")
    (found,) = evaluate("folder:made", asked, device="cpu")
    sides = [
        np.stack([np.asarray(Image.open(path), float).transpose(2, 0, 1).ravel() for path in names])
        / 127.5
        - 1
        for names in (sorted(Path(side).glob("*.png")) for side in ("made", "real"))
    ]
    (one, other), (first, second) = (
        [side.mean(0) for side in sides],
        [np.cov(side, rowvar=False) for side in sides],
    )
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    expected = ((one - other) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * roots
    assert found.scores["fid"] == pytest.approx(expected, rel=1e-4)


def test_a_folder_against_itself_is_at_zero(zoo, both):
    (found,) = measured(zoo, "folder:made", "--data", "folder:made", "--metrics", "fid", *PIXELS)
    assert found["scores"]["fid"] == pytest.approx(0, abs=1e-6)


def test_held_out_ones_are_a_split_where_they_are_asked_for(zoo, both):
    flags = ("--metrics", "fid", *PIXELS, "-o", "data.held_out=0.5")
    found = measured(zoo, "folder:made", "--data", "folder:real", *flags)
    assert [one["protocol"]["split"] for one in found] == ["test", "train"]
    assert sum(one["protocol"]["real_count"] for one in found) == 10
    assert {one["protocol"]["fake_count"] for one in found} == {12}


def test_any_data_set_is_either_side(zoo, home):
    flags = ("--metrics", "fid", "--split", "test", "--count", "50")
    (found,) = measured(zoo, "digits", "--data", "digits", *flags)
    assert found["protocol"]["features"] == "zoo-plugin-metrics/digit-classifier"
    assert found["protocol"]["fake_count"] == 50
    pictures("made", 6, side=8, channels=1)
    (found,) = measured(zoo, "folder:made", "--data", "digits", "--size", "8", *flags)
    assert found["protocol"]["fake_count"] == 6


def test_pictures_are_measured_against_the_data_of_a_run(zoo, trained, home):
    pictures("made", 6, side=20, channels=3)
    (found,) = measured(
        zoo, "folder:made", "--data", trained, "--metrics", "fid", "--split", "train"
    )
    assert found["protocol"]["data"] == "gan-zoo/digits"
    assert found["protocol"]["image"].startswith("1x8x8")


def test_what_pictures_cannot_be_asked_for_is_refused(zoo, both):
    result = zoo("eval", "folder:made", "--data", "digits", "--metrics", "label-accuracy")
    assert result.exit_code == 1
    assert "label-accuracy" in result.stderr
    result = zoo("eval", "folder:made", "--metrics", "fid")
    assert result.exit_code == 1
    assert "`zoo eval folder:made --data folder:PATH`" in result.stderr
    (found,) = measured(
        zoo, "folder:made", "--data", "folder:real", "--metrics", "wasserstein", *PIXELS
    )
    assert list(found["scores"]) == ["wasserstein"]


def test_another_size_is_refused_and_size_scales_both(zoo, both):
    pictures("large", 8, side=24, seed=3)
    line = ("folder:large", "--data", "folder:real", "--metrics", "fid", *PIXELS)
    result = zoo("eval", *line)
    assert result.exit_code == 1
    assert "--size 16x16" in result.stderr
    (found,) = measured(zoo, *line, "--size", "16x16")
    assert found["protocol"]["fake_count"] == 8


def test_data_of_several_sets_is_refused(zoo, both):
    result = zoo("eval", "folder:made", "--data", "unpaired:made,real", "--metrics", "fid")
    assert result.exit_code == 1
    assert "several sets" in result.stderr


def test_fid_of_a_handful_and_the_spread_of_one_subset(zoo, both):
    result = zoo("eval", "folder:made", "--data", "folder:real", "--metrics", "fid", *PIXELS)
    assert "12 samples is unreliable" in result.stderr
    assert "10 real images is unreliable" in result.stderr
    pictures("other", 12, seed=4)
    flags = ("--metrics", "kid", *PIXELS)
    (found,) = measured(zoo, "folder:made", "--data", "folder:other", *flags)
    assert list(found["scores"]) == ["kid"]


def test_scores_are_shown_though_the_run_cannot_keep_them(zoo, home):
    flags = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--batch", "8", "--steps", "1")
    assert zoo("train", *flags, "--run", "run").exit_code == 0
    Path("run/scores.jsonl").mkdir()
    result = zoo("eval", "run", "--count", "16", "--metrics", "fid", "--split", "test")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].startswith("fid")
    assert "scores.jsonl" in result.stderr
    assert "--no-save" in result.stderr
