"""Terms and scores of runs by step, those that differ only in the seed as a band."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from zoo_core.errors import ZooError, nearest
from zoo_core.runs.columns import Column, Point
from zoo_core.runs.lines import features_name, number
from zoo_core.runs.rows import RunComparison, Spread, spread_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A term or score of a row by step.

    Args:
        row: name of the row.
        points: step to mean and sample standard deviation over the runs that have it, ascending.
    """

    row: str
    points: Mapping[int, Spread]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """A term or score of all rows that have it.

    Args:
        term: its name; of a score also what it was seen through, and on which data.
        bands: at least one.
    """

    term: str
    bands: tuple[Band, ...]


def bands_of(found: RunComparison, terms: Sequence[str] = ()) -> list[Bands]:
    """Return terms of the log and scores by step; only finite values count.

    Args:
        found: the runs.
        terms: names; by default all scores and the players' total losses.

    Raises:
        ZooError: no run has a term of that name, or there is nothing to show.
    """
    wanted = list(dict.fromkeys(terms or _usual(found)))
    shown = [bands for term in wanted for bands in _of(found, term)]
    if not shown:
        raise ZooError(
            "these runs have logged nothing yet",
            hint="a run logs every 50 steps, or as often as `zoo train --log-every N` says",
        )
    return shown


def _usual(found: RunComparison) -> list[str]:
    scores = [column.kind.name for column in found.columns if "." not in column.kind.name]
    return [*scores, *(term for term in found.terms if term.endswith(".total"))]


def _of(found: RunComparison, term: str) -> list[Bands]:
    """Return a term; of a score one for each protocol, which never share axes."""
    columns = [one for one in found.columns if term in (one.kind.name, one.kind.title)]
    if columns:
        return [_scores(found, column, several=len(columns) > 1) for column in columns]
    if term not in found.terms:
        known = dict.fromkeys([*(one.kind.name for one in found.columns), *found.terms])
        raise ZooError(
            f"these runs have no term {term!r}",
            hint=f"{nearest(term, known)}there are {', '.join(known)}",
        )
    return [_bands(term, found, lambda run: _finite(found.runs[run].series(term)))]


def _scores(found: RunComparison, column: Column, *, several: bool) -> Bands:
    features = features_name(column.protocol)
    mark = f" [{column.kind.digest[:4]}]" if several else ""
    name = f"{column.kind.title} ({features})" if features else column.kind.title
    return _bands(name + mark, found, lambda run: column.points[run])


def _bands(term: str, found: RunComparison, points: Callable[[int], Sequence[Point]]) -> Bands:
    bands = (
        Band(row=row.name, points=_by_step([points(run) for run in row.runs]))
        for row in found.groups
    )
    return Bands(term=term, bands=tuple(band for band in bands if band.points))


def _by_step(runs: Sequence[Sequence[Point]]) -> dict[int, Spread]:
    """Return the spread over those runs that have a step."""
    values: dict[int, list[Point]] = {}
    for points in runs:
        # a step that was logged twice counts once, as it was the second time
        for step, point in {point.step: point for point in points}.items():
            values.setdefault(step, []).append(point)
    spreads = ((step, spread_of(values[step])) for step in sorted(values))
    return {step: spread for step, spread in spreads if spread is not None}


def _finite(points: Iterable[tuple[int, float]]) -> list[Point]:
    found = ((step, number(value)) for step, value in points)
    return [Point(step, value) for step, value in found if value is not None]
