"""A small set of rows in which every pair of values stands together at least once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, product

Row = tuple[str, ...]


def covering(columns: Sequence[Sequence[str]], fits: Callable[[Row], bool]) -> list[Row]:
    """Return rows that fit and that cover every pair which some fitting row has.

    Greedy: each row is the one that covers most of what is left; ties go to the first, so that
    the set is the same everywhere.

    Args:
        columns: the possible values of each position.
        fits: whether a row is possible at all.
    """
    rows = [row for row in product(*columns) if fits(row)]
    left = {pair for row in rows for pair in _pairs(row)}
    chosen = []
    while left:
        best = max(rows, key=lambda row: len(_pairs(row) & left))
        chosen.append(best)
        left -= _pairs(best)
    return chosen


def _pairs(row: Row) -> set[tuple[int, str, int, str]]:
    numbered = list(enumerate(row))
    return {(i, a, j, b) for (i, a), (j, b) in combinations(numbered, 2)}
