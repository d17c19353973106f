"""What a run directory holds, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from zoo_core.config.configuration import Configuration, Environment, Names
from zoo_core.config.values import Value
from zoo_core.runs.lines import Evaluation, Event, LogLine, number

Outcome = Literal["running", "done", "stopped", "interrupted", "failed", "killed"]
"""Of a run; it is killed where it is not running and nothing says how it ended."""

ENDINGS: tuple[Outcome, ...] = ("done", "stopped", "interrupted", "failed")
"""What a run says of its own end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a session of a run ended, as it said itself.

    Args:
        outcome: one of `ENDINGS`.
        reason: why, where it did not end by itself.
    """

    outcome: Outcome
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the ending as JSON data."""
        return {"outcome": self.outcome, "reason": self.reason}

    @classmethod
    def said(cls, outcome: str, reason: str) -> Self:
        """Return the ending of a run; an outcome of a plugin's own means that it stopped."""
        known = {str(each): each for each in ENDINGS}
        return cls(outcome=known.get(outcome, "stopped"), reason=reason)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read what was written, as far as it goes."""
        return cls.said(str(found.get("outcome", "")), str(found.get("reason", "")))


@dataclass(frozen=True, kw_only=True)
class History:
    """What a run directory holds.

    Args:
        path: the directory.
        config: parts, options and environment.
        lines: of the log.
        scores: evaluations, in the order in which they were made.
        events: remarks of the monitor and of the run.
        samples: step to picture, ascending.
        checkpoints: steps that have one, ascending.
        running: a process trains in it now.
        ending: how its last session ended; None where that is not known.
        remarks: what was passed over.
    """

    path: Path
    config: Configuration
    lines: tuple[LogLine, ...] = ()
    scores: tuple[Evaluation, ...] = ()
    events: tuple[Event, ...] = ()
    samples: Mapping[int, Path] = field(default_factory=dict)
    checkpoints: tuple[int, ...] = ()
    running: bool = False
    ending: Ending | None = None
    remarks: tuple[str, ...] = ()

    @property
    def parts(self) -> Mapping[str, Names]:
        """Return role to qualified name, or to several."""
        return self.config.parts

    @property
    def options(self) -> Mapping[str, Mapping[str, Value]]:
        """Return section to option to value."""
        return self.config.options

    @property
    def environment(self) -> Environment:
        """Return hardware and versions."""
        return self.config.environment

    @property
    def step(self) -> int:
        """Return the last step that left a trace."""
        last = self.lines[-1].step if self.lines else 0
        return max([last, *self.checkpoints, *self.samples])

    @property
    def steps(self) -> int | None:
        """Return how many steps were asked for."""
        found = number(self.config.value("run", "steps"))
        return None if found is None else int(found)

    @property
    def outcome(self) -> Outcome:
        """Return whether it goes on, or how it ended."""
        if self.running:
            return "running"
        if self.ending is not None:
            return self.ending.outcome
        return "done" if self.steps is not None and self.step >= self.steps else "killed"

    @property
    def seconds(self) -> float | None:
        """Return the time of training at the last log point."""
        return self.lines[-1].seconds if self.lines else None

    @property
    def seconds_per_step(self) -> float | None:
        """Return the mean over the run."""
        seconds, step = self.seconds, self.lines[-1].step if self.lines else 0
        return seconds / step if seconds is not None and step else None

    @property
    def images_per_second(self) -> float | None:
        """Return the mean over the run."""
        return self.lines[-1].images_per_second if self.lines else None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the terms and notes of the log in their order; scores are none of them."""
        scores = {
            name for one in self.scores for way in (True, False) for name in one.named(several=way)
        }
        found = {name: None for line in self.lines for name in line.scalars}
        return tuple(name for name in found if name not in scores)

    def series(self, name: str) -> list[tuple[int, float]]:
        """Return step and value of a term wherever it was logged; values may not be finite."""
        return [(line.step, line.scalars[name]) for line in self.lines if name in line.scalars]

    @property
    def last_terms(self) -> dict[str, float]:
        """Return each term at the last log point that has it, if it is finite."""
        found: dict[str, float] = {}
        for line in self.lines:
            found |= {n: value for n, value in line.scalars.items() if number(value) is not None}
        return {name: found[name] for name in self.names if name in found}
