"""The series of a log: what the checks look back on. All of it can be read from the log again."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

WINDOW = 24
"""Values of a scalar that are looked back on."""

EARLY = 5
"""Values of a scalar that say what it was when the run began."""


class Series:
    """Keep the first and the last values of every scalar of a log.

    Lines need not all have the same scalars: a window counts those lines that have one.
    """

    def __init__(self) -> None:
        self.step = 0
        self.now: Mapping[str, float] = {}
        self._early: dict[str, list[float]] = {}
        self._last: dict[str, deque[tuple[int, float]]] = {}

    def add(self, step: int, line: Mapping[str, Any]) -> None:
        """Take the scalars of a log point; what is no number is passed over."""
        self.step, self.now = step, {name: v for name, v in line.items() if _is_number(v)}
        for name, value in self.now.items():
            early = self._early.setdefault(name, [])
            if len(early) < EARLY:
                early.append(value)
            self._last.setdefault(name, deque(maxlen=WINDOW)).append((step, value))

    def last(self, name: str, count: int) -> list[float]:
        """Return the last values of a scalar, oldest first; fewer where there are no more."""
        return [value for _, value in self.last_steps(name, count)]

    def last_steps(self, name: str, count: int) -> Sequence[tuple[int, float]]:
        """Return step and value of the last values of a scalar, oldest first."""
        return list(self._last.get(name, ()))[-count:]

    def early(self, name: str) -> float:
        """Return the median of the first values of a scalar, nan where it has none."""
        return median(self._early.get(name, ()))

    def median(self, name: str, count: int) -> float:
        """Return the median of the last values of a scalar, nan where there are fewer."""
        values = self.last(name, count)
        return median(values) if len(values) == count else math.nan


def median(values: Sequence[float]) -> float:
    """Return the median, nan of nothing."""
    return statistics.median(values) if values else math.nan


def _is_number(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]
