from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core.interfaces import how_many, in_rows


def numbers(start: int, count: int) -> Tensor:
    return torch.arange(start, start + count).float().view(-1, 1, 1, 1)


@pytest.mark.parametrize(
    ("count", "kinds", "available", "expected"),
    [
        (64, 4, 100, 16),
        (64, 4, 5, 5),
        (64, 3, 100, 16),
        (64, 1, 100, 64),
        (3, 4, 9, 1),
        (9, 4, 9, 2),
    ],
)
def test_whole_rows_are_shown_where_there_is_room(
    count: int, kinds: int, available: int, expected: int
) -> None:
    assert how_many(count, kinds=kinds, available=available) == expected


def test_rows_of_each_kind_take_turns() -> None:
    found = in_rows([numbers(0, 16), numbers(100, 16)], 64).flatten().tolist()
    assert found == [*range(8), *range(100, 108), *range(8, 16), *range(108, 116)]


def test_a_row_with_too_few_images_is_filled_so_that_the_next_begins_a_line() -> None:
    found = in_rows([numbers(0, 3), numbers(100, 3)], 16).flatten().tolist()
    assert found == [0, 1, 2, *[-1] * 5, 100, 101, 102, *[-1] * 5]


def test_without_room_for_rows_there_are_no_more_images_than_asked_for() -> None:
    assert in_rows([numbers(0, 1), numbers(100, 1)], 1).flatten().tolist() == [0]
