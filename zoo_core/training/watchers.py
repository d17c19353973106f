"""Tell a program's log how a run goes."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from zoo_core.training.run import Run, Silent


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
