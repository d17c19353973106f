"""Small nets for points of the plane, such as the data set `gaussians`."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn

from zoo_core import Between, Entry, ImageSpec
from zoo_core.interfaces import Discriminator, Generator

SOURCE = "benchmarks"


class PlanarGenerator(Generator):
    """Two hidden layers.

    Args:
        image: what it makes; any size.
        latent_dim: length of one latent vector.
        width: of a hidden layer.
    """

    def __init__(
        self, *, image: ImageSpec, latent_dim: int, width: Annotated[int, Between(1, 4096)] = 128
    ) -> None:
        super().__init__()
        self.shape = image.shape
        self.layers = nn.Sequential(
            *(nn.Linear(latent_dim, width), nn.ReLU()),
            *(nn.Linear(width, width), nn.ReLU()),
            nn.Linear(width, image.numel),
        )

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        points: Tensor = self.layers(latents)
        return points.tanh().view(-1, *self.shape)


class PlanarCritic(Discriminator):
    """Two hidden layers.

    Args:
        image: what it judges; any size.
        width: of a hidden layer.
    """

    def __init__(self, *, image: ImageSpec, width: Annotated[int, Between(1, 4096)] = 128) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Flatten(), nn.Linear(image.numel, width), nn.LeakyReLU(0.2)),
            *(nn.Linear(width, width), nn.LeakyReLU(0.2)),
        )
        self.last = nn.Linear(width, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        found: Tensor = self.layers(images)
        return found

    def head(self, features: Tensor) -> Tensor:
        scores: Tensor = self.last(features)
        return scores.squeeze(1)


ENTRIES = tuple(
    Entry(kind, "planar", f"{__name__}:{target}", "Two hidden layers.")
    for kind, target in (("generator", "PlanarGenerator"), ("discriminator", "PlanarCritic"))
)
