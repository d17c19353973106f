"""Kill trainings at random moments and compare what they become with undisturbed ones.

Each trial trains 60 steps in a child process that is forked from a warmed parent, kills it with
SIGKILL at a random moment (some in the middle of a checkpoint), resumes it, perhaps kills it again,
and at the end compares every tensor (weights, averages, optimisers, other state) with `torch.equal`
and the log without its times with those of an undisturbed run.

    python benchmarks/kills.py --trials 100
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from zoo_core import Registry, ZooError, compose
from zoo_core.config.configuration import Configuration
from zoo_core.config.request import Options, Parts
from zoo_core.runs.checkpoint import read_checkpoint
from zoo_core.runs.lines import read_log
from zoo_core.training import resume, train

STEPS = 60
RUN = {
    "steps": STEPS,
    "batch": 8,
    "size": "8",
    "latent_dim": 6,
    "log_every": 4,
    "sample_every": 20,
    "checkpoint_every": 6,
    "ema_images": 100,
}
COMPOSITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vanilla, non-saturating": ({"generator": "vanilla"}, {}),
    "mini-conv, wgan": (
        {"generator": "mini-conv", "critic": "dcgan", "loss": "wgan"},
        {"critic": {"width": 4}, "run": {"critic_steps": 2}},
    ),
    "dcgan, wgan-gp": (
        {"generator": "dcgan", "loss": "wgan-gp"},
        {"generator": {"width": 4}, "critic": {"width": 4}, "run": {"critic_steps": 2}},
    ),
    "dcgan, spectral norm, schedules": (
        {"generator": "dcgan", "sampler": "uniform"},
        {
            "generator": {"width": 4, "schedule": "cosine", "warmup": 5},
            "critic": {"width": 4, "norm": "spectral", "clip_norm": 1.0},
        },
    ),
    "dcgan, infogan's codes": (
        {"generator": "dcgan", "condition": "infogan"},
        {"generator": {"width": 4}, "critic": {"width": 4}},
    ),
    "dcgan, projection, r1": (
        {"generator": "dcgan", "condition": "projection", "penalty": "r1"},
        {"generator": {"width": 4}, "critic": {"width": 4}, "penalty.r1": {"every": 3}},
    ),
    "dcgan, ac": (
        {"generator": "dcgan", "condition": "ac", "sampler": "uniform"},
        {"generator": {"width": 4}, "critic": {"width": 4}},
    ),
    "vanilla, concat": ({"generator": "vanilla", "condition": "concat"}, {}),
    "vanilla, sgan, few labels": (
        {
            "generator": "vanilla",
            "condition": "sgan",
            "loss": "feature-matching",
            "data": "few-labels:digits",
        },
        {"data": {"count": 50}},
    ),
    "cyclegan, pools": (
        {"generator": "cyclegan", "data": "unpaired:digits,digits"},
        {
            "generator": {"width": 4},
            "critic": {"width": 4},
            "game": {"pool": 3},
            "run": {"batch": 2},
        },
    ),
}


def main() -> int:
    """Run the trials and print the counts."""
    options = _arguments()
    torch.set_num_threads(1)
    chance = random.Random(options.seed)
    registry = Registry.from_installed(strict=True)
    print(f"{'composition':34s} trials kills exact")
    totals = [0, 0, 0]
    with tempfile.TemporaryDirectory(prefix="zoo-kills-") as folder:
        for number, name in enumerate(COMPOSITIONS):
            place = Path(folder) / str(number)
            row = _row(name, place, registry, chance, options.trials // len(COMPOSITIONS))
            print(f"{name:34s} {row[0]:6d} {row[1]:5d} {row[2]:5d}", flush=True)
            totals = [total + figure for total, figure in zip(totals, row, strict=True)]
    trials, kills, exact = totals
    print(f"{exact} of {trials} runs, killed {kills} times, are bit-exact")
    return 0 if exact == trials and kills >= trials else 1


def _row(
    name: str, place: Path, registry: Registry, chance: random.Random, trials: int
) -> tuple[int, int, int]:
    """Return trials, kills, and how many runs became the same as the undisturbed one."""
    parts, values = COMPOSITIONS[name]
    config = _config(registry, parts, values)
    straight = place / "straight"
    began = time.perf_counter()
    _child(lambda: _train(config, straight, registry), wait=None)
    span = time.perf_counter() - began
    results = [
        _trial(config, straight, place / str(trial), registry, chance, span)
        for trial in range(trials)
    ]
    return trials, sum(kills for kills, _ in results), sum(same for _, same in results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="one trial of each composition")
    found = parser.parse_args()
    found.trials = len(COMPOSITIONS) if found.quick else found.trials
    return found


def _config(registry: Registry, parts: Parts, values: Options) -> Configuration:
    merged = {**values, "run": {**RUN, **values.get("run", {})}}
    return compose(parts, merged, registry=registry).config()


def _train(config: Configuration, directory: Path, registry: Registry) -> None:
    train(compose(config=config, registry=registry), directory)


def _go_on(config: Configuration, directory: Path, registry: Registry) -> None:
    """Resume, or start if the process was killed before it had written its configuration."""
    if (directory / "config.json").exists():
        resume(directory, registry=registry)
    else:
        shutil.rmtree(directory, ignore_errors=True)
        _train(config, directory, registry)


def _trial(
    config: Configuration,
    straight: Path,
    directory: Path,
    registry: Registry,
    chance: random.Random,
    span: float,
) -> tuple[int, int]:
    """Return how often a run was killed, and 1 if it became the same as the undisturbed one."""
    kills = 0
    for _ in range(chance.choice((1, 1, 2, 3))):
        wait = chance.uniform(0.02, 0.95) * span
        kills += _child(lambda: _go_on(config, directory, registry), wait=wait)
    if kills == 0:
        # it was over before the signal: a kill in an early part, from the start
        shutil.rmtree(directory)
        kills = _child(lambda: _go_on(config, directory, registry), wait=0.1 * span)
    _child(lambda: _go_on(config, directory, registry), wait=None)
    same = _state(straight) == _state(directory) and _log(straight) == _log(directory)
    shutil.rmtree(directory)
    return kills, int(same)


def _child(work: Callable[[], None], *, wait: float | None) -> int:
    """Run work in a forked child; kill it after `wait` seconds; return 1 if the signal hit."""
    process = os.fork()
    if process == 0:
        _work_and_exit(work)
    if wait is not None:
        time.sleep(wait)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        return 1
    if os.WEXITSTATUS(status):
        raise SystemExit("a training failed; see above")
    return 0


def _work_and_exit(work: Callable[[], None]) -> None:
    try:
        work()
    except ZooError as error:
        print(error, file=sys.stderr)
        os._exit(1)
    except BaseException:  # noqa: BLE001 - the child must not unwind into the parent's frames
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _state(directory: Path) -> dict[str, bytes]:
    files, state = read_checkpoint(directory / "checkpoints" / f"step-{STEPS:08d}")
    found = {"step": str(state["step"]).encode()}
    for stem, tensors in files.items():
        for name, tensor in tensors.items():
            found[f"{stem}/{name}"] = (
                tensor.contiguous().view(-1).view(torch.uint8).numpy().tobytes()
            )
    return found


def _log(directory: Path) -> list[str]:
    lines = read_log(directory / "metrics.jsonl")
    timeless = [replace(line, seconds=None, images_per_second=None) for line in lines]
    return [json.dumps(line.to_json()) for line in timeless]


if __name__ == "__main__":
    raise SystemExit(main())
