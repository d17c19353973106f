"""Gaussians in latent space: their divergence, draws from them, and one fitted to codes."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from zoo_core.interfaces import Draws, Sampler

MOMENTUM = 0.05
"""Share of a batch in the running moments."""

JITTER = 1e-4
"""Added to the variances, so that a covariance of few codes has a root."""


def normal_kl(mean: Tensor, log_variance: Tensor, *, std: float = 1.0) -> Tensor:
    """Return KL(N(mean, variance) || N(0, std^2)) in nats, (N,).

    The closed form of arXiv:1312.6114, appendix B, for a prior of any standard deviation:
    the sum over coordinates of ((variance + mean^2) / std^2 - 1 - log(variance / std^2)) / 2.

    Shapes:
        mean, log_variance (N, D) -> (N,).
    """
    ratio = log_variance - 2 * math.log(std)
    terms = ratio.exp() + mean.square() / std**2 - 1 - ratio
    return terms.sum(1) / 2


def drawn(mean: Tensor, log_variance: Tensor, rng: Draws) -> Tensor:
    """Return a draw from N(mean, variance) that gradients pass (arXiv:1312.6114, section 2.4)."""
    noise = rng.normal(*mean.shape).to(mean)
    return mean + (log_variance / 2).exp() * noise


class FittedNormal(Sampler):
    """Draw from a Gaussian that follows the codes of a training (arXiv:1903.12436, section 4).

    An autoencoder has no prior; this is what its codes look like by their mean and covariance.

    Args:
        latent_dim: length of one latent vector.
        unit: latents are kept within (0, 1), as the codes are.
    """

    mean: Tensor
    square: Tensor

    def __init__(self, *, latent_dim: int, unit: bool = False) -> None:
        super().__init__()
        self.unit = unit
        self.register_buffer("mean", torch.zeros(latent_dim))
        self.register_buffer("square", torch.eye(latent_dim))

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        covariance = self.square - self.mean[:, None] * self.mean
        # float64 on the CPU: a nearly singular matrix, and devices that have no such root
        values, vectors = torch.linalg.eigh(covariance.double().cpu())
        root = (vectors * (values.clamp(min=0) + JITTER**2).sqrt()).to(self.mean)
        noise = rng.normal(count, len(self.mean)).to(device)
        latents: Tensor = self.mean + noise @ root.T
        return latents.clamp(0, 1) if self.unit else latents

    @torch.no_grad()
    def observe(self, codes: Tensor) -> None:
        """Move the moments towards those of a batch of codes (N, D)."""
        codes = codes.detach().to(self.mean)
        self.mean.lerp_(codes.mean(0), MOMENTUM)
        self.square.lerp_(codes.T @ codes / len(codes), MOMENTUM)
