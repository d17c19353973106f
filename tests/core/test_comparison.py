"""Runs that differ only in the seed are one row; rows are sorted as was asked."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import pytest

from zoo_core import ZooError
from zoo_core.runs.comparison import compare_runs
from zoo_core.runs.rows import RunComparison

PROTOCOL = {"features": "f/pixels", "data": "d", "split": "test"}


def make_run(
    folder: Path, *, seed: int, lr: float = 0.1, fid: dict[int, float] | None = None, **beside: Any
) -> Path:
    """Write a run directory of three steps, with scores by step."""
    folder.mkdir(parents=True)
    options = {"critic": {"lr": lr}, "run": {"seed": seed, "steps": 3, **beside}}
    config = {"format": 1, "parts": {"loss": "a/hinge", "data": "a/digits"}, "options": options}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "metrics.jsonl").write_text(
        json.dumps({"step": 3, "seconds": 1.0 + seed, "critic.total": lr * seed}) + "\n"
    )
    lines = [
        {
            "step": step,
            "by": "train",
            "weights": "average",
            "direction": "",
            "scores": {"fid": value, "recall": value / 10},
            "better": {"fid": "lower", "recall": "higher"},
            "protocol": PROTOCOL,
            "digests": {"fid": "d1", "recall": "d2"},
        }
        for step, value in (fid or {}).items()
    ]
    (folder / "scores.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def rows_of(found: RunComparison) -> list[tuple[str, list[str]]]:
    return [(row.name, [found.names[run] for run in row.runs]) for row in found.groups]


@pytest.fixture
def six(tmp_path: Path) -> list[Path]:
    """Return three seeds of two learning rates, in a mixed order."""
    return [
        make_run(tmp_path / f"lr{lr}-seed{seed}", seed=seed, lr=lr, fid={1: 9.0, 3: lr * 10 + seed})
        for seed in (2, 0, 1)
        for lr in (0.2, 0.1)
    ]


def test_seeds_are_one_row_with_mean_sample_deviation_and_count(six):
    found = compare_runs(six)
    assert rows_of(found) == [
        ("lr0.2", ["lr0.2-seed0", "lr0.2-seed1", "lr0.2-seed2"]),
        ("lr0.1", ["lr0.1-seed0", "lr0.1-seed1", "lr0.1-seed2"]),
    ]
    score = found.score(found.groups[0], found.columns[0])
    assert score is not None
    assert (score.mean, score.deviation, score.count) == (3.0, statistics.stdev([2, 3, 4]), 3)
    assert [(one.name, one.values) for one in found.differences] == [("critic.lr", (0.2, 0.1))]


def test_each_run_is_a_row_on_demand(six):
    found = compare_runs(six, each=True)
    assert [name for name, _ in rows_of(found)] == [run.name for run in six]
    assert [one.name for one in found.differences] == ["critic.lr", "run.seed"]


def test_the_same_seed_again_is_no_other_draw(tmp_path):
    runs = [make_run(tmp_path / name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))]
    assert rows_of(compare_runs(runs)) == [("a", ["a", "c"]), ("b", ["b"])]


@pytest.mark.parametrize(
    "beside", [{"steps": 4}, {"stop_on": "plateau=fid:2"}, {"batch": 8}, {"max_minutes": 1}]
)
def test_whatever_else_changes_a_run_keeps_it_apart(tmp_path, beside):
    runs = [make_run(tmp_path / "a", seed=0), make_run(tmp_path / "b", seed=1, **beside)]
    assert len(compare_runs(runs).groups) == 2


def test_bookkeeping_does_not_keep_runs_apart(tmp_path):
    runs = [make_run(tmp_path / "a", seed=0), make_run(tmp_path / "b", seed=1, keep=9)]
    assert len(compare_runs(runs).groups) == 1


def test_a_run_that_ended_early_is_said_where_it_counts(six):
    log = six[1] / "metrics.jsonl"
    log.write_text(log.read_text().replace('"step": 3', '"step": 2'))
    assert compare_runs(six).remarks == (
        "lr0.1-seed2 ended at step 2 of 3, and counts in the mean of lr0.1",
    )


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("fid", "lr0.1"),
        ("recall", "lr0.2"),
        ("critic.total", "lr0.1"),
        ("critic.lr", "lr0.1"),
        ("run", "lr0.1"),
        ("", "lr0.2"),
    ],
)
def test_rows_are_sorted_each_by_its_better_end(six, name, first):
    assert compare_runs(six, at="last", sort=name).groups[0].name == first


def test_rows_without_what_they_are_sorted_by_come_last(tmp_path):
    runs = [make_run(tmp_path / "a", seed=0), make_run(tmp_path / "b", seed=0, lr=1, fid={3: 9.0})]
    for name in ("fid", "recall"):
        assert [row.name for row in compare_runs(runs, sort=name).groups] == ["b", "a"]


def test_an_unknown_column_is_refused_with_the_nearest(six):
    with pytest.raises(ZooError, match="no column 'fdi' to sort by") as caught:
        compare_runs(six, sort="fdi")
    assert caught.value.hint.startswith("did you mean 'fid'? there are fid, recall, run, runs")


def test_what_is_no_run_is_named_and_passed_over(six, tmp_path):
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "config.json").write_text("{")
    found = compare_runs([tmp_path / "notes.txt", *six, tmp_path / "broken"])
    assert len(found.runs) == 6
    assert [remark.partition(":")[0] for remark in found.remarks] == [
        f"passed over {str(tmp_path / name)!r}" for name in ("notes.txt", "broken")
    ]


def test_nothing_but_strays_is_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(ZooError, match="there is no run to compare"):
        compare_runs([tmp_path / "notes.txt"])


def test_names_in_common_end_at_a_whole_word(tmp_path):
    runs = [make_run(tmp_path / f"trial-{seed:03}", seed=seed) for seed in range(12)]
    assert compare_runs(runs).groups[0].name == "trial"
    others = [make_run(tmp_path / f"trial-{20 + seed}", seed=seed, lr=1) for seed in range(2)]
    # a name that two rows would have is that of the first run
    assert [row.name for row in compare_runs([*runs, *others]).groups] == ["trial-000", "trial-20"]
