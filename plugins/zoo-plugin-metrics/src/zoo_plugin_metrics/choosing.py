"""A random choice of rows."""

from __future__ import annotations

from torch import Tensor

from zoo_core.interfaces import Draws


def choose(count: int, wanted: int, rng: Draws) -> Tensor:
    """Return `wanted` of `count` rows in random order, none twice; all where there are fewer."""
    return rng.uniform(count).topk(min(wanted, count), largest=False).indices
