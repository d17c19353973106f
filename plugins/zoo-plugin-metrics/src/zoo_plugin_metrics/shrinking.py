"""Images averaged down, for what compares pixels."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from zoo_core.interfaces import as_floats


def shrunk_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Return height and width with the longer side at most `side`, in the same proportion."""
    longest = max(height, width, side)
    return max(1, round(height * side / longest)), max(1, round(width * side / longest))


def shrink(images: Tensor, side: int) -> Tensor:
    """Average images down to a longer side of at most `side`; smaller ones stay as they are.

    Shapes:
        (N, C, H, W) uint8 -> (N, C * h * w) float32 in [-1, 1].
    """
    size = shrunk_size(images.shape[2], images.shape[3], side)
    values = images.float()
    if size != tuple(images.shape[2:]):
        values = adaptive_avg_pool2d(values, size)
    return as_floats(values.flatten(1))
