"""The pair of MLPs that courses use for the first GAN (Goodfellow et al. 2014, arXiv:1406.2661)."""

from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from zoo_core import ImageSpec
from zoo_core.interfaces import Discriminator, Generator

Output = Literal["tanh", "sigmoid"]


class VanillaGenerator(Generator):
    """Make all pixels from latents at once: 128, 256, 512 and 1024 hidden units, then pixels.

    Args:
        image: what it makes; any size.
        latent_dim: length of one latent vector.
        output: what brings the pixels into [-1, 1]; the sigmoid is rescaled from (0, 1).

    Shapes:
        latents (N, latent_dim) -> images (N, C, H, W), values in [-1, 1].
    """

    def __init__(self, *, image: ImageSpec, latent_dim: int, output: Output = "tanh") -> None:
        super().__init__()
        self.image_shape = image.shape
        self.output = output
        hidden: list[nn.Module] = [nn.Linear(latent_dim, 128), nn.LeakyReLU(0.2)]
        for narrow, wide in pairwise((128, 256, 512, 1024)):
            hidden += [nn.Linear(narrow, wide), nn.BatchNorm1d(wide), nn.LeakyReLU(0.2)]
        self.hidden = nn.Sequential(*hidden)
        self.pixels = nn.Linear(1024, image.numel)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        pixels: Tensor = self.pixels(self.hidden(latents))
        squashed = pixels.tanh() if self.output == "tanh" else 2 * pixels.sigmoid() - 1
        return squashed.reshape(-1, *self.image_shape)


class VanillaDiscriminator(Discriminator):
    """Judge all pixels at once: 512 and 256 hidden units, then one logit; no norm.

    Args:
        image: what it judges; any size.

    Shapes:
        images (N, C, H, W) -> features (N, 256) -> logits (N,).
    """

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.hidden = nn.Sequential(
            nn.Flatten(),
            nn.Linear(image.numel, 512),
            nn.LeakyReLU(0.2),
            nn.Linear(512, 256),
            nn.LeakyReLU(0.2),
        )
        self.logit = nn.Linear(256, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        hidden: Tensor = self.hidden(images)
        return hidden

    def head(self, features: Tensor) -> Tensor:
        logits: Tensor = self.logit(features)
        return logits.squeeze(1)
