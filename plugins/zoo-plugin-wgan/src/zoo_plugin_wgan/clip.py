"""Weight clipping (Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1, line 7)."""

from typing import Annotated

import torch
from torch import nn

from zoo_core import Between
from zoo_core.interfaces import Constraint


class Clip(Constraint):
    """Clamp every parameter of the critic to [-bound, bound].

    All parameters are meant, biases and the scales and shifts of norm layers too, as in the code
    of the paper's authors. Buffers, such as running statistics, stay.

    Args:
        bound: largest absolute value of a parameter.
    """

    def __init__(self, *, bound: Annotated[float, Between(1e-8, 1e3)] = 0.01) -> None:
        self.bound = bound

    @torch.no_grad()
    def __call__(self, net: nn.Module) -> None:
        for parameter in net.parameters():
            parameter.clamp_(-self.bound, self.bound)
