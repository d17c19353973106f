"""Instance noise (Sonderby et al. 2017, arXiv:1610.04490; arXiv:1701.04862, section 3)."""

from typing import Annotated

from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Augment, Draws


class InstanceNoise(Augment):
    """Add normal noise to real and generated images before the critic sees them.

    Their distributions then overlap, so that no critic tells them apart for certain. The noise
    falls along a line to nothing.

    Args:
        strength: standard deviation at first; images lie in [-1, 1].
        steps: after which there is none; 0 for noise that stays.
    """

    def __init__(
        self,
        *,
        strength: Annotated[float, Between(0, 10)] = 0.1,
        steps: Annotated[int, Between(0, 1_000_000_000)] = 10_000,
    ) -> None:
        super().__init__()
        self.strength, self.steps = strength, steps

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        noise = rng.normal(*images.shape).to(images)
        return images + self.deviation(rng.step).to(images) * noise

    def deviation(self, step: Tensor) -> Tensor:
        """Return the noise's standard deviation at a step, a 0-d tensor on its device."""
        left = 1 - step / self.steps if self.steps else step * 0 + 1.0
        return self.strength * left.clamp(min=0)
