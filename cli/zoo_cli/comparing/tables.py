"""A comparison on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from zoo_cli.comparing.differences import (
    ABSENT,
    Difference,
    data_of,
    data_text,
    differences,
    short_names,
)
from zoo_cli.comparing.scores import (
    Column,
    Point,
    columns_of,
    letters,
    protocol_differences,
    protocol_text,
    protocols_of,
    score_text,
)
from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import duration, number, plain
from zoo_core.runs import History

_UNIT = "s/step"


def printable(text: str) -> str:
    """Return text without what would steer a terminal: a run may be a stranger's."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def show_comparison(terminal: Terminal, runs: Sequence[History]) -> None:
    """Print what differs between runs and what came of it."""
    names = [printable(name) for name in short_names([run.path for run in runs])]
    _show_warnings(terminal, runs, names)
    _show_runs(terminal, runs, names)
    _show_differences(terminal, differences(runs), names)
    _show_terms(terminal, runs, names)
    _show_scores(terminal, runs, names)


def _show_warnings(terminal: Terminal, runs: Sequence[History], names: Sequence[str]) -> None:
    lines = []
    if any(data_of(run) != data_of(runs[0]) for run in runs):
        each = ", ".join(
            f"{name} on {data_text(run)}" for name, run in zip(names, runs, strict=True)
        )
        lines.append(f"different data: {each}: terms and scores do not compare these runs")
    for name, run in zip(names, runs, strict=True):
        if run.running:
            lines.append(f"{name} is still being written: this is how it is now")
        lines += [f"{name}: {remark}" for remark in run.remarks]
    for line in lines:
        terminal.show(printable(line))
    if lines:
        terminal.result("")


def _show_runs(terminal: Terminal, runs: Sequence[History], names: Sequence[str]) -> None:
    table = columns("run", "steps", "", "time", _UNIT, "images/s", fixed=(1, 3, 4, 5))
    for name, run in zip(names, runs, strict=True):
        asked = "" if run.steps is None else f" of {run.steps:,}"
        table.add_row(
            name,
            f"{run.step:,}{asked}",
            run.outcome,
            ABSENT if run.seconds is None else duration(run.seconds),
            ABSENT if run.seconds_per_step is None else f"{run.seconds_per_step:.3g}",
            ABSENT if run.images_per_second is None else f"{run.images_per_second:,.0f}",
        )
    terminal.show(table)


def _show_differences(
    terminal: Terminal, found: Sequence[Difference], names: Sequence[str]
) -> None:
    terminal.heading("what differs")
    if not found:
        terminal.show("nothing: the same parts, options, hardware and versions")
        return
    table = columns("", *names)
    for one in found:
        values = zip(one.values, one.there, strict=True)
        shown = (printable(plain(value)) if there else ABSENT for value, there in values)
        table.add_row(printable(one.name), *shown)
    terminal.show(table)


def _show_terms(terminal: Terminal, runs: Sequence[History], names: Sequence[str]) -> None:
    last = [run.last_terms for run in runs]
    terms = {term: None for one in last for term in one}
    if not terms:
        return
    terminal.heading("last terms")
    table = columns("", *names)
    for term in terms:
        table.add_row(
            printable(term), *(number(one[term]) if term in one else ABSENT for one in last)
        )
    terminal.show(table)


def _show_scores(terminal: Terminal, runs: Sequence[History], names: Sequence[str]) -> None:
    found = columns_of(runs)
    if not found:
        terminal.result("", "no scores: `--eval-every N` and `zoo eval RUN` measure")
        return
    protocols = protocols_of(runs)
    marks = letters(protocols)
    terminal.heading("scores")
    table = columns("run", "", *(_heading(column, marks[column.kind.digest]) for column in found))
    for place, name in enumerate(names):
        best = [_cell(column.best(place), strong=column.winner() == place) for column in found]
        last = [_cell(column.last(place)) for column in found]
        table.add_row(name, "best", *best)
        table.add_row("", "last", *last)
    terminal.show(table)
    if _ways(found):
        terminal.show(_ways(found))
    for digest, protocol in protocols.items():
        terminal.show(printable(f"[{marks[digest]}] {protocol_text(protocol)} ({digest})"))
    _show_protocols(terminal, runs, marks)


def _show_protocols(terminal: Terminal, runs: Sequence[History], marks: dict[str, str]) -> None:
    unequal = protocol_differences(protocols_of(runs))
    if not unequal:
        return
    terminal.result("", "protocols differ, so their scores stand in columns of their own:")
    table = columns("", *(f"[{mark}]" for mark in marks.values()))
    for name, values in unequal.items():
        table.add_row(printable(name), *(printable(values[digest]) for digest in marks))
    terminal.show(table)


def _heading(column: Column, mark: str) -> str:
    return printable(f"{column.kind.title} [{mark}]")


def _ways(found: Sequence[Column]) -> str:
    """Return which way is better, for each score that says so."""
    ways = {column.kind.name: column.better for column in found if column.better}
    return printable(", ".join(f"{name}: {way} is better" for name, way in ways.items()))


def _cell(point: Point | None, *, strong: bool = False) -> Text:
    text = ABSENT if point is None else f"{score_text(point.value)} at {point.step:,}"
    return Text(text, style="bold" if strong else "")
