"""Binary concrete latents (Maddison et al. 2017, arXiv:1611.00712, appendix B)."""

import math
from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Draws, Sampler
from zoo_plugin_samplers.noise import logistic
from zoo_plugin_samplers.straight import straight_through
from zoo_plugin_samplers.temperature import Temperature


class Concrete(Sampler):
    """Draw sigmoid((logit p + l) / tau), where l is standard logistic noise: nearly 0 or 1.

    A value is above 1/2 with the probability p whatever tau is. The noise has to be logistic, the
    difference of two Gumbel variables: with one Gumbel variable g, log p + g is above 0 with the
    probability 1 - exp(-p), which is 0.394 at p = 1/2.

    Args:
        latent_dim: length of one latent vector.
        p: probability of each value to be nearly 1, at first.
        hard: give 0 or 1 itself, with the sigmoid's gradient (straight-through).
        tau: temperature at step 0.
        last: lowest temperature.
        rate: tau falls by exp(-rate) a step.
        learned: the probabilities are trained with the generator.

    Shapes:
        count -> latents (count, latent_dim), in [0, 1].
    """

    def __init__(
        self,
        *,
        latent_dim: int,
        p: Annotated[float, Between(0.0001, 0.9999)] = 0.5,
        hard: bool = False,
        tau: Annotated[float, Between(0.001, 100)] = 1.0,
        last: Annotated[float, Between(0.001, 100)] = 0.5,
        rate: Annotated[float, Between(0, 1)] = 1e-4,
        learned: bool = True,
    ) -> None:
        super().__init__()
        self.hard = hard
        logits = torch.full((latent_dim,), math.log(p) - math.log1p(-p))
        self.logits = nn.Parameter(logits) if learned else nn.Buffer(logits)
        self.temperature = Temperature(first=tau, last=last, rate=rate)

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        noise = logistic(rng.uniform(count, len(self.logits)).to(device))
        soft: Tensor = ((self.logits + noise) / self.temperature(rng)).sigmoid()
        if self.hard:
            soft = straight_through((soft > 0.5).to(soft.dtype), soft)
        return soft
