"""A comparison on the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from zoo_cli.comparing.sheets import Cell, Heading, Sheet, setting_text, sheets_of
from zoo_cli.comparing.words import (
    ABSENT,
    differing_protocols,
    number_text,
    protocol_lines,
    spread_text,
)
from zoo_cli.terminal import Terminal, columns
from zoo_core.runs.rows import Group, RunComparison

_GAP = 2
"""Blanks between two columns."""

_ALWAYS = ("run", "runs", "steps", "time")
"""What is said of rows where there is no room for what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """A table that is printed in blocks where it is too wide.

    Args:
        keys: how many columns every block begins with.
        headings: of all columns.
        rows: as long as the headings.
    """

    keys: int
    headings: tuple[str | Text, ...]
    rows: tuple[tuple[str | Text, ...], ...]

    def widths(self) -> list[int]:
        """Return the width of each column."""
        lines = [self.headings, *self.rows]
        return [max(len(str(line[place])) for line in lines) for place in range(len(self.headings))]

    def blocks(self, room: int) -> Iterator[list[int]]:
        """Give the columns of each block, as many as have room."""
        widths = self.widths()
        keys = list(range(self.keys))
        start = block = self.keys
        taken = used = sum(widths[:start]) + _GAP * (start - 1)
        for place in range(start, len(widths)):
            used += widths[place] + _GAP
            if used > room and place > block:
                yield [*keys, *range(block, place)]
                block, used = place, taken + widths[place] + _GAP
        yield [*keys, *range(block, len(widths))]

    def fits(self, room: int) -> bool:
        """Return whether one block is enough."""
        widths = self.widths()
        return sum(widths) + _GAP * (len(widths) - 1) <= room


def printable(text: str) -> str:
    """Return text without what would steer a terminal: a run may be a stranger's."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def show_comparison(terminal: Terminal, found: RunComparison) -> None:
    """Print scores, what differs between rows, and their last terms."""
    several = len(found.data) > 1
    sheets = sheets_of(found)
    shown = [_show_sheet(terminal, sheet, several=several) for sheet in sheets]
    _show_protocols(terminal, found)
    if several or not all(shown):
        _show_differences(terminal, found)
    elif not found.differences:
        terminal.result("", "nothing differs: the same parts, options, hardware and versions")
    _show_terms(terminal, found)


def _show_sheet(terminal: Terminal, sheet: Sheet, *, several: bool) -> bool:
    """Print a sheet; return whether there was room for all that differs."""
    terminal.heading(printable(_title(sheet, several=several)))
    tried = [_grid(sheet, sheet.words, steps=steps) for steps in (True, False)]
    grid = next((grid for grid in tried if grid.fits(terminal.width)), None)
    _print(terminal, grid or _grid(sheet, _ALWAYS, steps=False))
    return grid is not None


def _title(sheet: Sheet, *, several: bool) -> str:
    features = _shared_features(sheet)
    by = f", seen through {features}" if features else ""
    data = f", trained on {sheet.data}" if several else ""
    return f"{'scores' if sheet.headings else 'runs'}{by}{data}"


def _shared_features(sheet: Sheet) -> str:
    found = {one.features for one in sheet.headings}
    return found.pop() if len(found) == 1 else ""


def _grid(sheet: Sheet, words: Sequence[str], *, steps: bool) -> _Grid:
    """Return a row's name, how many runs it has where some has several, scores, and other words.

    Args:
        sheet: what is shown.
        words: which are wanted.
        steps: say at which step a run's score was measured.
    """
    several = any(row.words[sheet.words.index("runs")] != "1" for row in sheet.rows)
    kept = [
        at for at, word in enumerate(sheet.words) if word in words and (several or word != "runs")
    ]
    first, rest = kept[: 1 + several], kept[1 + several :]
    shared = bool(_shared_features(sheet))

    def line(words: Sequence[str], scores: Iterable[str | Text]) -> tuple[str | Text, ...]:
        said = [printable(word) for word in words]
        return (*(said[at] for at in first), *scores, *(said[at] for at in rest))

    return _Grid(
        keys=len(first),
        headings=line(sheet.words, (_heading(one, shared=shared) for one in sheet.headings)),
        rows=tuple(
            line(row.words, (_shown(cell, steps=steps) for cell in row.cells)) for row in sheet.rows
        ),
    )


def _heading(heading: Heading, *, shared: bool) -> str:
    features = "" if shared or not heading.features else f"({heading.features})"
    mark = f"[{heading.mark}]" if heading.mark else ""
    return printable(" ".join(filter(None, (heading.title, heading.arrow, features, mark))))


def _shown(cell: Cell, *, steps: bool) -> Text:
    at = cell.score.step if cell.score is not None and steps else None
    text = spread_text(cell.score) + ("" if at is None else f" at {at:,}")
    return Text(text, style="bold" if cell.wins else "")


def _print(terminal: Terminal, grid: _Grid) -> None:
    for number, block in enumerate(grid.blocks(terminal.width)):
        if number:
            terminal.result("")
        table = columns(*(str(grid.headings[place]) for place in block), fixed=range(1, len(block)))
        for row in grid.rows:
            table.add_row(*(row[place] for place in block))
        terminal.show(table)


def _show_protocols(terminal: Terminal, found: RunComparison) -> None:
    if not found.columns:
        terminal.result("", "no scores: `--eval-every N` and `zoo eval RUN` measure")
        return
    terminal.result("")
    for line in (_way(found), *protocol_lines(found.columns)):
        terminal.show(printable(line))
    for title, marks, unequal in differing_protocols(found.columns):
        terminal.result("", printable(f"protocols of {title} differ, so each has a column:"))
        table = columns("", *(f"[{mark}]" for mark in marks))
        for name, values in unequal.items():
            table.add_row(printable(name), *map(printable, values))
        terminal.show(table)


def _way(found: RunComparison) -> str:
    """Return what the figures are."""
    which = "best" if found.at == "best" else "last"
    several = any(len(group.runs) > 1 for group in found.groups)
    spread = ", mean ± sample standard deviation over runs that differ only in the seed"
    return f"the {which} score of each run" + (spread if several else "")


def _show_differences(terminal: Terminal, found: RunComparison) -> None:
    terminal.heading("what differs")
    table = columns("", "")
    for one in found.differences:
        values: dict[str, list[str]] = {}
        for group in found.groups:
            values.setdefault(setting_text(group, one.name), []).append(group.name)
        said = "; ".join(f"{value} ({', '.join(names)})" for value, names in values.items())
        table.add_row(printable(one.name), printable(said))
    terminal.show(table)


def _show_terms(terminal: Terminal, found: RunComparison) -> None:
    if not found.terms:
        return
    terminal.heading("last terms")
    rows = tuple(
        (printable(term), *(_term(found, group, term) for group in found.groups))
        for term in found.terms
    )
    names = (printable(group.name) for group in found.groups)
    _print(terminal, _Grid(keys=1, headings=("", *names), rows=rows))


def _term(found: RunComparison, group: Group, term: str) -> str:
    value = found.term(group, term)
    return ABSENT if value is None else number_text(value)
