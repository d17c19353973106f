"""The two samplers that need no explanation."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.interfaces import Draws, Sampler


class Normal(Sampler):
    """Draw latents from N(0, std^2).

    Args:
        latent_dim: length of one latent vector.
        std: standard deviation.

    Shapes:
        count -> latents (count, latent_dim).
    """

    def __init__(self, *, latent_dim: int, std: Annotated[float, Between(0, 100)] = 1.0) -> None:
        super().__init__()
        self.latent_dim, self.std = latent_dim, std
        self.gaussian_std = std

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        latents = rng.normal(count, self.latent_dim).to(device)
        return latents if self.std == 1.0 else latents * self.std


class Uniform(Sampler):
    """Draw latents from [-bound, bound).

    Args:
        latent_dim: length of one latent vector.
        bound: largest absolute value.

    Shapes:
        count -> latents (count, latent_dim).
    """

    def __init__(self, *, latent_dim: int, bound: Annotated[float, Between(0, 100)] = 1.0) -> None:
        super().__init__()
        self.latent_dim, self.bound = latent_dim, bound

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        return (rng.uniform(count, self.latent_dim).to(device) * 2 - 1) * self.bound
