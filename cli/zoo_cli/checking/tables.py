"""Show what is in the tables of a data set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_cli.checking.pieces import LABELS, show_duplicates, show_labels
from zoo_cli.terminal import Terminal

if TYPE_CHECKING:
    from zoo_core.data.checking.reports import DatasetReport, TableReport


def show_tables(terminal: Terminal, report: DatasetReport) -> None:
    """Print a report, but for what would stop a training and what would fit."""
    if report.summary:
        terminal.result(report.summary)
    for table in report.tables:
        terminal.heading(f"table {table.name!r}" if len(report.tables) > 1 else "images")
        terminal.facts(_facts(table), width=LABELS)
        show_labels(terminal, table.labels)
        show_duplicates(terminal, table.duplicates, what="as a training reads them")


def _facts(table: TableReport) -> dict[str, str]:
    return {
        "images": f"{table.image} (channels x height x width), 8 bits",
        "sources": f"{table.source}, one for each image" if table.source else "",
        "splits": f"{table.train:,} for training, {table.test:,} held out",
        "values": f"{table.darkest} to {table.brightest} of 0 to 255",
    }
