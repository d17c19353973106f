"""The monitor of a run: measure, look at the log, speak, and act."""

from __future__ import annotations

from collections.abc import Mapping

from zoo_core.builtin.health.advice import advice_for
from zoo_core.builtin.health.episodes import Episodes, Remark
from zoo_core.builtin.health.measurements import Gauge
from zoo_core.builtin.health.plateau import Plateau, plateau_of
from zoo_core.runs.lines import LogLine, read_log
from zoo_core.training.run import Run

WARMUP = 0.04
"""Share of a run in which images are not judged yet."""

ROLLBACKS = 3
"""Times that a run goes back before it is stopped."""


class Monitor:
    """Watch one run.

    It holds nothing that its log does not: after a resume, and after going back, it reads the log
    and stands where it stood.

    Args:
        run: the run, before its first step.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._gauge: Gauge | None = None
        self._step = 0
        self._plateau: Plateau | None = None
        self._read()

    def measure(self, step: int) -> dict[str, float]:
        """Return the measurements that a log point gets."""
        if not self.run.options.monitor:
            return {}
        if self._gauge is None:
            # the data are read when they are first needed
            self._gauge = Gauge(self.run)
        return self._gauge.measure(step)

    def look(self, step: int, scalars: Mapping[str, float]) -> None:
        """Look at a log point: speak, and act as the run was told to."""
        if step <= self._step:
            self._read(before=step)
        self._step = step
        if self._plateau is not None and self._plateau.take(step, scalars):
            self.run.stop(self._plateau.reason)
        if not self.run.options.monitor:
            return
        for remark in self._episodes.take(step, scalars):
            self._speak(remark)

    def _read(self, before: int | None = None) -> None:
        """Start from the lines that are logged: all of them, or those before a step."""
        self._step = 0
        self._episodes = self._new_episodes()
        lines = self._lines(before)
        self._plateau = plateau_of(self.run, lines)
        for line in lines:
            self._step = line.step
            self._episodes.take(line.step, line.scalars)

    def _new_episodes(self) -> Episodes:
        return Episodes(warmup=WARMUP * self.run.options.steps)

    def _lines(self, before: int | None) -> list[LogLine]:
        lines = read_log(self.run.directory.log)
        return [line for line in lines if before is None or line.step < before]

    def _speak(self, remark: Remark) -> None:
        run = self.run
        items = [item for choice in run.composition.plan.chosen.values() for item in choice.items]
        installed = run.composition.registry.entries()
        advice = advice_for(
            remark.kind,
            {item.entry.name for item in items},
            {item.entry.name for item in installed},
        )
        run.remark(remark.kind, remark.text, advice=advice, since=remark.since)
        if remark.kind == "collapse":
            self._act(remark)

    def _act(self, remark: Remark) -> None:
        run, asked = self.run, self.run.options.on_collapse
        if asked == "rollback" and run.engine.stream < ROLLBACKS:
            run.roll_back(remark.text, before=remark.since)
        elif asked == "rollback":
            run.stop(f"{remark.text}, after going back {ROLLBACKS} times")
        elif asked == "stop":
            run.stop(remark.text)


_WATCHED: dict[Run, Monitor] = {}


def monitor_of(run: Run) -> Monitor:
    """Return the monitor of a run, which is made when it is first asked for."""
    if run not in _WATCHED:
        _WATCHED[run] = Monitor(run)
    return _WATCHED[run]


def forget(run: Run) -> None:
    """Let go of the monitor of a run that has ended."""
    _WATCHED.pop(run, None)
