from __future__ import annotations

from itertools import product

import pytest

from zoo_core.testing import covering
from zoo_core.testing.pairwise import Row, pairs_of

COLUMNS = [
    [f"{name}{number}" for number in range(count)]
    for name, count in zip("abcd", (5, 4, 3, 2), strict=True)
]


def everything(row: Row) -> bool:
    return True


def picky(row: Row) -> bool:
    """Refuse two pairs, and one row in three of a third."""
    a, b, c, d = row
    return (
        not (a == "a0" and b != "b0")
        and not (c == "c1" and d == "d1")
        and (a, b, c) != ("a4", "b3", "c2")
    )


def pairs_of_all(fits: object) -> set[tuple[int, str, int, str]]:
    return set().union(*(pairs_of(row) for row in product(*COLUMNS) if fits(row)))


@pytest.mark.parametrize("fits", [everything, picky])
@pytest.mark.parametrize("patience", [None, 4])
def test_every_pair_of_a_fitting_row_is_covered_by_rows_that_fit(fits, patience) -> None:
    rows = covering(COLUMNS, fits, patience=patience)
    assert all(map(fits, rows))
    assert set().union(*map(pairs_of, rows)) == pairs_of_all(fits)


def test_the_set_is_small() -> None:
    assert len(covering(COLUMNS, everything)) <= 1.2 * 5 * 4


def test_the_set_is_the_same_each_time() -> None:
    assert covering(COLUMNS, picky) == covering(COLUMNS, picky)


def test_no_row_is_asked_about_twice_and_most_are_not_asked_about() -> None:
    asked = []
    covering(COLUMNS, lambda row: asked.append(row) or picky(row))
    assert len(asked) == len(set(asked)) < 5 * 4 * 3 * 2 * 0.8


def test_impatience_gives_a_pair_up() -> None:
    """Only the last of the rows with a1 fits."""
    columns = [["a0", "a1"], ["b0"], ["c0", "c1", "c2", "c3"]]

    def fits(row: Row) -> bool:
        return row[0] == "a0" or row[2] == "c3"

    assert ("a1", "b0", "c3") in covering(columns, fits)
    assert ("a1", "b0", "c3") in covering(columns, fits, patience=4)
    assert {row[0] for row in covering(columns, fits, patience=1)} == {"a0"}


def test_nothing_that_fits_gives_nothing() -> None:
    assert covering(COLUMNS, lambda row: False) == []
