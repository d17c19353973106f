"""Normal latents with a mean and a spread that are learned: one, or a mixture of several."""

from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Draws, Sampler


class LearnedGaussian(Sampler):
    """Draw z = mu + sigma * eps, where eps is from N(0, 1) and mu and sigma are learned.

    So written, z is a differentiable function of mu and sigma (Kingma and Welling 2014,
    arXiv:1312.6114, section 2.4). Both belong to the generator's player. The log of sigma is what
    is stored; N(0, 1) is where they start.

    Args:
        latent_dim: length of one latent vector.

    Shapes:
        count -> latents (count, latent_dim).
    """

    def __init__(self, *, latent_dim: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(latent_dim))
        self.log_scale = nn.Parameter(torch.zeros(latent_dim))

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        noise = rng.normal(count, len(self.mean)).to(device)
        return self.mean + self.log_scale.exp() * noise


class Mixture(Sampler):
    """Draw from one of several Gaussians of equal weight, z = mu_k + sigma_k * eps.

    Means and spreads are learned with the generator, as in DeLiGAN (Gurumurthy et al. 2017,
    arXiv:1706.02071), or stay as they were drawn. Which component a latent is of cannot
    be differentiated, so the weights are not learned.

    Args:
        latent_dim: length of one latent vector.
        components: Gaussians.
        apart: means are drawn uniformly from [-apart, apart).
        spread: standard deviation of every component at first.
        learned: means and spreads are trained with the generator.

    Shapes:
        count -> latents (count, latent_dim).
    """

    def __init__(
        self,
        *,
        latent_dim: int,
        components: Annotated[int, Between(1, 10000)] = 50,
        apart: Annotated[float, Between(0, 100)] = 1.0,
        spread: Annotated[float, Between(0.0001, 100)] = 0.2,
        learned: bool = True,
    ) -> None:
        super().__init__()
        means = nn.init.uniform_(torch.empty(components, latent_dim), -apart, apart)
        self.means = nn.Parameter(means) if learned else nn.Buffer(means)
        scales = torch.zeros(components, latent_dim)
        self.log_scales = nn.Parameter(scales) if learned else nn.Buffer(scales)
        self.spread = spread

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        components, latent_dim = self.means.shape
        which = rng.integers(components, count).to(device)
        noise = rng.normal(count, latent_dim).to(device)
        return self.means[which] + self.spread * self.log_scales[which].exp() * noise
