"""A small set of rows in which every pair of values stands together at least once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

Row = tuple[str, ...]
Pair = tuple[int, str, int, str]


def covering(
    columns: Sequence[Sequence[str]],
    fits: Callable[[Row], bool],
    *,
    patience: int | None = None,
) -> list[Row]:
    """Return rows that fit and that cover every pair which some fitting row has.

    Greedy: a row is made for a pair that is left, and of the rows with that pair it is the one that
    covers most of what is left. Ties go to the first, so that the set is the same everywhere. Rows
    that are not among the best are not asked about.

    Args:
        columns: the possible values of each position.
        fits: whether a row is possible at all; asked at most once of each row.
        patience: rows to try, as different as can be, before a pair is taken for impossible; all
            if none.
    """
    search = _Search(columns, fits, patience)
    chosen = []
    left = dict.fromkeys(_all_pairs(columns))
    while left:
        pair = next(iter(left))
        row = search.row_with(pair, left)
        if row is None:
            del left[pair]
            continue
        chosen.append(row)
        for covered in pairs_of(row):
            left.pop(covered, None)
    return chosen


def pairs_of(row: Row) -> set[Pair]:
    """Return all pairs of a row: position and value of one, position and value of the other."""
    numbered = enumerate(row)
    return {(i, a, j, b) for (i, a), (j, b) in combinations(numbered, 2)}


def _all_pairs(columns: Sequence[Sequence[str]]) -> Iterator[Pair]:
    """Give all pairs, those of the longest columns last: each of these needs a row of its own."""
    positions = list(combinations(range(len(columns)), 2))
    positions.sort(key=lambda two: len(columns[two[0]]) * len(columns[two[1]]))
    for i, j in positions:
        for a, b in product(columns[i], columns[j]):
            yield (i, a, j, b)


class _Search:
    """Find rows; what did not fit is remembered."""

    def __init__(
        self,
        columns: Sequence[Sequence[str]],
        fits: Callable[[Row], bool],
        patience: int | None,
    ) -> None:
        self.columns, self.fits, self.patience = columns, fits, patience
        self.impossible: set[Pair] = set()
        self.known: dict[Row, bool] = {}

    def row_with(self, pair: Pair, left: dict[Pair, None]) -> Row | None:
        """Return the fitting row with a pair that covers most of what is left, if there is one."""
        gains = {row: len(pairs & left.keys()) for row, pairs in self._candidates(pair)}
        refused: dict[Row, int] = dict.fromkeys(gains, 0)
        for _ in range(len(gains) if self.patience is None else self.patience):
            if not gains:
                break
            row = max(gains, key=lambda row: (-refused[row], gains[row]))
            if self._fits(row):
                return row
            del gains[row]
            for other in gains:
                refused[other] += sum(a == b for a, b in zip(row, other, strict=True))
        self.impossible.add(pair)
        return None

    def _candidates(self, pair: Pair) -> Iterator[tuple[Row, set[Pair]]]:
        i, a, j, b = pair
        fixed = {i: (a,), j: (b,)}
        for row in product(*(fixed.get(n, column) for n, column in enumerate(self.columns))):
            pairs = pairs_of(row)
            if not pairs & self.impossible:
                yield row, pairs

    def _fits(self, row: Row) -> bool:
        if row not in self.known:
            self.known[row] = self.fits(row)
        return self.known[row]
