"""Scores of runs, in columns that hold only what was measured in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoo_core.runs.lines import Evaluation
from zoo_core.runs.records import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What scores share that stand in one column.

    Args:
        name: of the score.
        direction: of a translation; empty otherwise.
        weights: "average" or "plain".
        digest: of the protocol.
    """

    name: str
    direction: str
    weights: str
    digest: str

    @property
    def title(self) -> str:
        """Return score, direction and weights where they are not the usual ones."""
        weights = "" if self.weights in ("average", "") else f"of {self.weights} weights"
        return " ".join(filter(None, (self.name, self.direction, weights)))


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a step."""

    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Column:
    """All scores of one kind.

    Args:
        kind: what they share.
        better: "lower", "higher", or empty where the runs do not say.
        protocol: how all of them were measured, as far as that was recorded.
        points: for each run, its points in the order of their steps.
    """

    kind: Kind
    better: str
    protocol: Mapping[str, Any]
    points: tuple[tuple[Point, ...], ...]

    def best(self, run: int) -> Point | None:
        """Return a run's best point, the earliest of equals; None where better is unknown."""
        points = self.points[run]
        if not points or not self.better:
            return None
        sign = 1 if self.better == "lower" else -1
        return min(points, key=lambda point: sign * point.value)

    def last(self, run: int) -> Point | None:
        """Return a run's point of the latest step."""
        return self.points[run][-1] if self.points[run] else None


def columns_of(runs: Sequence[History]) -> list[Column]:
    """Return a column for each score, direction, kind of weights and protocol."""
    kinds = {kind: None for run in runs for one in run.scores for kind in kinds_of(one)}
    known = protocols_of(runs)
    return [
        Column(
            kind,
            _better(kind, runs),
            known[kind.digest],
            tuple(points_of(run, kind) for run in runs),
        )
        for kind in sorted(kinds, key=_order)
    ]


def kinds_of(one: Evaluation) -> Iterable[Kind]:
    """Give the kind of each score of an evaluation."""
    for name in one.scores:
        digest = one.digest_of(name)
        yield Kind(name=name, direction=one.direction, weights=one.weights, digest=digest)


def points_of(run: History, kind: Kind) -> tuple[Point, ...]:
    """Return a run's scores of one kind by step; of a step measured twice, the later score."""
    found = {
        one.step: one.scores[kind.name]
        for one in run.scores
        if one.step is not None and kind in set(kinds_of(one))
    }
    return tuple(Point(step, found[step]) for step in sorted(found))


def protocols_of(runs: Sequence[History]) -> dict[str, Mapping[str, Any]]:
    """Return digest to protocol, in the order in which they were first used."""
    return {
        one.digest_of(name): one.protocol_of(name)
        for run in runs
        for one in run.scores
        for name in one.scores
    }


def protocol_differences(columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """Return each entry of the protocols that is not the same in all columns, with its values."""
    flat = [flattened(column.protocol) for column in columns]
    names = {name: None for one in flat for name in one}
    found = {name: tuple(one.get(name, "-") for one in flat) for name in names}
    return {name: values for name, values in found.items() if len(set(values)) > 1}


def flattened(protocol: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return a protocol's entries as text, those of objects within by dotted names."""
    found: dict[str, str] = {}
    for name, value in protocol.items():
        if isinstance(value, Mapping):
            found |= flattened(value, f"{above}{name}.")
        else:
            found[above + name] = value if isinstance(value, str) else json.dumps(value)
    return found


def _order(kind: Kind) -> tuple[str, bool, str, str, str]:
    """Return by what columns are sorted: a metric's main score before what says more of it."""
    return (kind.direction, "." in kind.name, kind.name, kind.weights, kind.digest)


def _better(kind: Kind, runs: Sequence[History]) -> str:
    said = {one.better[kind.name] for run in runs for one in run.scores if kind.name in one.better}
    return said.pop() if len(said) == 1 else ""
