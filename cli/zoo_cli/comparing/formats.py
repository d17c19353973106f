"""A comparison as text for other programs: CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io

from zoo_cli.comparing.latex import latex_text
from zoo_cli.comparing.sheets import Cell, Heading, Sheet, sheets_of, whole_sheet
from zoo_cli.comparing.words import protocol_lines, spread_text
from zoo_cli.spelling import spelled
from zoo_core.runs.rows import RunComparison


def csv_of(found: RunComparison) -> str:
    """Return one table of all rows: of each score its mean, its deviation and its count."""
    sheet = whole_sheet(found)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*sheet.words, *(name for one in sheet.headings for name in _fields(one))])
    for row in sheet.rows:
        numbers = (value for cell in row.cells for value in _numbers(cell))
        writer.writerow([*map(_one_line, row.words), *numbers])
    return stream.getvalue()


def markdown_of(found: RunComparison) -> str:
    """Return a table for each data, with how its scores were measured below it."""
    return "\n".join(_markdown(sheet, found) for sheet in sheets_of(found))


def latex_of(found: RunComparison) -> str:
    """Return a table for each data that needs no package, with its protocols as comments."""
    return "\n".join(latex_text(sheet, protocol_lines(found.columns)) for sheet in sheets_of(found))


def _fields(heading: Heading) -> tuple[str, ...]:
    name = heading.name
    return name, f"{name} deviation", f"{name} count", f"{name} step"


def _numbers(cell: Cell) -> tuple[object, ...]:
    if cell.score is None:
        return ("", "", 0, "")
    one = cell.score
    return tuple(
        "" if each is None else each for each in (one.mean, one.deviation, one.count, one.step)
    )


def _markdown(sheet: Sheet, found: RunComparison) -> str:
    words = [_escaped(word) for word in sheet.words]
    scores = [
        _escaped(f"{one.title} {one.arrow} {_beside(one)}".rstrip()) for one in sheet.headings
    ]
    rule = [*("---" for _ in words), *("---:" for _ in scores)]
    rows = [
        [*map(_escaped, row.words), *(_strong(cell) for cell in row.cells)] for row in sheet.rows
    ]
    lines = ["| " + " | ".join(line) + " |" for line in ([*words, *scores], rule, *rows)]
    notes = [f"- {_escaped(line)}" for line in protocol_lines(found.columns)]
    return "\n".join([f"Trained on {_escaped(sheet.data)}.", "", *lines, "", *notes, ""])


def _beside(heading: Heading) -> str:
    return heading.name.removeprefix(heading.title).strip()


def _strong(cell: Cell) -> str:
    text = spread_text(cell.score)
    return f"**{text}**" if cell.wins else text


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, in one cell."""
    return "".join(map(_character, _one_line(text)))


def _character(one: str) -> str:
    if one in "<>&$~":
        # not every reader of Markdown takes a backslash before these
        return f"&#{ord(one)};"
    return f"\\{one}" if one in "\\`*_{}[]()#|!" else one


def _one_line(text: str) -> str:
    return spelled(" ".join(text.split()))


WRITTEN = {"csv": csv_of, "markdown": markdown_of, "latex": latex_of}
"""Format to what writes it."""
