"""Stop a run when a score does not get better any more: `--stop-on plateau=fid:5`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from zoo_core.config.stop_rule import parse_plateau
from zoo_core.runs.lines import LogLine
from zoo_core.training.run import Run


class Plateau:
    """Count evaluations without a better score.

    Args:
        score: its name.
        count: how many in a row end the run.
        higher: more is better.
    """

    def __init__(self, score: str, count: int, *, higher: bool) -> None:
        self.score, self.count, self.higher = score, count, higher
        self.best, self.best_step, self.waited = math.nan, 0, 0

    def take(self, step: int, scalars: Mapping[str, float]) -> bool:
        """Take a log point; return whether it is one too many without a better score."""
        if self.score not in scalars:
            return False
        value = scalars[self.score]
        if math.isnan(self.best) or (value > self.best if self.higher else value < self.best):
            self.best, self.best_step, self.waited = float(value), step, 0
            return False
        self.waited += 1
        return self.waited >= self.count

    @property
    def reason(self) -> str:
        """Return why the run ends."""
        times = "evaluation" if self.count == 1 else "evaluations"
        return (
            f"{self.score} did not get better in {self.count} {times}: "
            f"the best is {self.best:.4g}, of step {self.best_step}"
        )


def plateau_of(run: Run, lines: Iterable[LogLine]) -> Plateau | None:
    """Return what a run waits for, told of the lines that are logged already; None for nothing."""
    if not run.options.stop_on:
        return None
    score, count = parse_plateau(run.options.stop_on)
    found = Plateau(score, count, higher=run.better.get(score) == "higher")
    for line in lines:
        found.take(line.step, line.scalars)
    return found
