"""Which runs are found below a folder, and how each ended."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from zoo_core import ZooError, compose
from zoo_core.runs import read_history, runs_in
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.listing import bytes_of
from zoo_core.training import Run, Silent, resume, train

PARTS = {"generator": "toy", "critic": "toy", "loss": "toy", "data": "digits"}
RUN = {"steps": 4, "batch": 4, "size": 8, "log_every": 1, "checkpoint_every": 2}


class Told(Silent):
    """Do something after the third step, when the checkpoint of the second is there."""

    def stepped(self, run: Run) -> None:
        if run.step == 3:
            self.act(run)

    def act(self, run: Run) -> None:
        raise RuntimeError("out of luck")


class Stopping(Told):
    def act(self, run: Run) -> None:
        run.stop("enough")


class Killed(Told):
    """Keep what a kill would leave behind, and how the run looks from outside."""

    def act(self, run: Run) -> None:
        shutil.copytree(run.path, run.path.parent / "killed")
        self.seen = read_history(run.path).outcome


@pytest.fixture
def trained(registry):
    def train_toy(place: Path, watcher: Silent | None = None) -> Run:
        return train(compose(PARTS, {"run": RUN}, registry=registry), place, watcher=watcher)

    return train_toy


def ended(place: Path) -> tuple[str, str]:
    found = read_history(place)
    return found.outcome, found.ending.reason if found.ending else ""


def test_a_run_says_how_it_ended(trained, tmp_path):
    trained(tmp_path / "done")
    assert ended(tmp_path / "done") == ("done", "")
    trained(tmp_path / "stopped", Stopping())
    assert ended(tmp_path / "stopped") == ("stopped", "enough")
    with pytest.raises(RuntimeError):
        trained(tmp_path / "failed", Told())
    assert ended(tmp_path / "failed") == ("failed", "RuntimeError: out of luck")


def test_a_run_that_says_nothing_was_killed(trained, registry, tmp_path):
    trained(tmp_path / "stopped", Stopping())
    watcher = Killed()
    trained(tmp_path / "run", watcher)
    assert watcher.seen == "running"
    assert ended(tmp_path / "killed") == ("killed", "")
    resume(tmp_path / "killed", registry=registry)
    assert ended(tmp_path / "killed") == ("done", "")


def test_a_run_that_goes_on_has_not_ended(trained, registry, tmp_path):
    place = tmp_path / "run"
    trained(place, Stopping())
    watcher = Killed()
    for checkpoint in (place / "checkpoints").glob("*3"):
        shutil.rmtree(checkpoint)
    resume(place, registry=registry, watcher=watcher)
    assert ended(tmp_path / "killed") == ("killed", "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"outcome": 3}', '{"outcome": "odd"}'])
def test_an_ending_of_another_form_is_read_as_far_as_it_goes(trained, tmp_path, text):
    trained(tmp_path / "run")
    (tmp_path / "run" / "ending.json").write_text(text)
    assert read_history(tmp_path / "run").outcome in ("done", "stopped")


def made(place: Path) -> Path:
    (place / "checkpoints").mkdir(parents=True)
    (place / "config.json").write_text(json.dumps({"format": 1, "parts": {}, "options": {}}))
    return place


def test_runs_are_found_also_below_a_sweep(tmp_path):
    runs = [made(tmp_path / name) for name in ("a", "b", "sweep/runs/0001", "sweep/runs/0002")]
    found = runs_in(tmp_path)
    assert [run.path for run in found.runs] == runs
    assert [run.path for run in runs_in(tmp_path / "a").runs] == [tmp_path / "a"]
    assert [run.path for run in runs_in(tmp_path / "sweep").runs] == runs[2:]


def test_what_is_no_run_is_named_and_what_is_damaged_says_why(tmp_path):
    made(tmp_path / "run")
    (made(tmp_path / "torn") / "config.json").write_text("{")
    (tmp_path / "note.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".hidden").mkdir()
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "config.json").write_text('{"kind": "gan-zoo-weights"}')
    found = runs_in(tmp_path)
    assert [run.path.name for run in found.runs] == ["run"]
    assert found.strays == ("empty", "gone", "note.txt", "weights")
    assert "holds no configuration" in found.damaged[tmp_path / "torn"]


def test_bytes_are_those_of_all_files(tmp_path):
    run = made(tmp_path / "run")
    (run / "checkpoints" / "x").write_bytes(b"1234567")
    expected = 7 + (run / "config.json").stat().st_size
    assert runs_in(tmp_path).sizes == {run: expected}
    assert bytes_of(tmp_path / "nowhere") == 0


def test_a_run_that_is_locked_is_running(tmp_path):
    directory = RunDirectory(made(tmp_path / "run"))
    directory.lock()
    try:
        assert runs_in(tmp_path).runs[0].outcome == "running"
    finally:
        directory.unlock()
    assert runs_in(tmp_path).runs[0].outcome == "killed"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ZooError, match="no folder of runs at"):
        runs_in(tmp_path / "runs")
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ZooError, match="no folder of runs at"):
        runs_in(file)
