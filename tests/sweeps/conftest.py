"""Small sweeps, and workers that are killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from zoo_core import Registry, Search, Sweep, sweep, vary
from zoo_core.sweeps.checking import checked
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.work import Nobody, Worker

PARTS = {"generator": "dcgan", "data": "digits"}
RUN = {
    "size": "8",
    "steps": 4,
    "batch": 8,
    "latent_dim": 8,
    "log_every": 1,
    "checkpoint_every": 0,
    "seed": 3,
    "monitor": False,
}
SMALL = {"generator": {"width": 4}, "critic": {"width": 4}}

LOSSES_AND_SEEDS = {"loss": ["non-saturating", "hinge"], "run.seed": [0, 1]}


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.from_installed(strict=True)


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def grid(axes=None, **run: object) -> Sweep:
    """Return a grid of two losses and two seeds, or of other axes."""
    asked = axes or LOSSES_AND_SEEDS
    return Sweep(
        parts=PARTS, options={**SMALL, "run": {**RUN, **run}}, axes=vary(asked), recipe="none"
    )


def study(trials: int = 4, axes=None, *, run=None, **search: object) -> Sweep:
    """Return a study of the critic's loss, measured at every second step."""
    asked = axes or {"loss": ["non-saturating", "hinge"]}
    measured = {**RUN, "eval_every": 2, "eval_count": 100, **(run or {})}
    return Sweep(
        parts={**PARTS, "metric": ("fid",)},
        options={**SMALL, "run": measured},
        axes=vary(asked),
        trials=trials,
        search=Search(**{"startup": 2, **search}),
        recipe="none",
    )


def defined(sweep: Sweep, path: Path, registry: Registry) -> tuple[Sweep, SweepFolder]:
    """Return a checked sweep and its folder, which is made."""
    found, folder = checked(sweep, registry), SweepFolder(path)
    folder.define(found)
    return found, folder


def worker(sweep: Sweep, folder: SweepFolder, registry: Registry, **how) -> Worker:
    return Worker(sweep=sweep, folder=folder, registry=registry, **{"told": Nobody(), **how})


def killed_when(work: Callable[[], object], ready: Callable[[], bool]) -> None:
    """Work in a process of its own, and kill it without a warning as soon as something is so."""
    process = os.fork()
    if process == 0:
        work()
        os._exit(0)
    deadline = time.monotonic() + 60
    while not ready() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert ready()
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status)


def in_a_child(work: Callable[[], object]) -> int:
    """Begin work in a process of its own; return its id."""
    process = os.fork()
    if process == 0:
        try:
            work()
        finally:
            os._exit(0)
    return process


@pytest.fixture(scope="session")
def whole_study(tmp_path_factory, registry) -> Path:
    """Return the folder of a study of two trials; tests must not change it."""
    path = tmp_path_factory.mktemp("sweeps") / "whole"
    sweep(study(2), path, registry=registry)
    return path
