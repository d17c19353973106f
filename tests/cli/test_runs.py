"""`zoo runs` and `zoo prune`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from zoo_core.runs.directory import RunDirectory


@pytest.fixture
def runs(measured: Path, home: Path) -> Path:
    shutil.copytree(measured, home / "runs" / "a")
    return home / "runs"


def test_every_run_is_a_row_with_its_state_steps_and_score(zoo, runs):
    result = zoo("runs")
    row = next(line for line in result.stdout.splitlines() if line.startswith("a "))
    assert row.split()[1:4] == ["done", "6/6", "kid"]
    assert "(pixels)" in result.stdout
    assert result.stderr.startswith("1 run in runs, ")


def test_json_has_all_that_is_known(zoo, runs):
    shutil.copytree(runs / "a", runs / "sweep" / "runs" / "0001")
    (runs / "sweep" / "runs" / "0001" / "ending.json").write_text(
        '{"outcome": "stopped", "reason": "2 minutes are over"}'
    )
    first, second = json.loads(zoo("runs", "--json").stdout)
    assert (first["run"], first["outcome"], first["step"], first["steps"]) == (
        str(Path("runs/a")),
        "done",
        6,
        6,
    )
    assert (first["features"], first["scored_at"]) == ("pixels", 6)
    assert "kid" in first["scores"]
    assert first["bytes"] == sum(f.stat().st_size for f in (runs / "a").rglob("*") if f.is_file())
    assert (second["outcome"], second["remark"]) == ("stopped", "2 minutes are over")


def test_what_is_no_run_is_a_remark(zoo, runs):
    (runs / "note.txt").write_text("x")
    (runs / "torn" / "checkpoints").mkdir(parents=True)
    (runs / "torn" / "config.json").write_text("{")
    result = zoo("runs")
    assert result.exit_code == 0
    assert "passed over what is no run: note.txt" in result.stderr
    assert "torn" in result.stderr
    assert "holds no configuration" in result.stderr


def test_where_nothing_was_trained_the_hint_begins_something(zoo, home):
    result = zoo("runs")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: no folder of runs at 'runs'")
    assert "zoo train --gen" in result.stderr
    assert zoo("prune", "elsewhere").exit_code == 1


def test_pruning_shows_first_and_the_shown_line_does_it(zoo, runs):
    before = sorted(runs.rglob("*"))
    shown = zoo("prune", "--pictures", "1")
    assert sorted(runs.rglob("*")) == before
    assert "older checkpoint" in shown.stdout
    line = shown.stderr.split("`")[1]
    assert line == "zoo prune --pictures 1 --yes"
    assert "freed" in zoo(*line.split()[1:]).stderr
    directory = RunDirectory(runs / "a")
    assert set(directory.steps()) == {6, directory.best("kid")}
    assert "nothing to free" in zoo("prune").stderr


def test_a_pruned_run_is_sampled_resumed_and_reported(zoo, runs):
    assert zoo("prune", "runs/a", "--yes").exit_code == 0
    for source in ("runs/a@best", "runs/a@last"):
        assert zoo("sample", source, "--out", f"{source[-4:]}.png").exit_code == 0
    assert zoo("train", "--resume", "runs/a", "--steps", "8").exit_code == 0
    assert zoo("report", "runs/a", "--out", "page.html").exit_code == 0


def test_a_folder_with_a_blank_is_quoted_in_the_line_that_prunes_it(zoo, runs):
    runs.rename(runs.parent / "my runs")
    assert "`zoo prune 'my runs' --yes`" in zoo("prune", "my runs").stderr


def test_a_run_that_trains_is_left_and_said(zoo, runs):
    directory = RunDirectory(runs / "a")
    directory.lock()
    try:
        result = zoo("prune", "runs", "--yes", "--json")
    finally:
        directory.unlock()
    (found,) = json.loads(result.stdout)["runs"]
    assert "another process is training" in found["refused"]
    assert directory.steps() == [2, 4, 6]


def test_a_run_named_twice_is_looked_at_once(zoo, runs):
    found = json.loads(zoo("prune", "runs", "runs/a", "--json").stdout)
    assert len(found["runs"]) == 1
    assert found["removed"] is False
    assert all(Path(spare["path"]).exists() for spare in found["runs"][0]["spares"])


def test_no_picture_at_all_is_refused(zoo, runs):
    assert zoo("prune", "--pictures", "0").exit_code == 2
