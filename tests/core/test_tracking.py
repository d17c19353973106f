"""What the core tells trackers, and what it does where one fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from zoo_core import Entry, Registry, ZooError, compose
from zoo_core.builtin import plugin as builtin
from zoo_core.config.run import RunOptions
from zoo_core.interfaces import Tracked, Tracker
from zoo_core.training import Run, Silent, resume, train
from zoo_core.training.extras import check_extras

STEPS = {"steps": 4, "batch": 4, "size": 8, "log_every": 1, "sample_every": 2}
RUN = {**STEPS, "checkpoint_every": 2, "monitor": False}
PARTS = {"generator": "toy", "critic": "toy", "loss": "toy", "data": "digits"}


class Lines(Tracker):
    """Keep what it is told in a file beside the run: a tracker as a plugin would have it."""

    package = "json"
    install = "nothing"

    def start(self, run: Tracked) -> None:
        self.file = run.path.parent / "told.jsonl"
        self.key, self.place = run.key or "first", "here"
        said = {"generator": run.config["parts"]["generator"], "key": run.key}
        self.tell("start", run.step, said)

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        self.tell("log", step, dict(scalars))

    def picture(self, step: int, path: Path) -> None:
        self.tell("picture", step, path.name)

    def finish(self, outcome: str) -> None:
        self.tell("finish", -1, outcome)

    def tell(self, what: str, step: int, value: Any) -> None:
        with self.file.open("a") as file:
            file.write(json.dumps([what, step, value]) + "\n")


class Failing(Lines):
    """Raise where its key word says so."""

    fails = ""

    def tell(self, what: str, step: int, value: Any) -> None:
        if what == self.fails:
            raise ConnectionError("the network is\naway")


class Absent(Lines):
    package = "no_such_package_anywhere"
    install = "zoo-plugin-x[absent]"


class Heard(Silent):
    def __init__(self) -> None:
        self.remarks: list[str] = []

    def said(self, run: Run, text: str) -> None:
        self.remarks.append(text)


@pytest.fixture
def known(registry: Registry) -> Registry:
    """Return the toys' registry with the hooks of the core, and with trackers."""
    found = Registry(strict=True)
    found.register(builtin, name="gan-zoo")
    for item in registry.entries():
        if item.source == "toys":
            found.add(item.entry, source="toys")
    for name in ("Lines", "Failing", "Absent"):
        found.add(Entry("tracker", name.lower(), f"{__name__}:{name}", "A toy."), source="toys")
    return found


def trained(known: Registry, place: Path, *trackers: str, heard: Heard | None = None) -> Run:
    composition = compose(PARTS, {"run": {**RUN, "track": trackers}}, registry=known)
    return train(composition, place, watcher=heard)


def told(place: Path) -> list[Any]:
    return [json.loads(line) for line in (place / "told.jsonl").read_text().splitlines()]


def test_a_tracker_is_told_everything_in_order(known, tmp_path):
    trained(known, tmp_path / "run", "lines")
    found = told(tmp_path)
    assert [(what, step) for what, step, _ in found] == [
        ("start", 0),
        ("log", 1),
        ("log", 2),
        ("log", 3),
        ("picture", 2),
        ("log", 4),
        ("picture", 4),
        ("finish", -1),
    ]
    assert found[0][2] == {"generator": "toys/toy", "key": ""}
    assert found[-1][2] == "done"


def test_scalars_are_those_of_the_log_in_groups(known, tmp_path):
    run = trained(known, tmp_path / "run", "lines")
    last = next(value for what, step, value in told(tmp_path) if (what, step) == ("log", 4))
    line = json.loads(run.directory.log.read_text().splitlines()[-1])
    assert last["critic/total"] == line["critic.total"]
    assert last["speed/images_per_second"] == pytest.approx(line["images_per_second"], abs=0.01)


