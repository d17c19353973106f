"""The nets: generator, discriminator, encoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor, nn


class Generator(nn.Module, ABC):
    """Make images from latents.

    `conditional` says that the net reads labels by itself; such a net is built with `classes`.
    An image-to-image generator is built with `source` and takes images as latents.

    Attributes:
        stride: a generator that reads images takes any whose sides are multiples of it; 0 where it
            takes only the size that it was built for.

    Shapes:
        latents (N, latent_dim), labels (N,) or None -> images (N, C, H, W) in [-1, 1].
    """

    conditional: ClassVar[bool] = False
    stride: int = 0

    @abstractmethod
    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor: ...


class Styled(Generator):
    """Make images in two stages: latents to styles, and styles to images (arXiv:1812.04948).

    What works on the inner space asks for this interface and nothing more. The buffer
    `average_style` is the mean style; truncation pulls styles towards it.

    Shapes:
        latents (N, latent_dim) -> styles (N, L, D) -> images (N, C, H, W);
        average_style (D,) or (L, D).
    """

    average_style: Tensor

    @abstractmethod
    def styles(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return styles (N, L, D): one of length D for each of the L layers that take one."""

    @abstractmethod
    def synthesis(self, styles: Tensor) -> Tensor:
        """Return images (N, C, H, W) in [-1, 1] of styles (N, L, D)."""

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.synthesis(self.styles(latents, labels))

    def truncated(self, styles: Tensor, truncation: float) -> Tensor:
        """Return styles (N, L, D) pulled towards the average: 1 leaves them, 0 is the average."""
        return torch.lerp(self.average_style.to(styles), styles, truncation)


class Discriminator(nn.Module, ABC):
    """Score images: `head(features(images))`, never squashed by a sigmoid.

    `conditional` says that the net reads labels by itself; such a net is built with `classes`.

    Shapes:
        images (N, C, H, W), labels (N,) or None -> features (N, F) or (N, F, h, w)
        -> logits (N,) or patches (N, h, w).
    """

    conditional: ClassVar[bool] = False

    @abstractmethod
    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return what the head reads: (N, F) or (N, F, h, w)."""

    @abstractmethod
    def head(self, features: Tensor) -> Tensor:
        """Return logits (N,) or patches (N, h, w)."""

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.head(self.features(images, labels))


class Encoder(nn.Module, ABC):
    """Read latents, or the parameters of their distribution, from images.

    Shapes:
        images (N, C, H, W) -> mean (N, latent_dim), or mean and log variance, each of that shape.
    """

    @abstractmethod
    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, Tensor]: ...
