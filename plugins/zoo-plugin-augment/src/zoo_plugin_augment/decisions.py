"""Values that an image keeps or gets, each with a probability of its own."""

from dataclasses import dataclass

import torch
from torch import Tensor

from zoo_core.interfaces import Draws


@dataclass(frozen=True, slots=True)
class Chance:
    """Draw whether images are changed.

    Args:
        rng: the stream.
        probability: a 0-d tensor.
    """

    rng: Draws
    probability: Tensor

    def either(self, changed: Tensor, kept: float) -> Tensor:
        """Return the changed value where a draw says so, and the kept one elsewhere.

        The draw has a number for each image, whatever else the value's axes are.
        """
        shape = [len(changed), *(1 for _ in changed.shape[1:])]
        return torch.where(self.rng.uniform(*shape) < self.probability, changed, kept)

    def times(self, share: float) -> "Chance":
        """Return one whose probability is so much of this one's."""
        return Chance(self.rng, self.probability * share)

    def half(self) -> "Chance":
        """Return one that happens at least once in two independent trials as often as this."""
        return Chance(self.rng, 1 - (1 - self.probability).clamp_min(0).sqrt())
