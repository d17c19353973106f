"""Show what should be known of a data set, what would stop a training, and what would fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zoo_cli.checking.asking import Asked, training_line
from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import plural

if TYPE_CHECKING:
    from zoo_core.data.checking.reports import DatasetReport, FolderReport


def show_verdict(terminal: Terminal, asked: Asked, report: FolderReport | DatasetReport) -> None:
    """Print the end of a report."""
    if report.remarks:
        terminal.heading("worth knowing")
        _show_points(terminal, [("-", sentence) for sentence in report.remarks])
    if report.advice:
        terminal.heading("options that would fit")
        terminal.result(training_line(asked, [one.option for one in report.advice]))
        table = columns("", "", fixed=(0,))
        for one in report.advice:
            table.add_row(f"  {one.option}", one.reason)
        terminal.show(table)
    if not report.stops:
        terminal.result("", "nothing would stop a training")
        return
    terminal.heading(f"{plural(len(report.stops), 'thing')} would stop a training")
    points = [(("-", stop.message), ("", stop.hint)) for stop in report.stops]
    _show_points(terminal, [row for rows in points for row in rows])


def _show_points(terminal: Terminal, points: Iterable[tuple[str, str]]) -> None:
    table = columns("", "", fixed=(0,))
    table.padding = (0, 1, 0, 0)
    for mark, text in points:
        table.add_row(mark, text)
    terminal.show(table)
