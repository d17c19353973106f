"""A stand-in for a critic that is not shipped and whose plugin is not installed."""

from __future__ import annotations

from torch import Tensor, nn

from zoo_core.interfaces import Discriminator
from zoo_core.spec import ImageSpec


class AbsentCritic(Discriminator):
    """Hold a critic's place where weights are loaded only to sample.

    Args:
        image: what it would judge.
    """

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.last = nn.Linear(image.numel, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.flatten(1)

    def head(self, features: Tensor) -> Tensor:
        scores: Tensor = self.last(features)
        return scores.squeeze(1)
