"""Latents from a normal distribution without its tails (arXiv:1809.11096, section 3.1)."""

import math
from typing import Annotated

import torch
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Draws, Sampler


class TruncatedNormal(Sampler):
    """Draw latents from N(0, 1), given that they lie in [-bound, bound].

    Drawn by the inverse of the distribution function, so that every draw counts: where u is uniform
    over [-1, 1), z = sqrt(2) erfinv(u erf(bound / sqrt(2))). A sample of values that are drawn
    again until they fit has the same distribution.

    Args:
        latent_dim: length of one latent vector.
        bound: largest absolute value.

    Shapes:
        count -> latents (count, latent_dim).
    """

    def __init__(self, *, latent_dim: int, bound: Annotated[float, Between(0.01, 5)] = 2.0) -> None:
        super().__init__()
        self.latent_dim, self.bound = latent_dim, bound

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        uniform = rng.uniform(count, self.latent_dim).to(device) * 2 - 1
        inside = math.erf(self.bound / math.sqrt(2))
        latents = math.sqrt(2) * torch.erfinv(uniform * inside)
        # rounding may put the outermost a little beyond
        return latents.clamp(-self.bound, self.bound)
