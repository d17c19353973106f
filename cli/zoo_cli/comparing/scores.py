"""Scores of runs, in columns that hold only what was measured in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

from zoo_core.runs import Evaluation, History

_UNKNOWN = "unknown"


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
        points: for each run, its points in the order of their steps.
    """

    kind: Kind
    better: str
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

    def winner(self) -> int | None:
        """Return the number of the run with the best point; None unless two runs have one."""
        found = {n: best for n in range(len(self.points)) if (best := self.best(n)) is not None}
        if len(found) < 2:
            return None
        sign = 1 if self.better == "lower" else -1
        return min(found, key=lambda n: sign * found[n].value)


def columns_of(runs: Sequence[History]) -> list[Column]:
    """Return a column for each score, direction, kind of weights and protocol."""
    kinds = {kind: None for run in runs for one in run.scores for kind in kinds_of(one)}
    return [
        Column(kind, _better(kind, runs), tuple(points_of(run, kind) for run in runs))
        for kind in sorted(kinds, key=lambda k: (k.direction, k.name, k.weights, k.digest))
    ]


def kinds_of(one: Evaluation) -> Iterable[Kind]:
    """Give the kind of each score of an evaluation."""
    for name in one.scores:
        yield Kind(name=name, direction=one.direction, weights=one.weights, digest=one.digest)


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
    return {one.digest: one.protocol for run in runs for one in run.scores}


def letters(protocols: Iterable[str]) -> dict[str, str]:
    """Return digest to a short mark: a, b, ... z, a2, ..."""
    marks = {}
    for number, digest in enumerate(protocols):
        round_, place = divmod(number, len(ascii_lowercase))
        marks[digest] = ascii_lowercase[place] + (str(round_ + 1) if round_ else "")
    return marks


def protocol_differences(
    protocols: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, str]]:
    """Return each entry that is not the same in all protocols: digest to its value."""
    flat = {digest: flattened(protocol) for digest, protocol in protocols.items()}
    names = {name: None for one in flat.values() for name in one}
    found = {name: {digest: one.get(name, "-") for digest, one in flat.items()} for name in names}
    return {name: values for name, values in found.items() if len(set(values.values())) > 1}


def flattened(protocol: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return a protocol's entries as text, those of objects within by dotted names."""
    found: dict[str, str] = {}
    for name, value in protocol.items():
        if isinstance(value, Mapping):
            found |= flattened(value, f"{above}{name}.")
        else:
            found[above + name] = value if isinstance(value, str) else json.dumps(value)
    return found


def score_text(value: float) -> str:
    """Return a score with four digits: some are thousandths, some hundreds."""
    return f"{value:.4g}"


def protocol_text(protocol: Mapping[str, Any], weights: str = "") -> str:
    """Return the heart of a protocol in one line.

    Args:
        protocol: as far as it was recorded.
        weights: that made the samples, where all of them are of one kind.
    """

    def said(name: str) -> str:
        value = protocol.get(name, _UNKNOWN)
        return f"{value:,}" if type(value) is int else str(value)

    if not protocol:
        return "a protocol that was not recorded"
    features = said("features").rpartition("/")[2]
    data = said("data").rpartition("/")[2]
    made_by = f", {weights} weights" if weights else ""
    what = "pictures" if "fake_split" in protocol else "samples"
    digest = str(protocol.get("features_digest", ""))[:8]
    return (
        f"{said('fake_count')} {what} (seed {said('seed')}{made_by}) against "
        f"{said('real_count')} {said('split')} images of {data}, {said('image')}, "
        f"features {features} {digest}".rstrip()
    )


def _better(kind: Kind, runs: Sequence[History]) -> str:
    said = {one.better[kind.name] for run in runs for one in run.scores if kind.name in one.better}
    return said.pop() if len(said) == 1 else ""
