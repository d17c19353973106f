"""Text of others in Markdown: shown as it is, whatever it contains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

# marks that mean something within a line, and what makes an address or a name into a link
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!$@]|:(?=/)|(?<=www)\.)", re.IGNORECASE)
_LINKS = {"arXiv:": "https://arxiv.org/abs/", "doi:": "https://doi.org/"}

LONGEST = 500
"""Characters that are shown of a text."""


def escaped(text: object) -> str:
    """Return text that Markdown shows as it is, in one line."""
    return _SPECIAL.sub(r"\\\1", _one_line(text))


def code(text: object) -> str:
    """Return text as code within a line; a bar, which would end a table's cell, is another one."""
    line = _one_line(text).replace("|", "¦").strip()
    fence = "`" * (_longest_run(line) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}" if line else ""


def block(lines: Iterable[str], language: str = "") -> str:
    """Return lines as a block of code, which nothing in them ends."""
    shown = [_one_line(line, longest=4000) for line in lines]
    fence = "`" * max(3, 1 + max(map(_longest_run, shown), default=0))
    return "\n".join((fence + language, *shown, fence))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def paper_link(paper: str) -> str:
    """Return a link to a paper as entries name it, such as `arXiv:1511.06434`."""
    for prefix, address in _LINKS.items():
        if paper.startswith(prefix):
            return f"[{escaped(paper)}]({address}{quote(paper.removeprefix(prefix), safe='/.')})"
    if re.match(r"https?://", paper):
        return f"[{escaped(paper)}]({quote(paper, safe=':/.?&=%-_~')})"
    return escaped(paper)


def _one_line(text: object, longest: int = LONGEST) -> str:
    kept = "".join(mark if mark.isprintable() else " " for mark in str(text))
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
