"""Time two or more things in turns, so that a machine that drifts does not decide."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Step = Callable[[], None]


def rate(step: Step, seconds: float) -> float:
    """Return how often per second a step runs."""
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds or count < 2:
        step()
        count += 1
    return count / (time.perf_counter() - began)


def interleaved(steps: Mapping[str, Step], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Return the rates of each thing, one per round, after a warm-up."""
    for step in steps.values():
        for _ in range(3):
            step()
    found: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            found[name].append(rate(step, seconds))
    return found


def ratios(rates: list[float], base: list[float]) -> tuple[float, float, float]:
    """Return median, minimum and maximum of the ratios, round by round."""
    found = sorted(a / b for a, b in zip(rates, base, strict=True))
    return statistics.median(found), found[0], found[-1]
