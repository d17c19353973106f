"""Which images are held out: a function of each name alone."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from zoo_core.digests import sha256_of_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence


def held_out(names: Sequence[str], fraction: float) -> list[bool]:
    """Say for each relative path whether its image is held out.

    An image is held out when the sha256 of its path, read as a number in [0, 1), is below
    `fraction`. So the count is near the fraction without being exact, and adding, removing or
    reordering files moves no other. One exception: where all of two or more images would fall on
    one side and `fraction` is not 0, the image nearest to the border changes sides.
    """
    ranks = [_rank(name) for name in names]
    chosen = [rank < fraction for rank in ranks]
    if len(names) < 2 or fraction == 0.0:
        return [False] * len(names)
    if not any(chosen):
        chosen[ranks.index(min(ranks))] = True
    if all(chosen):
        chosen[ranks.index(max(ranks))] = False
    return chosen


def _rank(name: str) -> float:
    # file systems disagree on the normal form of accents
    text = unicodedata.normalize("NFC", name).encode("utf-8", "surrogateescape")
    return int(sha256_of_bytes(text)[:12], 16) / 2**48
