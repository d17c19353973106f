"""Rows of runs beside each other: one for each run, or for all that differ only in the seed."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from zoo_core.config.values import Value
from zoo_core.runs.columns import Column, Point
from zoo_core.runs.differences import Difference
from zoo_core.runs.records import History

At = Literal["best", "last"]
"""Which of a run's evaluations counts: its best one, of each score by itself, or its last one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What runs that differ only in the seed have of a number.

    Args:
        mean: of their values.
        deviation: sample standard deviation, n - 1 below the root; None of a single value.
        count: of values.
        step: of a single value; None of several.
    """

    mean: float
    deviation: float | None
    count: int
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Runs that differ only in the seed: a row.

    Args:
        name: what their names have in common.
        runs: their places among the runs that are compared.
        data: place of their data among those of all runs.
        settings: parts, options, hardware and versions by dotted names; several values in a tuple.
    """

    name: str
    runs: tuple[int, ...]
    data: int
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """What differs between runs, and what came of it.

    Args:
        runs: as they were read.
        names: of the runs, as short as tells them apart.
        groups: the rows, those of the same data together, sorted if that was asked for.
        data: what data the rows have been trained on, in words.
        columns: scores, each by its protocol; main scores first.
        differences: what is not the same in all rows, in the order of the rows.
        at: which evaluation of a run counts.
        remarks: what was passed over, or should be known.
    """

    runs: tuple[History, ...]
    names: tuple[str, ...]
    groups: tuple[Group, ...]
    data: tuple[str, ...]
    columns: tuple[Column, ...]
    differences: tuple[Difference, ...]
    at: At
    remarks: tuple[str, ...] = ()

    def score(self, group: Group, column: Column) -> Spread | None:
        """Return a row's score; None where no run of it has one."""
        found = [column.best(run) if self.at == "best" else column.last(run) for run in group.runs]
        return spread_of([point for point in found if point is not None])

    def term(self, group: Group, name: str) -> Spread | None:
        """Return a row's last value of a term of the log."""
        last = [self.runs[run].last_terms for run in group.runs]
        return spread_of([Point(0, one[name]) for one in last if name in one])

    def steps(self, group: Group) -> tuple[int, int]:
        """Return the least and the most steps that runs of a row have done."""
        found = [self.runs[run].step for run in group.runs]
        return min(found), max(found)

    def seconds(self, group: Group) -> float | None:
        """Return the mean time of training of a row; None where that is not known."""
        found = [seconds for run in group.runs if (seconds := self.runs[run].seconds) is not None]
        return statistics.fmean(found) if found else None

    @property
    def terms(self) -> tuple[str, ...]:
        """Return the terms of the log that some run has, in their order."""
        return tuple({name: None for run in self.runs for name in run.last_terms})

    def best(self, column: Column, groups: Sequence[Group]) -> float | None:
        """Return the best mean of some rows; None unless two rows have one."""
        means = [score.mean for group in groups if (score := self.score(group, column))]
        if len(means) < 2 or not column.better:
            return None
        return min(means) if column.better == "lower" else max(means)


def spread_of(points: Sequence[Point]) -> Spread | None:
    """Return mean and sample standard deviation of points; None where there are none."""
    values = [point.value for point in points]
    if not values:
        return None
    if len(values) == 1:
        return Spread(values[0], None, 1, points[0].step)
    return Spread(statistics.fmean(values), statistics.stdev(values), len(values))
