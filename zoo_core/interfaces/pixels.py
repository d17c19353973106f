"""Between the bytes of image files and the values in [-1, 1] that nets see."""

from __future__ import annotations

import torch
from torch import Tensor


def as_floats(
    images: Tensor, *, memory_format: torch.memory_format = torch.preserve_format
) -> Tensor:
    """Return images of bytes with values in [-1, 1], of the default dtype.

    Args:
        images: (N, C, H, W) uint8, or means of bytes, which are left as they are.
        memory_format: of the result.
    """
    own = images.to(torch.get_default_dtype(), copy=True, memory_format=memory_format)
    return own.mul_(2 / 255).sub_(1)


def as_bytes(images: Tensor) -> Tensor:
    """Return images with values in [-1, 1] as uint8, rounded to the nearest; others are clipped."""
    exact = images.detach().to(torch.promote_types(images.dtype, torch.float32))
    return exact.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
