"""A step is a function of (configuration, seed, step, state): stopping changes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from zoo_core import Registry, ZooError, compose
from zoo_core.engine.state import snapshot
from zoo_core.training import Run, Silent, resume, train

STEPS = 14
RUN = {
    "steps": STEPS,
    "batch": 8,
    "size": "8",
    "latent_dim": 6,
    "log_every": 4,
    "sample_every": 6,
    "checkpoint_every": 5,
    "ema_images": 40,
}

COMPOSITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vanilla": ({"generator": "vanilla"}, {}),
    "vanilla-minimax-uniform": (
        {"generator": "vanilla", "loss": "minimax", "sampler": "uniform"},
        {"critic": {"schedule": "cosine", "warmup": 3}, "generator": {"optimizer": "sgd"}},
    ),
    "dcgan-wgan-gp": (
        {"generator": "dcgan", "loss": "wgan-gp"},
        {"generator": {"width": 4}, "critic": {"width": 4}, "run": {"critic_steps": 2}},
    ),
    "dcgan-spectral": (
        {"generator": "dcgan"},
        {"generator": {"width": 4}, "critic": {"width": 4, "norm": "spectral"}},
    ),
    "mini-conv-wgan": (
        {"generator": "mini-conv", "critic": "dcgan", "loss": "wgan"},
        {"critic": {"width": 4}, "run": {"critic_steps": 3}},
    ),
    "fresh-latents": ({"generator": "vanilla"}, {"game": {"share": False}}),
    "against-collapse": (
        {
            "generator": "dcgan",
            "head": ["minibatch-discrimination", "minibatch-stddev"],
            "constraint": "spectral",
            "penalty": "historical-averaging",
            "augment": "instance-noise",
            "sampler": "mixture",
            "game": "unrolled",
        },
        {"generator": {"width": 4}, "critic": {"width": 4}, "game": {"unroll": 2}},
    ),
    "stranger": (
        {
            "generator": "tiny",
            "game": "together",
            "loss": "squares",
            "penalty": "slow",
            "constraint": "small",
            "sampler": "learned-scale",
        },
        {},
    ),
    "stranger-adversarial": (
        {"generator": "tiny", "penalty": "slow", "sampler": "learned-scale"},
        {"run": {"critic_steps": 2}, "critic": {"clip_norm": 1.0}},
    ),
}


class StopAt(Silent):
    def __init__(self, step: int) -> None:
        self.step = step

    def stepped(self, run: Run) -> None:
        if run.step == self.step:
            run.stop("the test says so")


def composed(registry: Registry, name: str, **run: Any) -> Any:
    parts, options = COMPOSITIONS[name]
    merged = {**options, "run": {**RUN, **options.get("run", {}), **run}}
    return compose(parts, merged, registry=registry)


def differences(one: Run, other: Run) -> list[str]:
    first, second = snapshot(one.engine), snapshot(other.engine)
    assert first.keys() == second.keys()
    found = []
    for stem, tensors in first.items():
        assert tensors.keys() == second[stem].keys()
        found += [f"{stem}/{n}" for n, t in tensors.items() if not torch.equal(t, second[stem][n])]
    return found


def log_of(run: Run) -> list[Mapping[str, float]]:
    lines = [json.loads(line) for line in run.directory.log.read_text().splitlines()]
    return [
        {k: v for k, v in x.items() if k not in ("seconds", "images_per_second")} for x in lines
    ]


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_stopping_and_resuming_gives_the_same_tensors_and_log(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    straight = train(composed(registry, name), tmp_path / "straight")
    train(composed(registry, name), tmp_path / "halves", watcher=StopAt(7))
    resumed = resume(tmp_path / "halves", registry=registry)
    assert (straight.outcome, resumed.outcome, resumed.step) == ("done", "done", STEPS)
    assert differences(straight, resumed) == []
    assert log_of(straight) == log_of(resumed)
    pictures = sorted(path.name for path in (tmp_path / "straight/samples").iterdir())
    for picture in pictures:
        one, two = (tmp_path / run / "samples" / picture for run in ("straight", "halves"))
        assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("layout", ["channels-first", "channels-last"])
def test_resuming_restores_memory_layouts(layout: str, registry: Registry, tmp_path: Path) -> None:
    parts = composed(registry, "dcgan-wgan-gp", layout=layout)
    straight = train(parts, tmp_path / "straight")
    train(composed(registry, "dcgan-wgan-gp", layout=layout), tmp_path / "h", watcher=StopAt(7))
    resumed = resume(tmp_path / "h", registry=registry)
    assert differences(straight, resumed) == []
    for name, optimiser in resumed.engine.optimisers.items():
        state = optimiser.state()
        expected = straight.engine.optimisers[name].state()
        assert {k: v.stride() for k, v in state.items()} == {
            k: v.stride() for k, v in expected.items()
        }


def test_a_damaged_newest_checkpoint_is_reported_and_the_one_before_is_used(
    registry: Registry, tmp_path: Path
) -> None:
    straight = train(composed(registry, "stranger"), tmp_path / "straight")
    train(composed(registry, "stranger"), tmp_path / "halves", watcher=StopAt(11))
    damaged = tmp_path / "halves/checkpoints/step-00000011/generator.safetensors"
    content = bytearray(damaged.read_bytes())
    content[-3] ^= 1
    damaged.write_bytes(content)
    heard = Hearing()
    resumed = resume(tmp_path / "halves", registry=registry, watcher=heard)
    assert "generator.safetensors of checkpoint" in heard.remarks[0]
    assert "does not have the checksum" in heard.remarks[0]
    assert heard.remarks[0].endswith("the checkpoint before it is used")
    assert differences(straight, resumed) == []
    assert log_of(straight) == log_of(resumed)


class Hearing(Silent):
    def __init__(self) -> None:
        self.remarks: list[str] = []

    def said(self, run: Run, text: str) -> None:
        self.remarks.append(text)


def test_a_run_without_a_whole_checkpoint_cannot_be_resumed(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry, "stranger", checkpoint_every=0), tmp_path / "run")
    (tmp_path / "run/checkpoints/step-00000014/manifest.json").unlink()
    with pytest.raises(ZooError) as caught:
        resume(tmp_path / "run", registry=registry)
    assert "no checkpoint of" in caught.value.message
    assert "is whole" in caught.value.message
    assert "--config" in caught.value.hint


def test_a_run_that_died_before_its_first_checkpoint_starts_from_step_0(
    registry: Registry, tmp_path: Path
) -> None:
    straight = train(composed(registry, "stranger"), tmp_path / "straight")
    train(composed(registry, "stranger"), tmp_path / "early", watcher=StopAt(4))
    for path in (tmp_path / "early/checkpoints").iterdir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    resumed = resume(tmp_path / "early", registry=registry)
    assert differences(straight, resumed) == []
    assert log_of(straight) == log_of(resumed)


def test_a_torn_last_line_of_the_log_is_dropped(registry: Registry, tmp_path: Path) -> None:
    straight = train(composed(registry, "stranger"), tmp_path / "straight")
    train(composed(registry, "stranger"), tmp_path / "torn", watcher=StopAt(7))
    with (tmp_path / "torn/metrics.jsonl").open("a") as file:
        file.write('{"step": 8, "sec')
    assert log_of(resume(tmp_path / "torn", registry=registry)) == log_of(straight)


def test_a_checkpoint_of_another_configuration_is_refused(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry, "stranger"), tmp_path / "run", watcher=StopAt(7))
    config = json.loads((tmp_path / "run/config.json").read_text())
    config["options"]["critic"]["lr"] = 0.5
    (tmp_path / "run/config.json").write_text(json.dumps(config))
    with pytest.raises(ZooError) as caught:
        resume(tmp_path / "run", registry=registry)
    assert "was written with another configuration" in caught.value.message
    assert "config.json as it was" in caught.value.hint


def test_only_what_cannot_change_the_numbers_may_change_on_resume(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry, "stranger"), tmp_path / "run", watcher=StopAt(7))
    with pytest.raises(ZooError) as caught:
        resume(tmp_path / "run", overrides={"batch": 4}, registry=registry)
    assert caught.value.message == "'batch' cannot change when a run is resumed"
    longer = resume(tmp_path / "run", overrides={"steps": 18}, registry=registry)
    assert longer.step == 18


def test_more_steps_stretch_a_falling_schedule_and_that_is_said(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry, "vanilla-minimax-uniform"), tmp_path / "run", watcher=StopAt(7))
    heard = Hearing()
    resume(tmp_path / "run", overrides={"steps": 18}, registry=registry, watcher=heard)
    assert heard.remarks == ["the schedules are those of the new number of steps"]


def test_a_second_process_is_kept_out_of_the_directory(registry: Registry, tmp_path: Path) -> None:
    train(composed(registry, "stranger"), tmp_path / "run", watcher=StopAt(7))

    class Intruder(Silent):
        message = ""

        def stepped(self, run: Run) -> None:
            try:
                resume(run.path, registry=registry)
            except ZooError as error:
                self.message = str(error)

    intruder = Intruder()
    resume(tmp_path / "run", registry=registry, watcher=intruder)
    assert "another process is training in" in intruder.message
    assert "--run" in intruder.message


KILLED = """
import sys, torch
torch.set_num_threads(1)
from zoo_core import compose, Registry
from zoo_core.training import train, resume, Silent

class Tell(Silent):
    def stepped(self, run):
        print(run.step, flush=True)

directory, config = sys.argv[1:3]
if len(sys.argv) > 3:
    resume(directory)
else:
    train(config, directory, watcher=Tell())
"""


def test_a_killed_process_goes_on_where_its_last_checkpoint_was(
    registry: Registry, tmp_path: Path
) -> None:
    parts = composed(registry, "vanilla", steps=60)
    straight = train(parts, tmp_path / "straight")
    config = tmp_path / "config.json"
    config.write_text(json.dumps(parts.config().to_json()))
    command = [sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(config)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 13:
                process.send_signal(signal.SIGKILL)
                break
    time.sleep(0.1)
    resumed = resume(tmp_path / "killed", registry=registry)
    assert differences(straight, resumed) == []
    assert log_of(straight) == log_of(resumed)
