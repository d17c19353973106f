"""Bringing images to one size: cover for photographs, contain for figures on black."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

CHUNK = 4096
"""Images that are resized at once, so that 60,000 never become float together."""

REDUCING_GAP = 3.0
"""Pillow averages boxes first where a side shrinks by more than this; then it filters."""


def cover_picture(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale the short side to fit and crop the centre of the long one, with a Lanczos filter.

    Args:
        image: of mode L or RGB.
        size: (height, width) in pixels.
    """
    height, width = size
    if (image.height, image.width) == size:
        return image
    scale = min(image.height / height, image.width / width)
    left, right = _middle(image.width, width * scale)
    upper, lower = _middle(image.height, height * scale)
    return image.resize(
        (width, height),
        Image.Resampling.LANCZOS,
        box=(left, upper, right, lower),
        reducing_gap=REDUCING_GAP,
    )


def _middle(side: int, length: float) -> tuple[float, float]:
    # rounding must not reach beyond the image: Pillow refuses such a box
    start = max(0.0, (side - length) / 2)
    return start, min(float(side), start + length)


def contain_images(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Scale the long side to fit and pad the short one with black, so that nothing is cut off.

    Bicubic (Keys, a = -0.75) without aligned corners; shrinking is anti-aliased. It overshoots at
    edges by up to a tenth; values stay within 0 to 255.

    Args:
        images: (N, C, H, W) uint8.
        size: (height, width) in pixels.
    """
    inner = _inner_size((images.shape[-2], images.shape[-1]), size)
    return _pad(scale_images(images, inner), size)


def _inner_size(old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    scale = min(new[0] / old[0], new[1] / old[1])
    return max(1, round(old[0] * scale)), max(1, round(old[1] * scale))


def _pad(images: Tensor, size: tuple[int, int]) -> Tensor:
    top, left = size[0] - images.shape[-2], size[1] - images.shape[-1]
    return F.pad(images, (left // 2, left - left // 2, top // 2, top - top // 2))


def cover_images(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Crop the centre to the shape that is wanted, to the next pixel, and scale it.

    Bicubic (Keys, a = -0.75) without aligned corners; shrinking is anti-aliased. It overshoots at
    edges by up to a tenth; values stay within 0 to 255.

    Args:
        images: (N, C, H, W) uint8.
        size: (height, width) in pixels.
    """
    old = (images.shape[-2], images.shape[-1])
    height = max(1, min(old[0], round(old[1] * size[0] / size[1])))
    width = max(1, min(old[1], round(old[0] * size[1] / size[0])))
    top, left = (old[0] - height) // 2, (old[1] - width) // 2
    return scale_images(images[..., top : top + height, left : left + width], size)


def scale_images(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Scale both sides, each by its own factor.

    Bicubic (Keys, a = -0.75) without aligned corners; shrinking is anti-aliased. It overshoots at
    edges by up to a tenth; values stay within 0 to 255.

    Args:
        images: (N, C, H, W) uint8.
        size: (height, width) in pixels.
    """
    if tuple(images.shape[-2:]) == size:
        return images
    scaled = images.new_empty((*images.shape[:2], *size))
    for start in range(0, len(images), CHUNK):
        rows = slice(start, start + CHUNK)
        scaled[rows] = _interpolated(images[rows], size)
    return scaled


def _interpolated(images: Tensor, size: tuple[int, int]) -> Tensor:
    shrinks = size[0] < images.shape[-2] or size[1] < images.shape[-1]
    values = F.interpolate(
        images.float(), size, mode="bicubic", align_corners=False, antialias=shrinks
    )
    return values.round().clamp(0, 255).to(torch.uint8)
