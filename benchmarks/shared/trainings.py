"""Train to the end, wherever it stopped before; say how it goes; read what it took."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.shared.program import say
from zoo_core import Composition, ZooError
from zoo_core.config.configuration import Configuration
from zoo_core.config.identity import identity
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import read_log
from zoo_core.training import Run, Silent, resume, train


def trained(
    composition: Composition,
    directory: Path,
    name: str,
    *,
    every: int = 500,
    again: bool = False,
    init: Path | None = None,
) -> Path:
    """Train a run, or go on with what lies there; return its directory.

    A finished run is left as it is. Another composition's gives way.

    Args:
        composition: what is trained.
        directory: of the run.
        name: for the lines on stderr.
        every: steps between these lines.
        again: what lies there gives way in any case.
        init: a run whose weights it begins with.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    place, watcher = RunDirectory(directory), Lines(name, every=every)
    if place.config.is_file() and (again or not _same(composition, place.read_config())):
        shutil.rmtree(directory)
    if not place.config.is_file():
        train(composition, directory, init=init, watcher=watcher)
    elif composition.run.steps not in place.steps():
        resume(directory, registry=composition.registry, watcher=watcher)
    return directory


def _same(composition: Composition, config: Configuration) -> bool:
    steps = config.value("run", "steps")
    return (identity(composition.config()), composition.run.steps) == (identity(config), steps)


def training_of(directory: Path) -> dict[str, Any]:
    """Return what a training took, as JSON data: steps, seconds, speed and environment.

    Raises:
        ZooError: no run is there, or it has logged nothing.
    """
    place = RunDirectory(directory)
    environment = place.read_config().environment.to_json()
    environment.pop("set_by", None)
    lines = read_log(place.log)
    if not lines:
        raise ZooError(f"run {str(directory)!r} has logged nothing", hint="train it to its end")
    last = lines[-1]
    taken = {"seconds": last.seconds, "images_per_second": last.images_per_second}
    return {"steps": last.step, **taken, "environment": environment}


class Lines(Silent):
    """Say on stderr how a training goes.

    Args:
        name: of the training.
        every: steps between lines; only steps that are logged.
    """

    def __init__(self, name: str, *, every: int) -> None:
        self.name, self.every = name, every

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        if step % self.every == 0 or step == run.options.steps:
            say(f"{self.name}: step {step}/{run.options.steps}, {run.seconds:.0f} s")

    def said(self, run: Run, text: str) -> None:
        say(f"{self.name}: {text}")

    def finished(self, run: Run, outcome: str) -> None:
        if outcome == "interrupted":
            # the next training of a benchmark must not begin
            raise KeyboardInterrupt
