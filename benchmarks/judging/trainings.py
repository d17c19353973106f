"""What a training took, from its run directory, and lines about it while it goes on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo_core import ZooError
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import read_log
from zoo_core.training import Run, Silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The end of a run's log.

    Args:
        steps: moves of the generator.
        seconds: of training, over all sessions.
        images_per_second: a step's batch counted once.
        recipe: the recipe that took part, or an empty string.
        environment: device, threads, precision and versions, as the run recorded them.
    """

    steps: int
    seconds: float
    images_per_second: float
    recipe: str
    environment: Mapping[str, Any]


def training_of(directory: Path) -> Training:
    """Read a run directory.

    Raises:
        ZooError: no run is there, or it has logged nothing.
    """
    place = RunDirectory(directory)
    config = place.read_config()
    lines = read_log(place.log)
    if not lines:
        raise ZooError(f"run {str(directory)!r} has logged nothing", hint="train it to its end")
    last = lines[-1]
    return Training(
        steps=last.step,
        seconds=last.seconds or 0.0,
        images_per_second=last.images_per_second or 0.0,
        recipe=config.recipe,
        environment=config.environment.to_json(),
    )


class Lines(Silent):
    """Say on stderr how a training goes.

    Args:
        name: of the training.
        every: steps between lines; only steps that are logged.
    """

    def __init__(self, name: str, *, every: int = 500) -> None:
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


def say(text: str) -> None:
    """Write a line of progress."""
    print(text, file=sys.stderr, flush=True)
