"""Figures as rows of text, for terminals and for Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


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


def spread(values: Sequence[float], *, digits: int | None = None) -> str:
    """Return the mean of values and their sample standard deviation, as text."""
    mean = statistics.fmean(values)
    places = digits if digits is not None else (1 if mean >= 10 else 2 if mean >= 1 else 3)
    if len(values) < 2:
        return f"{mean:.{places}f}"
    return f"{mean:.{places}f} ± {statistics.stdev(values):.{places}f}"
