"""Sort the rows of a comparison by a score, a term, an option, or what is known of any run."""

from __future__ import annotations

from collections.abc import Callable

from zoo_core.config.values import Value
from zoo_core.errors import ZooError, nearest
from zoo_core.runs.columns import Column
from zoo_core.runs.rows import Group, RunComparison, Spread

Key = Callable[[Group], Value]
"""A row to what it is sorted by, from small to large."""


def in_order(found: RunComparison, name: str) -> tuple[Group, ...]:
    """Return the rows sorted, those of the same data together; as they are for no name.

    Raises:
        ZooError: nothing has that name.
    """
    keys = _keys(found, name) if name else []
    return tuple(
        sorted(found.groups, key=lambda row: (row.data, *(_rank(key(row)) for key in keys)))
    )


def _keys(found: RunComparison, name: str) -> list[Key]:
    columns = [one for one in found.columns if name in (one.kind.name, one.kind.title)]
    if columns:
        return [_by_score(found, column) for column in columns]
    facts = _facts(found)
    if name in facts:
        return [facts[name]]
    if name in found.terms:
        return [lambda row: _mean(found.term(row, name))]
    if any(name in row.settings for row in found.groups):
        return [lambda row: row.settings.get(name)]
    raise _no_column(found, name)


def _by_score(found: RunComparison, column: Column) -> Key:
    sign = -1 if column.better == "higher" else 1

    def key(row: Group) -> float | None:
        mean = _mean(found.score(row, column))
        return None if mean is None else sign * mean

    return key


def _facts(found: RunComparison) -> dict[str, Key]:
    return {
        "run": lambda row: row.name,
        "runs": lambda row: len(row.runs),
        "steps": lambda row: found.steps(row)[1],
        "seconds": found.seconds,
    }


def _mean(spread: Spread | None) -> float | None:
    return None if spread is None else spread.mean


def _rank(value: Value) -> tuple[int, float, str]:
    """Return by what values of any kind are sorted: numbers, texts, and none at the end."""
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, int | float):
        return (0, float(value), "")
    return (1, 0.0, str(value))


def _no_column(found: RunComparison, name: str) -> ZooError:
    shown = list(dict.fromkeys([*(one.kind.name for one in found.columns), *_facts(found)]))
    settings = {name: None for row in found.groups for name in row.settings}
    return ZooError(
        f"these runs have no column {name!r} to sort by",
        hint=f"{nearest(name, [*shown, *found.terms, *settings])}there are {', '.join(shown)}, "
        "the terms of the log and the options",
    )
