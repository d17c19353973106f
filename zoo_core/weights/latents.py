"""Samplers that stand in for a game's own where a user says something of the latents."""

from __future__ import annotations

import torch
from torch import Tensor

from zoo_core.interfaces import Draws, Sampler


class Given(Sampler):
    """Give latents that are there already.

    Args:
        latents: (N, latent_dim), as many as are asked for.
    """

    def __init__(self, latents: Tensor) -> None:
        super().__init__()
        self.latents = latents

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        return self.latents


class Scaled(Sampler):
    """Draw latents closer to zero.

    Args:
        sampler: whose latents.
        factor: on them.
    """

    def __init__(self, sampler: Sampler, factor: float) -> None:
        super().__init__()
        self.sampler, self.factor = sampler, factor

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        latents: Tensor = self.sampler(count, rng, device)
        return latents * self.factor
