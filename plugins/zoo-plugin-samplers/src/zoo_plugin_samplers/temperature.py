"""A temperature that falls while a run trains, and stays where it fell to."""

import torch
from torch import Tensor, nn

from zoo_core.interfaces import Draws


class Temperature(nn.Module):
    """Return max(last, first * exp(-rate * step)) (arXiv:1611.01144, section 4).

    The step is kept with the weights: what is drawn from a trained model has the temperature that
    the training had come to.

    Args:
        first: temperature at step 0.
        last: lowest temperature.
        rate: of its fall; 0 for a temperature that stays.
    """

    def __init__(self, *, first: float, last: float, rate: float) -> None:
        super().__init__()
        self.first, self.last, self.rate = first, min(first, last), rate
        self.register_buffer("step", torch.zeros((), dtype=torch.int64))

    step: Tensor

    def forward(self, rng: Draws) -> Tensor:
        """Return the temperature, a 0-d tensor: of the stream's step in training, else the kept."""
        if self.training:
            self.step.copy_(rng.step)
        kept = self.step.to(torch.get_default_dtype())
        return (self.first * torch.exp(-self.rate * kept)).clamp(min=self.last)
