"""What a sweep keeps of each trial beside its run directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from zoo_core.config.values import value_of, value_to_json
from zoo_core.sweeps.definition import Values

Outcome = Literal["", "done", "stopped", "pruned", "collapsed", "failed", "elsewhere"]
"""How a trial ended; empty while it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A trial.

    Args:
        number: from 0.
        values: name of an axis to its value.
        outcome: how it ended: with all its steps, by a rule of its own, by the sweep's pruner,
            with the monitor's word for lost diversity, by breaking down, or on another machine
            that took it over; empty while it has not.
        reason: of an end before its last step.
        step: at which it ended.
        score: the best of its evaluations; None where there is none.
        at: step of that evaluation.
        seconds: of training.
        begun: times that a worker took it.
        worker: who has it, or had it last.
    """

    number: int
    values: Values
    outcome: Outcome = ""
    reason: str = ""
    step: int = 0
    score: float | None = None
    at: int | None = None
    seconds: float | None = None
    begun: int = 0
    worker: str = ""

    @property
    def infeasible(self) -> bool:
        """Return whether what it was told does not work."""
        return self.outcome in ("collapsed", "failed")

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        values = {name: value_to_json(value) for name, value in self.values.items()}
        beside = ("outcome", "reason", "step", "score", "at", "seconds", "begun", "worker")
        return {
            "number": self.number,
            "values": values,
            **{name: getattr(self, name) for name in beside},
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned."""
        values = {name: value_of(value) for name, value in found["values"].items()}
        return cls(**{**found, "values": values})


def best_of(records: list[Record], better: str) -> Record | None:
    """Return the trial with the best score among those that work; of equal ones the first."""
    sign = -1 if better == "higher" else 1
    scored = [(one, one.score) for one in records if one.score is not None and not one.infeasible]
    return min(scored, key=lambda pair: sign * pair[1])[0] if scored else None
