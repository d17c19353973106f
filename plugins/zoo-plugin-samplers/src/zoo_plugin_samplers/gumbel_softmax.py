"""Gumbel-softmax (Jang et al. 2017, arXiv:1611.01144; Maddison et al. 2017, arXiv:1611.00712)."""

from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between, ZooError
from zoo_core.interfaces import Draws, Sampler
from zoo_plugin_samplers.noise import gumbel
from zoo_plugin_samplers.straight import straight_through
from zoo_plugin_samplers.temperature import Temperature


class GumbelSoftmax(Sampler):
    """Draw softmax((log pi + g) / tau): nearly one-hot choices that gradients pass through.

    g is standard Gumbel noise, so the largest of log pi + g is at k with the probability pi_k
    whatever tau is, and the softmax tends to that choice as tau falls. The latents are choices side
    by side, each of so many categories with probabilities of its own, equal at first.

    Args:
        latent_dim: length of one latent vector.
        categories: of a choice; they divide `latent_dim`.
        hard: give the choice itself, with the softmax's gradient (straight-through).
        tau: temperature at step 0.
        last: lowest temperature.
        rate: tau falls by exp(-rate) a step.
        learned: the probabilities are trained with the generator.

    Shapes:
        count -> latents (count, latent_dim), non-negative; each choice's values sum to 1.

    Raises:
        ZooError: categories that do not divide the latents.
    """

    def __init__(
        self,
        *,
        latent_dim: int,
        categories: Annotated[int, Between(2, 65536)] = 10,
        hard: bool = False,
        tau: Annotated[float, Between(0.001, 100)] = 1.0,
        last: Annotated[float, Between(0.001, 100)] = 0.5,
        rate: Annotated[float, Between(0, 1)] = 1e-4,
        learned: bool = True,
    ) -> None:
        super().__init__()
        if latent_dim % categories:
            near = max(1, round(latent_dim / categories)) * categories
            fewer = [k for k in range(2, categories) if latent_dim % k == 0]
            raise ZooError(
                f"sampler 'gumbel-softmax' makes choices of {categories} categories, which do not "
                f"divide {latent_dim} latents",
                hint=f"`--latent-dim {near}`"
                + (f" or `-o sampler.categories={fewer[-1]}`" if fewer else ""),
            )
        self.hard = hard
        logits = torch.zeros(latent_dim // categories, categories)
        self.logits = nn.Parameter(logits) if learned else nn.Buffer(logits)
        self.temperature = Temperature(first=tau, last=last, rate=rate)

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        noise = gumbel(rng.uniform(count, *self.logits.shape).to(device))
        # a softmax does not see what is added to all logits, so they need not be normalised
        soft: Tensor = ((self.logits + noise) / self.temperature(rng)).softmax(2)
        if self.hard:
            choice = torch.zeros_like(soft).scatter(2, soft.argmax(2, keepdim=True), 1.0)
            soft = straight_through(choice, soft)
        return soft.flatten(1)
