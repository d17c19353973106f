from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from zoo_core import Registry, ZooError, compose
from zoo_core.builtin import tensorboard
from zoo_core.config.run import RunOptions
from zoo_core.training import Run, Silent, resume, train
from zoo_core.training.extras import check_extras

present = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


class Hooked(Silent):
    """Call what the hooks call: the toys' registry has no plugin with hooks."""

    def started(self, run: Run) -> None:
        tensorboard.started(run)

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        tensorboard.logged(run, step, scalars)

    def finished(self, run: Run, outcome: str) -> None:
        tensorboard.finished(run)


def trained(registry: Registry, place: Path, *, wanted: bool = True, steps: int = 4) -> Run:
    run = {
        "steps": steps,
        "batch": 4,
        "size": 8,
        "log_every": 1,
        "sample_every": 2,
        "checkpoint_every": 2,
        "tensorboard": wanted,
    }
    parts = {"generator": "toy", "critic": "toy", "loss": "toy", "data": "digits"}
    composition = compose(parts, {"run": run}, registry=registry)
    return train(composition, place, watcher=Hooked())


def read_back(place: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(place / "tensorboard"), size_guidance={"images": 0, "scalars": 0})
    found.Reload()
    return found


@present
def test_scalars_samples_and_configuration_are_read_back(registry, tmp_path):
    trained(registry, tmp_path / "run")
    found = read_back(tmp_path / "run")
    points = found.Scalars("critic/total")
    logged = [line.split('"critic.total": ')[1] for line in _log(tmp_path / "run")]
    assert [point.step for point in points] == [1, 2, 3, 4]
    assert points[-1].value == pytest.approx(float(logged[-1].split(",")[0].rstrip("}")), rel=1e-6)
    assert [image.step for image in found.Images("samples")] == [2, 4]
    assert found.Images("samples")[0].encoded_image_string.startswith(b"\x89PNG")
    text = found.Tensors("configuration/text_summary")[0].tensor_proto.string_val[0]
    assert b'"generator": "toys/toy"' in text


@present
def test_resuming_drops_what_came_after_the_checkpoint(registry, tmp_path):
    place = tmp_path / "run"
    trained(registry, place)
    for checkpoint in (place / "checkpoints").glob("*4"):
        checkpoint.rename(tmp_path / "taken")
    resume(place, overrides={"steps": 6}, registry=registry, watcher=Hooked())
    found = read_back(place)
    assert [point.step for point in found.Scalars("critic/total")] == [1, 2, 3, 4, 5, 6]
    assert [image.step for image in found.Images("samples")] == [2, 4, 6]


@present
def test_a_run_that_goes_back_drops_the_steps_it_repeats(registry, tmp_path):
    run = trained(registry, tmp_path / "run", wanted=False)
    board = tensorboard.Board(run)
    board.step = 0
    for step, value in ((1, 1.0), (2, 2.0), (3, 3.0), (2, 20.0)):
        board.write(run, step, {"critic.total": value})
    board.close(run)
    points = read_back(tmp_path / "run").Scalars("critic/total")
    assert [(point.step, point.value) for point in points] == [(1, 1.0), (2, 20.0)]


def test_nothing_is_written_unless_asked_for(registry, tmp_path):
    trained(registry, tmp_path / "run", wanted=False)
    assert not (tmp_path / "run" / "tensorboard").exists()


def test_tensorboard_is_not_imported_unless_asked_for():
    program = "import sys, zoo_core.builtin.tensorboard; print('tensorboard' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_a_missing_package_is_said_before_training(monkeypatch):
    monkeypatch.setattr("zoo_core.training.extras.find_spec", lambda name: None)
    with pytest.raises(ZooError) as caught:
        check_extras(RunOptions(tensorboard=True))
    assert caught.value.message == (
        "`--tensorboard` needs the package tensorboard, which is not installed"
    )
    assert "pip install 'gan-zoo[tensorboard]'" in caught.value.hint
    check_extras(RunOptions())


def _log(place: Path) -> list[str]:
    return (place / "metrics.jsonl").read_text().splitlines()
