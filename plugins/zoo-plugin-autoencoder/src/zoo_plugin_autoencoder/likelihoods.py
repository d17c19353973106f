"""How probable an image is, given what the decoder made of its latents.

A picture has 8 bits a value: v of 0 to 255 stands at 2 v / 255 - 1. All likelihoods are those of
such values, so that what is logged are bits that a code for the image would need.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from zoo_core import ZooError
from zoo_core.interfaces import Draws

LEVELS = 256
BIN = 2 / (LEVELS - 1)
"""Distance of two values in [-1, 1]."""

EDGE = 1e-6
"""A probability keeps so far from 0 and 1."""


class Likelihood(nn.Module, ABC):
    """Minus the log-likelihood of images in nats.

    Shapes:
        made, images (N, C, H, W) -> (N,).
    """

    @abstractmethod
    def forward(self, made: Tensor, images: Tensor) -> Tensor: ...

    def target(self, images: Tensor, rng: Draws) -> Tensor:
        """Return what the images are looked at as."""
        return images


class Gaussian(Likelihood):
    """Each value is Gaussian around the decoder's, with one standard deviation for all.

    A density is no probability: noise of one bin's width is added to the images, so that the
    density, times that width, bounds the probability of the 8-bit value from below
    (arXiv:1511.01844, section 3.1).

    Args:
        scale: the standard deviation, with values in [-1, 1]; learned if none
            (arXiv:2006.13202, section 4.1).
    """

    def __init__(self, *, scale: float | None = None) -> None:
        super().__init__()
        self.fixed = None if scale is None else math.log(scale)
        if scale is None:
            self.log_scale = nn.Parameter(torch.full((), -1.0))

    def forward(self, made: Tensor, images: Tensor) -> Tensor:
        log_scale = self.log_scale if self.fixed is None else torch.full_like(made[:1], self.fixed)
        away = (images - made) * (-log_scale).exp()
        each = away.square() / 2 + log_scale + (math.log(2 * math.pi) / 2 - math.log(BIN))
        return each.flatten(1).sum(1)

    def target(self, images: Tensor, rng: Draws) -> Tensor:
        return images + (rng.uniform(*images.shape).to(images) - 0.5) * BIN


class Bernoulli(Likelihood):
    """Each value is white with the decoder's probability, and black otherwise.

    Of a grey value, the mean over black and white pixels that are drawn with it as their
    probability: bits are those of such binary images, not of 8-bit ones.
    """

    def forward(self, made: Tensor, images: Tensor) -> Tensor:
        white = ((made + 1) / 2).clamp(EDGE, 1 - EDGE)
        wanted = (images + 1) / 2
        each = wanted * white.log() + (1 - wanted) * (1 - white).log()
        return -each.flatten(1).sum(1)


def check_range(images: Tensor) -> None:
    """Refuse images that no likelihood of pixels knows.

    Raises:
        ZooError: values outside of [-1, 1].
    """
    low, high = float(images.min()), float(images.max())
    if not (low >= -1 and high <= 1):
        raise ZooError(
            f"images have values from {low:.3g} to {high:.3g}, and a likelihood of pixels knows "
            "-1 to 1",
            hint="`zoo_core.interfaces.as_floats` brings 8-bit images there",
        )
