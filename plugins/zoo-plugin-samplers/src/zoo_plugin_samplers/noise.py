"""Gumbel and logistic noise from uniform draws."""

from torch import Tensor

LEAST = 2.0**-25
"""Half a step of the grid of uniform draws: stands in for 0, which has no logarithm."""


def gumbel(uniform: Tensor) -> Tensor:
    """Return -log(-log u) of uniform draws u."""
    return -(-uniform.clamp(min=LEAST).log()).log()


def logistic(uniform: Tensor) -> Tensor:
    """Return log u - log(1 - u) of uniform draws u."""
    inside = uniform.clamp(min=LEAST)
    return inside.log() - (-inside).log1p()