def test_a_run_that_goes_on_brings_its_key_back_and_old_pictures_are_not_told_again(
    known, tmp_path
):
    place = tmp_path / "run"
    trained(known, place, "lines")
    before = len(told(tmp_path))
    resume(place, overrides={"steps": 6, "track": ("lines",)}, registry=known)
    found = told(tmp_path)[before:]
    assert found[0] == ["start", 4, {"generator": "toys/toy", "key": "first"}]
    assert [step for what, step, _ in found if what == "picture"] == [6]
    assert json.loads((place / "tracking.json").read_text()) == {"lines": "first"}


@pytest.mark.parametrize("fails", ["start", "log", "picture", "finish"])
def test_a_tracker_that_fails_costs_a_remark_and_the_others_go_on(
    known, tmp_path, monkeypatch, fails
):
    monkeypatch.setattr(Failing, "fails", fails)
    heard = Heard()
    run = trained(known, tmp_path / "run", "failing", "lines", heard=heard)
    assert (run.outcome, run.step) == ("done", 4)
    failed = [text for text in heard.remarks if "failing" in text and "failed" in text]
    assert failed == [
        "tracker 'failing' failed; the run goes on without it: ConnectionError: the network is away"
    ]
    assert [what for what, *_ in told(tmp_path)].count("log") == 4
    assert told(tmp_path)[-1] == ["finish", -1, "done"]


def test_a_run_that_fails_says_so(known, tmp_path):
    composition = compose(PARTS, {"run": {**RUN, "track": ("lines",)}}, registry=known)

    class Breaking(Silent):
        def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
            raise RuntimeError("stop here")

    with pytest.raises(RuntimeError, match="stop here"):
        train(composition, tmp_path / "run", watcher=Breaking())
    assert told(tmp_path)[-1] == ["finish", -1, "failed"]


def test_nobody_is_told_unless_asked_for(known, tmp_path):
    trained(known, tmp_path / "run")
    assert not (tmp_path / "told.jsonl").exists()
    assert not (tmp_path / "run" / "tracking.json").exists()


def test_a_missing_package_is_said_before_anything_is_written(known, tmp_path):
    with pytest.raises(ZooError) as caught:
        trained(known, tmp_path / "run", "absent")
    assert caught.value.message == (
        "tracker 'absent' needs the package no_such_package_anywhere, which is not installed"
    )
    assert "`pip install 'zoo-plugin-x[absent]'`" in caught.value.hint
    assert not (tmp_path / "run").exists()


def test_an_unknown_tracker_is_said_before_anything_is_written(known, tmp_path):
    with pytest.raises(ZooError, match="no tracker named 'line'") as caught:
        trained(known, tmp_path / "run", "line")
    assert "'lines'" in caught.value.hint
    assert not (tmp_path / "run").exists()


def test_a_tracker_of_ours_that_is_not_installed_comes_with_its_pip_line(registry):
    composition = compose(PARTS, {"run": {**RUN, "track": "wandb"}}, registry=registry)
    with pytest.raises(ZooError) as caught:
        check_extras(composition)
    assert "pip install zoo-plugin-trackers" in caught.value.hint


UNTRACKED = """
import sys
from zoo_core import Entry, Registry, compose
from zoo_core.training import train
found = Registry.from_installed()
parts = {"generator": "TinyGenerator", "discriminator": "TinyCritic", "loss": "Squares"}
for kind, name in parts.items():
    found.add(Entry(kind, "tiny", f"zoo_core.testing.partners:{name}", "Small."))
names = {"generator": "tiny", "critic": "tiny", "loss": "tiny", "data": "digits"}
train(compose(names, {"run": {"steps": 1, "batch": 4, "size": 8}}, registry=found), sys.argv[1])
[item.entry.load() for item in found.entries("tracker")]
print({"tensorboard", "wandb", "mlflow", "trackio"} & set(sys.modules))
"""


def test_no_library_is_imported_unless_asked_for(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", UNTRACKED, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"


def test_names_of_trackers_are_a_list_or_separated_by_commas(registry):
    composed = compose(PARTS, {"run": {**RUN, "track": "a,b"}}, registry=registry)
    assert composed.run.track == ("a", "b")
    assert RunOptions().track == ()
