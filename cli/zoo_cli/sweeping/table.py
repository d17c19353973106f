"""The trials of a sweep as a table, and as JSON data."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from zoo_cli.comparing.words import score_text
from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import plural
from zoo_core.sweeps.definition import Sweep, Values, domain_text, value_text
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.records import Record
from zoo_core.sweeps.sweep import Swept

HEADINGS = ("outcome", "steps")


def plan_text(sweep: Sweep) -> str:
    """Return what a sweep is, in one line."""
    if not sweep.is_study:
        return plural(sweep.count, "run")
    search = sweep.search
    way = {"lower": "lowest", "higher": "highest"}[search.better]
    return f"{plural(sweep.count, 'trial')} for the {way} {search.score}, pruner {search.pruner}"


def show_plan(terminal: Terminal, sweep: Sweep, folder: SweepFolder) -> None:
    """Print what would be trained, and what is done of it."""
    terminal.result(f"would train {plan_text(sweep)} in {folder.path}")
    terminal.heading("what varies")
    table = columns("option", "values", fixed=(0,))
    for axis in sweep.axes:
        table.add_row(axis.name, domain_text(axis))
    terminal.show(table)
    known = {record.number: record for record in _records(folder)}
    points = [record.values for record in known.values()] if sweep.is_study else sweep.points()
    if points:
        terminal.heading("trials")
        terminal.show(_trials(sweep, list(enumerate(points)), known))
    terminal.result("", "nothing was trained: leave `--dry-run` out to train")


def show_trials(terminal: Terminal, swept: Swept) -> None:
    """Print how each trial ended."""
    known = {record.number: record for record in swept.records}
    terminal.heading("trials")
    points = [(record.number, record.values) for record in swept.records]
    terminal.show(_trials(swept.sweep, points, known))
    for record in swept.records:
        if record.infeasible:
            terminal.show(f"{record.number:04d} {record.outcome}: {record.reason}")


def described(swept: Swept) -> dict[str, Any]:
    """Return a sweep and its trials as JSON data."""
    best = swept.best
    return {
        "folder": str(swept.path),
        "sweep": swept.sweep.to_json(),
        "whole": swept.whole,
        "interrupted": swept.interrupted,
        "best": None if best is None else best.number,
        "trials": [{**one.to_json(), "run": str(swept.run(one))} for one in swept.records],
    }


def planned(sweep: Sweep, folder: SweepFolder) -> dict[str, Any]:
    """Return what would be trained as JSON data."""
    return {
        "folder": str(folder.path),
        "sweep": sweep.to_json(),
        "runs": sweep.count,
        "points": [] if sweep.is_study else sweep.points(),
        "trials": [record.to_json() for record in _records(folder)],
    }


def rows(sweep: Sweep, records: Sequence[Record]) -> list[list[str]]:
    """Return a heading and a row for each trial."""
    names = [axis.name for axis in sweep.axes]
    score = [sweep.search.score, "at step"] if sweep.is_study else []
    return [
        ["trial", *names, *HEADINGS, *score],
        *(_row(sweep, record.number, record.values, record) for record in records),
    ]


def next_line(swept: Swept) -> str:
    """Return what to do now."""
    folder = shlex.quote(str(swept.path))
    if not swept.whole:
        left = "the same command" if swept.interrupted else f"`zoo sweep --out {folder}`"
        return f"next    {left} goes on with what has not ended"
    best = swept.best
    if best is not None:
        return f"next    zoo sample {shlex.quote(str(swept.run(best)))}@best"
    return f"next    zoo compare {folder}/runs/*"


def _trials(sweep: Sweep, points: Sequence[tuple[int, Values]], known: dict[int, Record]) -> Any:
    score = [sweep.search.score, "at step"] if sweep.is_study else []
    names = [axis.name for axis in sweep.axes]
    table = columns("trial", *names, *HEADINGS, *score, fixed=(0,))
    for number, values in points:
        table.add_row(*_row(sweep, number, values, known.get(number)))
    return table


def _row(sweep: Sweep, number: int, values: Values, record: Record | None) -> list[str]:
    texts = [value_text(values[axis.name]) for axis in sweep.axes]
    begun = record is not None and record.begun > 0
    outcome = (record.outcome or "begun") if record is not None and begun else "-"
    row = [f"{number:04d}", *texts, outcome, f"{record.step:,}" if record and begun else "-"]
    if sweep.is_study:
        scored = record is not None and record.score is not None and record.at is not None
        row += (
            [score_text(record.score or 0.0), f"{record.at:,}"]
            if record is not None and scored
            else ["-", "-"]
        )
    return row


def _records(folder: SweepFolder) -> list[Record]:
    return folder.records() if folder.definition.is_file() else []
