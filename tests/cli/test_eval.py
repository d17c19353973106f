"""`zoo eval`, and the measuring flags of `zoo train`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--batch", "8")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))


def test_scores_come_with_their_protocol(zoo, trained):
    result = zoo("eval", trained, "--count", "64", "--metrics", "fid,modes", "--no-save")
    assert result.exit_code == 0
    head, *lines = result.stdout.splitlines()
    assert head.split() == ["seen", "through", "digit-classifier", "test", "train"]
    assert [line.split()[0] for line in lines[:3]] == ["fid", "modes", "modes.kl"]
    assert lines[3].startswith("test: 64 samples (seed 0, average weights) against 355 test")
    assert lines[4].startswith("train: 64 samples")
    digests = [re.findall(r"(fid|modes) (\w{16})", line) for line in lines[3:5]]
    assert len({digest for found in digests for _, digest in found}) == 4


def test_json_has_everything_that_comparing_needs(zoo, trained):
    result = zoo("eval", trained, "--count", "64", "--split", "test", "--no-save", "--json")
    (found,) = json.loads(result.stdout)
    assert found["step"] == 3
    assert found["better"]["fid"] == "lower"
    assert found["protocol"]["features"] == "zoo-plugin-metrics/digit-classifier"
    names = {own["name"].rpartition("/")[2] for own in found["metrics"].values()}
    assert names == {"fid", "kid", "modes"}
    assert set(found["digests"]) == set(found["metrics"]) == set(found["scores"])


def test_a_translation_is_asked_for_the_class_of_its_source(zoo, home):
    sides = ("--gen", "copy", "--data", "unpaired:digits,digits", "--size", "32")
    flags = ("--metrics", "label-accuracy", "--features", "digit-classifier", "--split", "test")
    plugin = ("--plugin", Path(__file__).with_name("translating_parts.py"))
    assert zoo("train", *sides, *plugin, "--steps", "1", "--run", "run").exit_code == 0
    found = json.loads(zoo("eval", "run", *flags, "--json", "--count", "99999").stdout)
    scores = {one["direction"]: one["scores"]["label-accuracy"] for one in found}
    # copies are read as their source, all 355 held-out ones, and inverted digits are not
    assert scores["ab"] > 0.98
    assert scores["ba"] < 0.6
    assert found[0]["protocol"]["fake_count"] == 355


def test_scores_are_kept_with_the_run(zoo, home):
    assert zoo("train", *TINY, "--steps", "2", "--run", "run").exit_code == 0
    assert zoo("eval", "run", "--count", "32", "--metrics", "fid").exit_code == 0
    lines = [json.loads(line) for line in Path("run/scores.jsonl").read_text().splitlines()]
    assert [line["by"] for line in lines] == ["eval", "eval"]
    assert [line["protocol"]["split"] for line in lines] == ["test", "train"]


def test_a_training_is_measured_and_keeps_its_best(zoo, home):
    flags = ("--eval-every", "2", "--eval-count", "32", "--metrics", "fid", "--keep", "best=fid")
    result = zoo(
        "train", *TINY, "--steps", "6", "--keep", "1", *flags, "--log-every", "3", "--run", "run"
    )
    assert result.exit_code == 0
    lines = [json.loads(line) for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "fid" in line] == [2, 4, 6]
    assert zoo("sample", "run@best", "--out", "best.png").exit_code == 0
    kept = {int(path.name[5:]) for path in Path("run/checkpoints").iterdir()}
    best = min((line for line in lines if "fid" in line), key=lambda line: line["fid"])["step"]
    assert kept == {best, 6}


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (("--metrics", "fdi"), "no metric named 'fdi'", "did you mean 'fid'?"),
        (("--features", "incepton"), "no features named 'incepton'", "did you mean 'inception'?"),
        (("--count", "1", "--metrics", "fid"), "the run cannot take 1 for '--count'", "2"),
        (("--features", "inception", "--metrics", "fid"), "inception", ""),
        (("--data", "mnist", "--data-dir", "nowhere"), "nowhere", ""),
        (("-o", "metric.kid.subset=3", "--metrics", "kid"), "'subset'", "did you mean 'subset"),
    ],
)
def test_what_a_user_can_mend_is_two_lines(zoo, trained, flags, message, hint):
    result = zoo("eval", trained, "--no-save", *flags)
    assert result.exit_code == 1
    *_, first, second = result.stderr.splitlines()
    assert first.startswith("Error: ")
    assert message in first
    assert hint in second


def test_a_score_that_is_not_measured_cannot_stop_a_run(zoo, home):
    result = zoo("train", *TINY, "--metrics", "fid", "--stop-on", "plateau=recall:3", "--dry-run")
    assert result.exit_code == 1
    assert "no metric of this run gives the score 'recall'" in result.stderr


@pytest.mark.parametrize("values", [("2", "3"), ("best=fid", "best=kid")])
def test_keep_is_said_once_for_each_kind(zoo, home, values):
    result = zoo("train", *TINY, "--keep", values[0], "--keep", values[1])
    assert result.exit_code == 2
    assert "contradict each other" in result.stderr


def test_a_run_is_measured_against_the_data_of_another(zoo, trained, home):
    folder = home / "colours"
    folder.mkdir()
    for number in range(8):
        Image.new("RGB", (8, 8), (20 * number, 0, 90)).save(folder / f"{number}.png")
    flags = ("--gen", "vanilla", "--data", "folder:colours", "--size", "8", "--batch", "4")
    assert zoo("train", *flags, "--steps", "1", "--run", "other").exit_code == 0
    measured = ("eval", trained, "--no-save", "--count", "16", "--metrics", "memorisation")
    unlike = zoo(*measured, "--data", "other")
    assert unlike.exit_code == 1
    assert "makes images of 1x8x8, and the data has 3x8x8" in unlike.stderr
    assert "`-o data.channels=1` reads folders as grey" in unlike.stderr
    alike = zoo(*measured, "--data", "other", "-o", "data.channels=1", "--split", "train")
    assert alike.exit_code == 0, alike.stderr
    assert "folder" in alike.stdout


def test_fid_alone_beside_kid_and_after_one_more_metric_is_one_column(zoo, trained, home):
    from zoo_core.runs.comparison import compare_runs

    for name in ("a", "b"):
        shutil.copytree(trained, home / name)
    flags = ("--count", "64", "--split", "test")
    for run, metrics in (("a", "fid"), ("b", "fid,kid"), ("b", "modes,fid,memorisation")):
        assert zoo("eval", run, *flags, "--metrics", metrics).exit_code == 0
    found = compare_runs(["a", "b"])
    (fid,) = [column for column in found.columns if column.kind.name == "fid"]
    assert {len(points) for points in fid.points} == {1}
    # the same weights, so that the same score is expected whatever stood beside it
    first, second = (points[0].value for points in fid.points)
    assert first == second
    table = zoo("compare", "a", "b").stdout
    assert table.count("fid ↓") == 1
    # what the metric itself was told is another protocol
    assert zoo("eval", "a", *flags, "--metrics", "kid", "-o", "metric.kid.subsets=7").exit_code == 0
    kids = [one for one in compare_runs(["a", "b"]).columns if one.kind.name == "kid"]
    assert len(kids) == 2
