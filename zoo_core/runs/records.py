"""What a run directory holds, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

BESIDE = frozenset({"step", "seconds", "images_per_second", "protocol"})
"""Keys of a log line that are no terms."""

Outcome = Literal["running", "done", "unfinished"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One evaluation.

    Args:
        step: of the weights that were measured.
        by: "train" or "eval".
        weights: "average" or "plain".
        direction: of a translation, such as "ab"; empty otherwise.
        values: score by name; only finite ones.
        better: score to "lower" or "higher", where that was recorded.
        protocol: how it was measured.
        digest: of the protocol; scores of different digests must not be compared.
    """

    step: int
    by: str
    weights: str
    direction: str
    values: Mapping[str, float]
    better: Mapping[str, str]
    protocol: Mapping[str, Any]
    digest: str

    @property
    def logged_as(self) -> set[str]:
        """Return what the log may call the scores: a game of several directions names them too."""
        return {*self.values, *(f"{self.direction}.{name}" for name in self.values)}


@dataclass(frozen=True, kw_only=True)
class History:
    """What a run directory holds.

    Args:
        path: the directory.
        config: parts, options and environment.
        lines: of the log, each with a whole number "step".
        scores: evaluations, in the order in which they were made.
        events: remarks of the monitor and of the run, each with a whole number "step".
        samples: step to picture, ascending.
        checkpoints: steps that have one, ascending.
        running: a process trains in it now.
        remarks: what was passed over.
    """

    path: Path
    config: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...] = ()
    scores: tuple[Score, ...] = ()
    events: tuple[Mapping[str, Any], ...] = ()
    samples: Mapping[int, Path] = field(default_factory=dict)
    checkpoints: tuple[int, ...] = ()
    running: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def parts(self) -> Mapping[str, Any]:
        """Return role to qualified name, or to a list of them."""
        return mapping(self.config.get("parts"))

    @property
    def options(self) -> Mapping[str, Mapping[str, Any]]:
        """Return section to option to value."""
        found = mapping(self.config.get("options"))
        return {name: values for name, values in found.items() if isinstance(values, Mapping)}

    @property
    def environment(self) -> Mapping[str, Any]:
        """Return hardware and versions."""
        return mapping(self.config.get("environment"))

    @property
    def step(self) -> int:
        """Return the last step that left a trace."""
        last = self.lines[-1]["step"] if self.lines else 0
        return max([last, *self.checkpoints, *self.samples])

    @property
    def steps(self) -> int | None:
        """Return how many steps were asked for."""
        found = number(self.options.get("run", {}).get("steps"))
        return None if found is None else int(found)

    @property
    def outcome(self) -> Outcome:
        """Return whether it goes on, has all its steps, or ended before."""
        if self.running:
            return "running"
        return "done" if self.steps is not None and self.step >= self.steps else "unfinished"

    @property
    def seconds(self) -> float | None:
        """Return the time of training at the last log point."""
        return number(self.lines[-1].get("seconds")) if self.lines else None

    @property
    def seconds_per_step(self) -> float | None:
        """Return the mean over the run."""
        seconds, step = self.seconds, self.lines[-1]["step"] if self.lines else 0
        return seconds / step if seconds is not None and step else None

    @property
    def images_per_second(self) -> float | None:
        """Return the mean over the run."""
        return number(self.lines[-1].get("images_per_second")) if self.lines else None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the terms and notes of the log in their order; scores are none of them."""
        scores = {name for score in self.scores for name in score.logged_as}
        found = {
            name: None for line in self.lines for name, value in line.items() if is_number(value)
        }
        return tuple(name for name in found if name not in BESIDE | scores)

    def series(self, name: str) -> list[tuple[int, float]]:
        """Return step and value of a term wherever it was logged; values may not be finite."""
        return [(line["step"], line[name]) for line in self.lines if is_number(line.get(name))]

    @property
    def last_terms(self) -> dict[str, float]:
        """Return each term at the last log point that has it, if it is finite."""
        found: dict[str, float] = {}
        for line in self.lines:
            found |= {name: value for name, value in line.items() if number(value) is not None}
        return {name: found[name] for name in self.names if name in found}


def is_number(value: object) -> bool:
    """Return whether a JSON value is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    if not is_number(value):
        return None
    with suppress(OverflowError):
        return float(value) if math.isfinite(value) else None
    return None


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}
