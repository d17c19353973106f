"""Homogeneous matrices (N, k, k) of transformations of points and of colors."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

Value = Tensor | float


def stacked(rows: Sequence[Sequence[Value]], like: Tensor) -> Tensor:
    """Return matrices (N, k, k) from rows of numbers and of tensors (N,), as `like` (N,)."""
    return torch.stack(
        [
            torch.stack([torch.as_tensor(one).to(like).expand_as(like) for one in row], dim=1)
            for row in rows
        ],
        dim=1,
    )


def translation(x: Tensor, y: Tensor) -> Tensor:
    """Return matrices (N, 3, 3) that move points by (x, y)."""
    return stacked([[1, 0, x], [0, 1, y], [0, 0, 1]], x)


def scaling(x: Tensor, y: Tensor) -> Tensor:
    """Return matrices (N, 3, 3) that scale both axes."""
    return stacked([[x, 0, 0], [0, y, 0], [0, 0, 1]], x)


def rotation(angle: Tensor) -> Tensor:
    """Return matrices (N, 3, 3) that turn points by an angle in radians."""
    sine, cosine = angle.sin(), angle.cos()
    return stacked([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], angle)


def grey_axis(like: Tensor) -> Tensor:
    """Return (4,): the direction of grey among colors, of length 1."""
    return torch.tensor([1.0, 1.0, 1.0, 0.0]).to(like) / math.sqrt(3)


def color_shift(value: Tensor) -> Tensor:
    """Return matrices (N, 4, 4) that add one value to all three colors."""
    return stacked([[1, 0, 0, value], [0, 1, 0, value], [0, 0, 1, value], [0, 0, 0, 1]], value)


def color_scale(value: Tensor) -> Tensor:
    """Return matrices (N, 4, 4) that multiply all three colors."""
    return stacked([[value, 0, 0, 0], [0, value, 0, 0], [0, 0, value, 0], [0, 0, 0, 1]], value)


def hue_rotation(angle: Tensor) -> Tensor:
    """Return matrices (N, 4, 4) that turn colors about the axis of grey (Rodrigues' formula)."""
    x = y = z = 1 / math.sqrt(3)
    cross = torch.tensor([[0, -z, y, 0], [z, 0, -x, 0], [-y, x, 0, 0], [0, 0, 0, 0]]).to(angle)
    axis = grey_axis(angle)
    along = torch.outer(axis, axis)
    point = torch.diag(torch.tensor([0.0, 0.0, 0.0, 1.0]).to(angle))
    flat = torch.eye(4).to(angle) - point - along
    sine, cosine = angle.sin()[:, None, None], angle.cos()[:, None, None]
    return along + point + cosine * flat + sine * cross
