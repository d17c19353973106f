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

from zoo_cli.terminal import Terminal
from zoo_cli.wording import duration, hardware_text, number
from zoo_core.training import Run, Silent

REDRAW_SECONDS = 0.1
LINE_SECONDS = 5.0


class Progress(Silent):
    """Watch a run and tell the terminal.

    Args:
        terminal: where to show it.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._live: Live | None = None
        self._last = -LINE_SECONDS
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
            self._live.update(_display(run), refresh=True)

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        if self._live is None and (self._due(LINE_SECONDS) or step == run.options.steps):
            self._terminal.remark("  ".join((_count(run), *_values(scalars), *_pace(run))))

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

    def _close(self) -> None:
        if self._live is not None:
            self._live.update(Text(""), refresh=True)
            self._live.stop()
            self._live = None


def _display(run: Run) -> Group:
    line = Table.grid(padding=(0, 2, 0, 0), expand=True)
    line.add_column(ratio=1)
    for _ in range(3):
        line.add_column(no_wrap=True)
    steps = run.options.steps
    bar = ProgressBar(total=steps, completed=run.step, style="dim", complete_style="cyan")
    line.add_row(bar, _count(run), *(Text(text, style="dim") for text in _pace(run)))
    values = Text("  ".join(_values(run.scalars)), no_wrap=True, overflow="ellipsis")
    return Group(line, values)


def _count(run: Run) -> str:
    return f"step {run.step:,}/{run.options.steps:,}"


def _pace(run: Run) -> tuple[str, str]:
    return (f"{run.images_per_second:,.0f} images/s", f"{duration(_seconds_left(run))} left")


def _seconds_left(run: Run) -> float:
    if not run.step:
        return 0.0
    return (run.options.steps - run.step) * run.seconds / run.step


def _values(scalars: Mapping[str, float]) -> list[str]:
    """Return each player's total loss, and how the critic judges real and fake."""
    totals = {
        name.removesuffix(".total"): value
        for name, value in scalars.items()
        if name.endswith(".total")
    }
    shown = totals | {
        name.rpartition(".")[2]: value
        for name, value in scalars.items()
        if name.endswith(("D(real)", "D(fake)"))
    }
    return [f"{name} {number(value)}" for name, value in shown.items()]
