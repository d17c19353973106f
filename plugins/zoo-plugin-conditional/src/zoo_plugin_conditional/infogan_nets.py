"""The nets of InfoGAN for MNIST (Chen et al. 2016, arXiv:1606.03657, appendix C.1, table 1)."""

from typing import Literal

from torch import Tensor, nn

from zoo_core import ImageSpec
from zoo_core.interfaces import Discriminator, Generator
from zoo_plugin_conditional.sides import quartered_sides

Norm = Literal["batch", "layer", "none"]

UNITS = 1024
CHANNELS = 64
LEAK = 0.1
STD = 0.02


class InfoGANGenerator(Generator):
    """Two linear layers, then two transposed convolutions that double the sides.

    The norm comes before the activation, and layers before a norm have no bias, which it would
    cancel. The output is a tanh, because images are in [-1, 1].

    Args:
        image: what it makes; both sides are multiples of 4.
        latent_dim: length of one latent vector, codes included.

    Shapes:
        latents (N, latent_dim) -> images (N, C, H, W), values in [-1, 1].

    Raises:
        ZooError: a side that is no multiple of 4.
    """

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        height, width = quartered_sides(image, owner="generator 'infogan'")
        wide = 2 * CHANNELS
        self.project = nn.Sequential(
            nn.Linear(latent_dim, UNITS, bias=False),
            nn.BatchNorm1d(UNITS),
            nn.ReLU(),
            nn.Linear(UNITS, wide * height * width, bias=False),
            nn.BatchNorm1d(wide * height * width),
            nn.ReLU(),
            nn.Unflatten(1, (wide, height, width)),
        )
        self.grow = nn.Sequential(
            nn.ConvTranspose2d(wide, CHANNELS, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(CHANNELS),
            nn.ReLU(),
            nn.ConvTranspose2d(CHANNELS, image.channels, 4, stride=2, padding=1),
            nn.Tanh(),
        )
        self.apply(_draw_weights)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        images: Tensor = self.grow(self.project(latents))
        return images


class InfoGANDiscriminator(Discriminator):
    """Two convolutions that halve the sides, then two linear layers.

    The norm comes before the activation, and layers before a norm have no bias. The first stage
    has a bias and no norm, so that the contrast of an image is seen under any norm.

    Args:
        image: what it judges; both sides are multiples of 4.
        norm: of the two stages in the middle; a layer norm does not mix the images of a batch.

    Shapes:
        images (N, C, H, W) -> features (N, 1024) -> logits (N,).

    Raises:
        ZooError: a side that is no multiple of 4.
    """

    def __init__(self, *, image: ImageSpec, norm: Norm = "batch") -> None:
        super().__init__()
        height, width = quartered_sides(image, owner="discriminator 'infogan'")
        wide, bias = 2 * CHANNELS, norm == "none"
        self.stages = nn.Sequential(
            nn.Conv2d(image.channels, CHANNELS, 4, stride=2, padding=1),
            nn.LeakyReLU(LEAK),
            nn.Conv2d(CHANNELS, wide, 4, stride=2, padding=1, bias=bias),
            *_map_norm(norm, wide),
            nn.LeakyReLU(LEAK),
            nn.Flatten(),
            nn.Linear(wide * height * width, UNITS, bias=bias),
            *_unit_norm(norm, UNITS),
            nn.LeakyReLU(LEAK),
        )
        self.logit = nn.Linear(UNITS, 1)
        self.apply(_draw_weights)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        found: Tensor = self.stages(images)
        return found

    def head(self, features: Tensor) -> Tensor:
        logits: Tensor = self.logit(features)
        return logits.squeeze(1)


def _map_norm(norm: Norm, channels: int) -> list[nn.Module]:
    if norm == "batch":
        return [nn.BatchNorm2d(channels)]
    # one group: C, H and W of an image share their statistics
    return [nn.GroupNorm(1, channels)] if norm == "layer" else []


def _unit_norm(norm: Norm, units: int) -> list[nn.Module]:
    if norm == "batch":
        return [nn.BatchNorm1d(units)]
    return [nn.LayerNorm(units)] if norm == "layer" else []


def _draw_weights(layer: nn.Module) -> None:
    if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, STD)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
