"""What a check finds, and the names that it looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zoo_core.builtin.health.series import Series

PREFIX = "health."
"""Of the names of all measurements."""

CRITIC = "critic."
"""Of the names of what the critic's move logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check says at a log point.

    Args:
        bad: it is so now.
        over: it is clearly not so any more; between the two, what was said stays.
        since: the first step of what is seen now.
        text: what is seen.
    """

    bad: bool
    over: bool
    since: int
    text: str


def sides(names: Iterable[str], before: str, after: str) -> list[str]:
    """Return what stands between two ends of names: "", or "a." and "b." where there are two."""
    whole = [name for name in names if name.startswith(before) and name.endswith(after)]
    found = [
        name[len(before) : len(name) - len(after)]
        for name in whole
        if len(name) >= len(before) + len(after)
    ]
    return [side for side in found if not side or side.endswith(".")]


def named(side: str) -> str:
    """Return how a side is spoken of after a noun: nothing, or its name."""
    return f" of {side.rstrip('.')}" if side else ""


def first_step(series: Series, name: str, count: int, like: Callable[[float], bool]) -> int:
    """Return the first step of the last values of a scalar that are like this one is."""
    steps = (step for step, value in series.last_steps(name, count) if like(value))
    return next(steps, series.step)
