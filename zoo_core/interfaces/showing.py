"""How a run's grid shows images of several kinds: a row of each in turn."""

from collections.abc import Sequence

import torch
from torch import Tensor

COLUMNS = 8


def how_many(count: int, *, kinds: int, available: int) -> int:
    """Return how many images of each kind to show: whole rows where there is room for them.

    Args:
        count: images in the grid at most.
        kinds: rows that belong together.
        available: how many images there are.
    """
    whole_rows = count // (COLUMNS * kinds) * COLUMNS
    return min(whole_rows or max(1, count // kinds), available)


def in_rows(kinds: Sequence[Tensor], count: int) -> Tensor:
    """Return images of several kinds in turn, a row of each, at most `count`.

    Where there is room, a row with fewer than eight images is filled up, so that the next kind
    begins a row of its own.

    Args:
        kinds: (N, C, H, W) each, such as images and their translations.
        count: images in the grid at most.
    """
    fill = count >= COLUMNS * len(kinds)
    rows = []
    for start in range(0, len(kinds[0]), COLUMNS):
        for images in kinds:
            row = images[start : start + COLUMNS]
            missing = COLUMNS - len(row) if fill else 0
            rows += [row, row.new_full((missing, *row.shape[1:]), -1)]
    return torch.cat(rows)[:count]
