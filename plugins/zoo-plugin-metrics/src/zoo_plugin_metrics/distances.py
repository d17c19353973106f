"""Distances between sets of features, in float64 and a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

CHUNK = 1 << 24
"""Distances that are in memory at once."""


def squared_distances(points: Tensor, centres: Tensor) -> Iterator[Tensor]:
    """Give the squared distances (n, M) of points (N, F) to centres (M, F), a chunk at a time.

    Both are moved by the centres' mean first, which changes no distance and keeps the rounding
    of |x|^2 + |y|^2 - 2 x . y small.
    """
    middle = centres.double().mean(0)
    moved = centres.double() - middle
    squares = moved.square().sum(1)
    for chunk in torch.split(points, max(1, CHUNK // len(centres))):
        some = chunk.double() - middle
        found = torch.addmm(squares, some, moved.T, alpha=-2)
        yield found.add_(some.square().sum(1, keepdim=True)).clamp_(min=0)


def squared_reach(features: Tensor, neighbours: int) -> Tensor:
    """Return each row's squared distance to its k-th nearest other row, (N,)."""
    # the nearest row is the row itself
    found = squared_distances(features, features)
    return torch.cat([chunk.kthvalue(neighbours + 1, dim=1).values for chunk in found])


def share_inside(points: Tensor, centres: Tensor, reach: Tensor) -> float:
    """Return the share of points in the ball of any centre, given the balls' squared radii."""
    found = squared_distances(points, centres)
    inside = sum(int((chunk <= reach).any(1).sum()) for chunk in found)
    return inside / len(points)
