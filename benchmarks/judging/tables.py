"""Figures as rows of text, for terminals and for Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.judging.controls import HELD_OUT
from benchmarks.judging.panel import Figures

COLUMNS = (
    "images",
    "rarest class",
    "classes",
    "top p",
    "/ held-out",
    "nearest",
    "/ held-out",
    "FID",
    "twins",
)


def figures_row(figures: Figures, held_out: Figures) -> list[str]:
    """Return the cells of `COLUMNS`."""
    return [
        f"{figures.images:,}",
        f"{figures.least_share:.1%}",
        str(figures.classes),
        f"{figures.top_probability:.3f}",
        f"{figures.top_probability / held_out.top_probability:.2f}",
        f"{figures.nearest:.3f}",
        f"{figures.nearest / held_out.nearest:.2f}",
        f"{figures.fid:.2f}",
        f"{figures.twins:.1%}",
    ]


def figures_table(rows: Mapping[str, Figures], controls: Mapping[str, Figures]) -> str:
    """Return rows and controls as aligned text."""
    every = {**rows, **controls}
    cells = [["", *COLUMNS]]
    cells += [[name, *figures_row(found, controls[HELD_OUT])] for name, found in every.items()]
    return aligned(cells)


def aligned(cells: Sequence[Sequence[str]]) -> str:
    """Return lines with the first column to the left and the others to the right."""
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = []
    for first, *others in cells:
        right = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *right]).rstrip())
    return "\n".join(lines)


def markdown(cells: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first row is its head."""
    head, *body = cells
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *body])
