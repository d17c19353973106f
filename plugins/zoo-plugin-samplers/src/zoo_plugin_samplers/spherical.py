"""Latents of one length (Karras et al. 2018, arXiv:1710.10196, appendix A.1)."""

from typing import Annotated

import torch
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Draws, Sampler


class Spherical(Sampler):
    """Draw latents uniformly from a sphere.

    Args:
        latent_dim: length of one latent vector.
        radius: of the sphere; by default the root of `latent_dim`, so that each coordinate has a
            variance of 1.

    Shapes:
        count -> latents (count, latent_dim), each of norm `radius`.
    """

    def __init__(
        self, *, latent_dim: int, radius: Annotated[float | None, Between(0.001, 1000)] = None
    ) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        self.radius = latent_dim**0.5 if radius is None else radius

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        normal = rng.normal(count, self.latent_dim).to(device)
        return self.radius * torch.nn.functional.normalize(normal, dim=1)
