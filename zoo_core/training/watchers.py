"""Tell a program's log, or a notebook, how a run goes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from zoo_core.notebooks import bar, in_notebook, say
from zoo_core.training.run import Run, Silent, Watcher


class LogWatcher(Silent):
    """Tell `logging` of log points, remarks and the end.

    Args:
        logger: who is told; "zoo_core.training" by default.
        level: of what is expected; the end of a run that failed is an error.
    """

    def __init__(self, logger: logging.Logger | None = None, *, level: int = logging.INFO) -> None:
        self.logger = logger or logging.getLogger("zoo_core.training")
        self.level = level

    def started(self, run: Run) -> None:
        self.logger.log(
            self.level, "%s: begins at step %d of %d", run.path, run.step, run.options.steps
        )

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        values = " ".join(f"{name}={value:.6g}" for name, value in scalars.items())
        self.logger.log(
            self.level, "%s: step %d of %d: %s", run.path, step, run.options.steps, values
        )

    def said(self, run: Run, text: str) -> None:
        self.logger.log(self.level, "%s: %s", run.path, text)

    def finished(self, run: Run, outcome: str) -> None:
        level = logging.ERROR if outcome == "failed" else self.level
        self.logger.log(level, "%s: %s at step %d", run.path, outcome, run.step)


class NotebookWatcher(Silent):
    """Show a bar of steps below the cell, with each player's loss, and remarks as lines."""

    def __init__(self) -> None:
        self._bar: Any = None

    def started(self, run: Run) -> None:
        for remark in run.composition.dataset.remarks():
            say(remark)
        self._bar = bar("training", run.options.steps, unit="step", done=run.step)

    def stepped(self, run: Run) -> None:
        # going back to a checkpoint takes steps back too
        self._bar.update(run.step - self._bar.n)

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        totals = {
            name.removesuffix(".total"): value
            for name, value in scalars.items()
            if name.endswith(".total")
        }
        self._bar.set_postfix(totals, refresh=False)

    def said(self, run: Run, text: str) -> None:
        say(text)

    def finished(self, run: Run, outcome: str) -> None:
        self._bar.close()


def usual_watcher() -> Watcher:
    """Return who watches where nobody is named: a notebook's bar, and nobody elsewhere."""
    return NotebookWatcher() if in_notebook() else Silent()
