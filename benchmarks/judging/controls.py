"""Image sets whose quality is known beforehand, scored beside every model."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from benchmarks.judging.real import RealImages

GAUSSIAN = "Gaussian of the pixels"
MEANS = "means of two training images"
COPIES = "copies of training images"
HELD_OUT = "held-out images"

CHUNK = 100
"""Gaussian images that are drawn at once."""


def controls(real: RealImages, held_out: RealImages, count: int, seed: int) -> dict[str, Tensor]:
    """Return sets of images (count, C, H, W) by name, worst first.

    Held-out images are not repeated, so there may be fewer.

    Args:
        real: training images.
        held_out: the other split.
        count: images in each set.
        seed: of every draw.
    """
    rng = torch.Generator().manual_seed(seed)
    return {
        GAUSSIAN: gaussian(real.images, count, rng),
        MEANS: means_of_two(real.images, count, rng),
        COPIES: copies(real.images, count, rng),
        HELD_OUT: held_out.some(count, seed).images,
    }


def gaussian(images: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Draw from the normal distribution with the pixels' means and covariances, clipped.

    A normal mixture of N centred images, divided by sqrt(N - 1), has just their covariance; so the
    matrix of covariances is never built.
    """
    mean = images.mean(0)
    centred = (images - mean).flatten(1) / math.sqrt(len(images) - 1)
    chunks = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    drawn = [torch.randn(rows, len(images), generator=rng) @ centred for rows in chunks]
    return (torch.cat(drawn).view(-1, *mean.shape) + mean).clamp(-1, 1)


def means_of_two(images: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Average random pairs."""
    first, second = torch.randint(len(images), (2, count), generator=rng)
    return (images[first] + images[second]) / 2


def copies(images: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Take random images, some more than once: what a model that only remembers would give."""
    return images[torch.randint(len(images), (count,), generator=rng)]
