"""Encoders: what reads latents from images."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from torch import Tensor, nn

from zoo_core import Between, ImageSpec
from zoo_core.interfaces import Encoder

Norm = Literal["batch", "none"]

SLOPE = 0.2
SMALL = 8
"""Sides are halved while both have so many pixels."""


class ConvEncoder(Encoder):
    """Halve images at every stage as DCGAN's critic does, and read latents from what is left.

    It is the mirror of DCGAN's generator (arXiv:1511.06434, section 3), and takes any size: an odd
    side loses a pixel when it is halved, and sides below 8 pixels are not halved at all.

    Args:
        image: what it reads.
        latent_dim: length of one latent vector.
        log_variance: give the log variance of the latents too.
        width: channels of the first stage; each later stage has twice as many.
        norm: of every stage but the first.

    Shapes:
        images (N, C, H, W) -> latents (N, latent_dim), or mean and log variance of that shape.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        latent_dim: int,
        log_variance: bool = False,
        width: Annotated[int, Between(1, 4096)] = 64,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        self.log_variance = log_variance
        halvings = max(0, int(math.log2(min(image.height, image.width) / SMALL)) + 1)
        channels, stages = image.channels, list[nn.Module]()
        for number in range(halvings):
            stages += _stage(channels, width << number, norm if number else "none")
            channels = width << number
        self.stages = nn.Sequential(*stages)
        left = channels * (image.height >> halvings) * (image.width >> halvings)
        self.last = nn.Linear(left, latent_dim * (1 + log_variance))

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return _latents(self.last(self.stages(images).flatten(1)), self.log_variance)


class MLPEncoder(Encoder):
    """Two hidden layers, for images of any size.

    Args:
        image: what it reads.
        latent_dim: length of one latent vector.
        log_variance: give the log variance of the latents too.
        width: of the hidden layers.

    Shapes:
        images (N, C, H, W) -> latents (N, latent_dim), or mean and log variance of that shape.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        latent_dim: int,
        log_variance: bool = False,
        width: Annotated[int, Between(1, 8192)] = 512,
    ) -> None:
        super().__init__()
        self.log_variance = log_variance
        self.layers = nn.Sequential(
            nn.Flatten(),
            nn.Linear(image.numel, width),
            nn.LeakyReLU(SLOPE),
            nn.Linear(width, width),
            nn.LeakyReLU(SLOPE),
            nn.Linear(width, latent_dim * (1 + log_variance)),
        )

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return _latents(self.layers(images), self.log_variance)


def _stage(before: int, after: int, norm: Norm) -> list[nn.Module]:
    """Return what halves the sides of a feature map; a norm brings the bias."""
    layer = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=norm == "none")
    norms = [nn.BatchNorm2d(after)] if norm == "batch" else []
    return [layer, *norms, nn.LeakyReLU(SLOPE)]


def _latents(found: Tensor, log_variance: bool) -> Tensor | tuple[Tensor, Tensor]:
    if not log_variance:
        return found
    mean, spread = found.chunk(2, 1)
    return mean, spread
