"""How the sizes of images are distributed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMON = 5
"""Most frequent sizes that a report names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The least, the middle and the greatest of some values."""

    least: float
    median: float
    greatest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCount:
    """How many images have one size; sides in pixels."""

    height: int
    width: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The sizes of images as the camera meant them.

    Args:
        distinct: how many different ones.
        common: the most frequent, the first one first.
        short_side: in pixels.
        long_side: in pixels.
        aspect: width by height.
        kept: share of the median image that stays when its centre is cropped to a square.
    """

    distinct: int
    common: tuple[SizeCount, ...]
    short_side: Spread
    long_side: Spread
    aspect: Spread
    kept: float


def sizes_of(sides: Sequence[tuple[int, int]]) -> Sizes:
    """Return how some sizes (height, width) are distributed; there is at least one."""
    counted = Counter(sides)
    common = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:COMMON]
    return Sizes(
        distinct=len(counted),
        common=tuple(SizeCount(height=h, width=w, count=count) for (h, w), count in common),
        short_side=_spread([min(size) for size in sides]),
        long_side=_spread([max(size) for size in sides]),
        aspect=_spread([width / height for height, width in sides]),
        kept=round(median(min(size) / max(size) for size in sides), 3),
    )


def _spread(values: Sequence[float]) -> Spread:
    found = (min(values), median(values), max(values))
    least, middle, greatest = (round(value, 3) for value in found)
    return Spread(least=least, median=middle, greatest=greatest)
