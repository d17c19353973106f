"""A run: a composition, its directory, and whoever watches."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import torch

from zoo_core.composition import Composition
from zoo_core.config.configuration import Configuration, Environment, SetBy
from zoo_core.config.identity import identity
from zoo_core.config.values import Value
from zoo_core.engine.core import Engine
from zoo_core.engine.hardware import Hardware
from zoo_core.interfaces.metrics import Better
from zoo_core.registry.lookup import CORE
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import Event
from zoo_core.training.data_of_run import recorded_data


class Watcher(Protocol):
    """Somebody who is told how a run goes, such as a progress bar."""

    def started(self, run: Run) -> None:
        """Look at the run before its first step."""

    def stepped(self, run: Run) -> None:
        """Look at the run after a step; called for every step, so be quick."""

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        """Look at the scalars of a log point."""

    def said(self, run: Run, text: str) -> None:
        """Take a remark for the user."""

    def finished(self, run: Run, outcome: str) -> None:
        """Look at the run after its end."""


class Silent:
    """A watcher that does nothing; derive from it to watch one thing."""

    def started(self, run: Run) -> None:
        """Do nothing."""

    def stepped(self, run: Run) -> None:
        """Do nothing."""

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        """Do nothing."""

    def said(self, run: Run, text: str) -> None:
        """Do nothing."""

    def finished(self, run: Run, outcome: str) -> None:
        """Do nothing."""


class Run:
    """What hooks and watchers see of a training.

    Args:
        composition: what is trained.
        directory: where it is kept.
        engine: what plays.
        hardware: where it computes.
        watcher: who is told.

    Attributes:
        step: rounds that are done.
        seconds: training time so far, over all sessions.
        scalars: those of the last log point.
        outcome: "done", "stopped", "interrupted" or "failed" once it has ended.
        better: score to which way is better, where the run is evaluated.
        back_reason: why the run goes back after this step, if it does.
    """

    def __init__(
        self,
        composition: Composition,
        directory: RunDirectory,
        engine: Engine,
        hardware: Hardware,
        watcher: Watcher,
    ) -> None:
        self.composition, self.directory, self.engine = composition, directory, engine
        self.hardware, self.watcher = hardware, watcher
        self.options = composition.run
        self.seconds = 0.0
        self.scalars: Mapping[str, float] = {}
        self.outcome = ""
        self.stop_reason = ""
        self.stop_outcome = ""
        self.better: Mapping[str, Better] = {}
        self.back_reason = ""
        self.back_before = 0
        self.identity = identity(composition.config())

    @property
    def path(self) -> Path:
        """Return the run directory."""
        return self.directory.path

    @property
    def step(self) -> int:
        """Return how many rounds are done."""
        return self.engine.step_number

    @property
    def images_per_second(self) -> float:
        """Return images per second of training, a round's batch counted once."""
        return self.step * self.options.batch / self.seconds if self.seconds else 0.0

    def stop(self, reason: str, *, outcome: str = "stopped") -> None:
        """End the run after this step, with a checkpoint."""
        self.stop_reason, self.stop_outcome = reason, outcome

    def roll_back(self, reason: str, *, before: int | None = None) -> None:
        """Go back, after this step, to the best checkpoint, or to the newest one.

        The run then goes on with another stream of random numbers.

        Args:
            reason: why, for the record.
            before: the step from which on something was wrong; checkpoints before it are preferred.
        """
        self.back_reason = reason
        self.back_before = self.step if before is None else before

    def say(self, text: str) -> None:
        """Tell the user something."""
        self.watcher.said(self, text)

    def remark(
        self, kind: str, text: str, *, advice: str = "", since: int | None = None, **more: Any
    ) -> None:
        """Tell the user something of the run's health, and record it.

        Args:
            kind: one word for what it is, such as "collapse".
            text: what was seen.
            advice: what to try.
            since: the step from which on it was so; this one by default.
            more: further JSON data of the record.
        """
        step = self.step
        begun = step if since is None else since
        self.directory.append(
            Event(step=step, since=begun, kind=kind, text=text, advice=advice, more=more)
        )
        self.say(f"step {step:,}: {text}" + (f"; {advice}" if advice else ""))


def full_config(composition: Composition, hardware: Hardware, run: Path) -> Configuration:
    """Return everything needed to repeat a run, with its data, versions and hardware."""
    sources = {item.source for choice in composition.plan.chosen.values() for item in choice.items}
    versions = {
        plugin.source.distribution: plugin.source.version for plugin in composition.registry.plugins
    }
    used = {name: versions.get(name, "") for name in sorted(sources | {CORE})}
    beside = {name: metadata.version(name) for name in ("torch", "torchvision")}
    environment = Environment(
        facts={**hardware.describe(), "python": platform.python_version()},
        distributions={**used, **beside},
        set_by=set_by(composition),
    )
    data = recorded_data(composition, run)
    return replace(composition.config(), data=data, environment=environment)


def set_by(composition: Composition) -> SetBy:
    """Return who chose each part and set each value, and whom that overrode."""
    return SetBy(
        parts={role: choice.chosen_by for role, choice in composition.plan.chosen.items()},
        options={
            section: {name: setting.origin for name, setting in found.values.items()}
            for section, found in composition.settings.items()
        },
    )


def environment_differences(recorded: Environment, hardware: Hardware) -> list[str]:
    """Return a remark for each difference that can change a resumed run's numbers."""
    now: dict[str, Value] = {**hardware.describe(), "torch": _release(torch.__version__)}
    before = dict(recorded.facts)
    if "torch" in recorded.distributions:
        before["torch"] = _release(recorded.distributions["torch"])
    return [
        f"{name} was {before[name]} and is {value} now: the run goes on, but is not bit-exact"
        for name, value in now.items()
        if name in before and before[name] != value
    ]


def _release(version: str) -> str:
    return version.partition("+")[0]
