"""The nearest training image of each image, by its pixels."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from zoo_plugin_metrics.shrinking import shrink

CHUNK = 2048
"""Training images that are compared with at once."""

ROWS = 1024
"""Images whose distances to a chunk are in memory at once."""


def nearest_distances(images: Tensor, training: Tensor, side: int) -> Tensor:
    """Return each image's distance to its nearest training image, RMS over values in [-1, 1].

    The nearest one is found by products in float32, which cancel near zero; the distance to it
    is then computed from the difference, so that a copy is at 0.

    Args:
        images: (N, C, H, W) uint8.
        training: (M, C, H, W) uint8.
        side: longest side of what is compared.

    Returns:
        (N,) float64.
    """
    flat = shrink(images, side)
    best = torch.full((len(flat),), torch.inf)
    nearest = torch.zeros(len(flat), dtype=torch.int64)
    for start in range(0, len(training), CHUNK):
        others = shrink(training[start : start + CHUNK], side)
        found, index = _best_of(flat, others)
        nearest = torch.where(found < best, index + start, nearest)
        best = torch.minimum(found, best)
    chunks = [
        torch.linalg.vector_norm(rows.double() - shrink(training[chosen], side), dim=1)
        for rows, chosen in zip(torch.split(flat, ROWS), torch.split(nearest, ROWS), strict=True)
    ]
    return torch.cat(chunks) / math.sqrt(flat.shape[1])


def _best_of(flat: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """Return the least |y|^2 - 2 x . y of each row x over all y, and which y it is."""
    squares = others.square().sum(1)
    found = [
        torch.addmm(squares, rows, others.T, alpha=-2).min(1) for rows in torch.split(flat, ROWS)
    ]
    return torch.cat([one.values for one in found]), torch.cat([one.indices for one in found])
