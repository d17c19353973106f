"""Show how a run goes: a display that is drawn over on a terminal, else a line now and then."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from zoo_cli.terminal import LINE_SECONDS, Terminal
from zoo_cli.training.live_line import Shown
from zoo_cli.wording import duration, hardware_text
from zoo_core.training import Run, Silent

REDRAW_SECONDS = 0.1


class Progress(Silent):
    """Watch a run and tell the terminal.

    Args:
        terminal: where to show it.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._live: Live | None = None
        self._last = -LINE_SECONDS
        self._shown = Shown()
        self.began_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def started(self, run: Run) -> None:
        self.began_at = run.step
        self._shown = Shown(seconds=run.seconds)
        self._terminal.remark(f"{run.composition.dataset.summary()}; {hardware_text(run.hardware)}")
        for remark in run.composition.dataset.remarks():
            self._terminal.remark(remark)
        if run.step:
            self._terminal.remark(f"goes on after step {run.step:,}")
        console = self._terminal.live
        if console is not None:
            self._live = Live(console=console, transient=True, auto_refresh=False)
            self._live.start()

    def stepped(self, run: Run) -> None:
        if self._live is not None and self._due(REDRAW_SECONDS):
            self._live.update(self._display(run), refresh=True)

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        self._shown.take(step, scalars, run.better)
        if self._live is None and (self._due(LINE_SECONDS) or step == run.options.steps):
            self._terminal.remark("  ".join((_count(run), self._values(), *self._pace(run))))

    def said(self, run: Run, text: str) -> None:
        self._terminal.remark(text)

    def finished(self, run: Run, outcome: str) -> None:
        self._close()

    def _due(self, seconds: float) -> bool:
        now = time.monotonic()
        if now - self._last < seconds:
            return False
        self._last = now
        return True

    def _values(self) -> str:
        return "  ".join(filter(None, (self._shown.terms_text(), self._shown.scores_text())))

    def _pace(self, run: Run) -> tuple[str, ...]:
        """Return the speed, the time to the last step, and to the deadline where there is one."""
        minutes = run.options.max_minutes
        left = (f"{run.images_per_second:,.0f} images/s", f"{duration(_seconds_left(run))} left")
        if minutes is None:
            return left
        rest = max(0.0, 60 * minutes - (run.seconds - self._shown.seconds))
        return (*left, f"stops in {duration(rest)}")

    def _display(self, run: Run) -> Group:
        pace = self._pace(run)
        line = Table.grid(padding=(0, 2, 0, 0), expand=True)
        line.add_column(ratio=1)
        for _ in range(1 + len(pace)):
            line.add_column(no_wrap=True)
        steps = run.options.steps
        bar = ProgressBar(total=steps, completed=run.step, style="dim", complete_style="cyan")
        line.add_row(bar, _count(run), *(Text(text, style="dim") for text in pace))
        texts = filter(None, (self._shown.terms_text(), self._shown.scores_text()))
        return Group(line, *(Text(text, no_wrap=True, overflow="ellipsis") for text in texts))

    def _close(self) -> None:
        if self._live is not None:
            self._live.update(Text(""), refresh=True)
            self._live.stop()
            self._live = None


def _count(run: Run) -> str:
    return f"step {run.step:,}/{run.options.steps:,}"


def _seconds_left(run: Run) -> float:
    if not run.step:
        return 0.0
    return (run.options.steps - run.step) * run.seconds / run.step
