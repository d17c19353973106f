"""Straight-through: one value on the way forward, the gradient of another on the way back."""

from torch import Tensor


def straight_through(choice: Tensor, soft: Tensor) -> Tensor:
    """Return a choice with the gradient of what it was made from, of the same shape."""
    # in this order the difference is exactly zero
    return choice + (soft - soft.detach())
