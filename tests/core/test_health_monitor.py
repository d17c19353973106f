"""The monitor in a run: what it measures, that it disturbs nothing, and how it acts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from zoo_core import Composition, Registry, compose
from zoo_core.builtin import plugin
from zoo_core.builtin.health.measurements import COUNT, SHARE, Gauge, count_of, is_due, period_of
from zoo_core.builtin.health.monitor import ROLLBACKS
from zoo_core.engine.state import snapshot
from zoo_core.registry.discovery import Source
from zoo_core.training import Run, Silent, resume, train

STEPS = 60
RUN = {
    "steps": STEPS,
    "batch": 32,
    "size": "8",
    "latent_dim": 4,
    "log_every": 4,
    "sample_every": 0,
    "checkpoint_every": 10,
    "device": "cpu",
}
DIVERSITY = {"modes", "spread", "nearest", "distance"}
SCORES = {"D(train)", "D(held-out)", "D(fake)", "D(spread)"}


class Told(Silent):
    """Keep what a run says, and stop it at a step."""

    def __init__(self, stop: int = 0) -> None:
        self.stop, self.texts = stop, list[str]()

    def stepped(self, run: Run) -> None:
        if run.step == self.stop:
            run.stop("the test says so")

    def said(self, run: Run, text: str) -> None:
        self.texts.append(text)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure at every log point: these runs are too short for the usual budget."""
    monkeypatch.setattr("zoo_core.builtin.health.measurements.SHARE", 1.0)


@pytest.fixture
def watched(registry: Registry) -> Registry:
    """Return a registry of the built-in parts and the toys, with the hooks of the monitor."""
    hooks = ModuleType("hooks")
    for name in ("zoo_scalars", "zoo_logged", "zoo_run_finished"):
        setattr(hooks, name, getattr(plugin, name))
    registry.add_source(Source("gan-zoo", "1", "hooks", lambda: hooks))
    return registry


def composed(registry: Registry, generator: str = "toy", **run: Any) -> Composition:
    parts = {"generator": generator, "critic": "toy", "loss": "non-saturating", "data": "digits"}
    return compose(parts, {"run": {**RUN, **run}}, registry=registry)


def lines_of(file: Path) -> list[dict[str, Any]]:
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = [json.loads(line) for line in text.splitlines()]
    times = ("seconds", "images_per_second")
    return [{k: v for k, v in line.items() if k not in times} for line in lines]


def without_health(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if not name.startswith("health.")}


def same_tensors(one: Run, other: Run) -> bool:
    first, second = snapshot(one.engine), snapshot(other.engine)
    return first.keys() == second.keys() and all(
        torch.equal(tensor, second[stem][name])
        for stem, tensors in first.items()
        for name, tensor in tensors.items()
    )


@pytest.mark.parametrize("generator", ["toy", "batch-norm"])
def test_a_watched_run_is_the_same_run(generator: str, watched: Registry, tmp_path: Path) -> None:
    on = train(composed(watched, generator), tmp_path / "on")
    off = train(composed(watched, generator, monitor=False), tmp_path / "off")
    assert same_tensors(on, off)
    lines = lines_of(off.directory.log)
    assert [without_health(line) for line in lines_of(on.directory.log)] == lines
    assert lines_of(off.directory.events) == []


def test_all_that_is_measured_is_in_the_log(watched: Registry, tmp_path: Path) -> None:
    run = train(composed(watched), tmp_path / "run")
    for line in lines_of(run.directory.log):
        found = {name.removeprefix("health.") for name in line if name.startswith("health.")}
        assert found == DIVERSITY | SCORES


def test_a_generator_with_labels_is_measured(watched: Registry, tmp_path: Path) -> None:
    run = train(composed(watched, "labelled", steps=8), tmp_path / "run")
    assert lines_of(run.directory.log)[-1]["health.modes"] > 0


def test_modes_and_random_state_are_as_they_were(watched: Registry, tmp_path: Path) -> None:
    run = train(composed(watched, "batch-norm", steps=4), tmp_path / "run")
    modules = list(run.engine.game.modules())
    modules[-1].eval()
    modes, state = [module.training for module in modules], torch.get_rng_state()
    assert any(modes)
    gauge = Gauge(run)
    assert gauge.measure(4) == gauge.measure(4) != {}
    assert [module.training for module in modules] == modes
    assert torch.equal(torch.get_rng_state(), state)


def collapsing(registry: Registry, **run: Any) -> Composition:
    """Return a run whose generator cannot but make one image."""
    parts = {"generator": "toy", "critic": "toy", "loss": "non-saturating", "data": "digits"}
    options = {"generator": {"gain": 0.0}, "run": {**RUN, **run}}
    return compose(parts, options, registry=registry)


def test_a_collapse_is_said_once_and_recorded(watched: Registry, tmp_path: Path) -> None:
    told = Told()
    run = train(collapsing(watched), tmp_path / "run", watcher=told)
    found = [line for line in lines_of(run.directory.events) if line["kind"] == "collapse"]
    assert [(line["step"], line["since"]) for line in found] == [(20, 4)]
    assert found[0]["advice"].startswith("try a lower `--lr`")
    assert len([text for text in told.texts if found[0]["text"] in text]) == 1
    assert (run.outcome, run.step) == ("done", STEPS)


@pytest.mark.parametrize("stop", [13, 20, 30])
def test_a_resumed_run_has_the_same_log_and_remarks(
    stop: int, watched: Registry, tmp_path: Path
) -> None:
    straight = train(collapsing(watched), tmp_path / "straight")
    train(collapsing(watched), tmp_path / "halves", watcher=Told(stop))
    resumed = resume(tmp_path / "halves", registry=watched)
    for name in ("log", "events"):
        one, two = (lines_of(getattr(run.directory, name)) for run in (straight, resumed))
        assert one == two
        assert one


def test_a_collapse_can_stop_a_run(watched: Registry, tmp_path: Path) -> None:
    run = train(collapsing(watched, on_collapse="stop"), tmp_path / "run")
    assert (run.outcome, run.step) == ("stopped", 20)
    assert run.stop_reason.startswith("the images ")


def test_a_run_goes_back_a_few_times_and_then_stops(watched: Registry, tmp_path: Path) -> None:
    told = Told()
    run = train(collapsing(watched, on_collapse="rollback"), tmp_path / "run", watcher=told)
    back = [text for text in told.texts if "went back from step" in text]
    assert len(back) == ROLLBACKS
    assert run.outcome == "stopped"
    assert run.stop_reason.endswith(f"after going back {ROLLBACKS} times")


def test_a_run_that_is_not_watched_measures_nothing(watched: Registry, tmp_path: Path) -> None:
    run = train(collapsing(watched, monitor=False, on_collapse="stop"), tmp_path / "run")
    assert (run.outcome, run.step) == ("done", STEPS)
    assert lines_of(run.directory.events) == []


def test_the_budget_is_counted_in_steps() -> None:
    assert (count_of(64), count_of(16)) == (COUNT, COUNT // 2)
    assert SHARE == 0.02


def test_a_measurement_comes_once_in_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo_core.builtin.health.measurements.SHARE", SHARE)
    assert period_of(64, 50) == 50
    assert period_of(64, 10) == 34
    assert period_of(1, 50) == 1067
    assert [step for step in range(1, 201) if is_due(step, 64, 50)] == [50, 100, 150, 200]
    assert [step for step in range(1, 110) if is_due(step, 64, 10)] == [40, 70]
    assert [step for step in range(1, 3300) if is_due(step, 1, 50)] == [1100, 2150, 3250]
