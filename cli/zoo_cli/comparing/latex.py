r"""A sheet in LaTeX: a tabular that compiles in any document class without a package."""

from __future__ import annotations

from collections.abc import Sequence

from zoo_cli.comparing.sheets import Cell, Heading, Sheet
from zoo_cli.comparing.words import spread_text
from zoo_cli.spelling import spelled

_SPELLED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
    '"': "{''}",
    "*": "{*}",
    "[": "{[}",
    "]": "{]}",
    "±": r"\ensuremath{\pm}",
    "↓": r"\ensuremath{\downarrow}",
    "↑": r"\ensuremath{\uparrow}",
    "×": r"\ensuremath{\times}",
}
"""What LaTeX would read as a command, show as something else, or not know."""


def latex_text(sheet: Sheet, protocols: Sequence[str]) -> str:
    """Return a sheet as a tabular, below comments that say how its scores were measured."""
    columns = "l" * len(sheet.words) + "r" * len(sheet.headings)
    headings = [*map(escaped, sheet.words), *map(_heading, sheet.headings)]
    rows = [[*map(escaped, row.words), *map(_cell, row.cells)] for row in sheet.rows]
    notes = [f"% {_comment(line)}" for line in (f"trained on {sheet.data}", *protocols)]
    lines = [
        *notes,
        rf"\begin{{tabular}}{{{columns}}}",
        r"\hline",
        _line(headings),
        r"\hline",
        *map(_line, rows),
        r"\hline",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text that LaTeX shows as it is; characters that few fonts have are spelled out."""
    shown = "".join(map(_character, spelled(" ".join(text.split()))))
    # two in a row would become one long dash
    return shown.replace("--", "-{}-").replace("--", "-{}-")


def _character(one: str) -> str:
    if one in _SPELLED:
        return _SPELLED[one]
    known = one.isascii() or ("À" <= one <= "ÿ" and one not in "ÐðÞþ")
    return one if known else rf"\texttt{{U+{ord(one):04X}}}"


def _comment(text: str) -> str:
    return spelled(" ".join(text.split()))


def _heading(heading: Heading) -> str:
    return escaped(f"{heading.name} {heading.arrow}".rstrip())


def _cell(cell: Cell) -> str:
    text = escaped(spread_text(cell.score))
    return rf"\textbf{{{text}}}" if cell.wins else text


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
