"""Geometric transformations of the augmentation pipe (arXiv:2006.06676, appendix B)."""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d

from zoo_core.interfaces import Draws
from zoo_plugin_augment.decisions import Chance
from zoo_plugin_augment.matrices import rotation, scaling, translation
from zoo_plugin_augment.wavelets import geometry_filter

LARGEST_SHIFT = 0.125
"""Of whole pixels, as a share of a side."""

SCALE_DEVIATION = 0.2
"""Standard deviation of the binary logarithm of scales."""

SHIFT_DEVIATION = 0.125
"""Standard deviation of shifts by parts of a pixel, as a share of a side."""


def identity(images: Tensor) -> Tensor:
    """Return matrices (N, 3, 3) that leave points where they are."""
    return torch.eye(3, device=images.device).expand(len(images), 3, 3)


def blit(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return matrices (N, 3, 3) of mirror images, quarter turns and shifts by whole pixels.

    They take a place of the result to its place in the images, in pixels from the centre.
    """
    count, (height, width) = len(images), images.shape[2:]
    mirrored = chance.either((rng.uniform(count) * 2).floor(), 0)
    found = scaling(1 / (1 - 2 * mirrored), torch.ones_like(mirrored))
    turns = chance.either((rng.uniform(count) * 4).floor(), 0)
    found = found @ rotation(turns * (math.pi / 2))
    shift = chance.either((rng.uniform(count, 2) * 2 - 1) * LARGEST_SHIFT, 0)
    sides = torch.tensor([width, height], device=shift.device)
    x, y = (shift * sides).round().unbind(1)
    return found @ translation(-x, -y)


def geometric(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return matrices (N, 3, 3) of scales, rotations, anisotropy and shifts of any size.

    Rotations before and after the anisotropic scale together are as frequent as one change.
    """
    count, (height, width) = len(images), images.shape[2:]
    scale = chance.either(_scale(rng, count), 1)
    found = scaling(1 / scale, 1 / scale)
    found = found @ rotation(chance.half().either(_angle(rng, count), 0))
    stretch = chance.either(_scale(rng, count), 1)
    found = found @ scaling(1 / stretch, stretch)
    found = found @ rotation(chance.half().either(_angle(rng, count), 0))
    shift = chance.either(rng.normal(count, 2) * SHIFT_DEVIATION, 0)
    return found @ translation(-shift[:, 0] * width, -shift[:, 1] * height)


def _scale(rng: Draws, count: int) -> Tensor:
    return torch.exp2(rng.normal(count) * SCALE_DEVIATION)


def _angle(rng: Draws, count: int) -> Tensor:
    return (rng.uniform(count) * 2 - 1) * math.pi


def transformed(images: Tensor, inverse: Tensor) -> Tensor:
    """Return images (N, C, H, W) seen through transformations, without aliasing.

    The image goes on as its mirror image beyond its border, is doubled by a wavelet's low pass,
    sampled bilinearly at doubled density, and halved by the same filter. No size depends on the
    matrices, so that a step can be captured.

    Args:
        images: of any size.
        inverse: (N, 3, 3), places of the result to places of the images, in pixels from the centre.
    """
    taps = geometry_filter().to(images)
    margin = len(taps) // 4
    large = _doubled(reflected(images, *(size - 1 for size in images.shape[2:])), taps)
    sides = [2 * (size + 2 * margin) for size in images.shape[2:]]
    return _halved(_sampled(large, inverse.to(images), sides), taps)


def reflected(images: Tensor, rows: int, columns: int) -> Tensor:
    """Return images with so many rows and columns of their mirror image on all four sides."""
    for axis, more in ((2, rows), (3, columns)):
        size = images.shape[axis]
        period = max(1, 2 * (size - 1))
        places = torch.arange(-more, size + more, device=images.device).remainder(period)
        images = images.index_select(axis, torch.minimum(places, period - places) % size)
    return images


def _doubled(images: Tensor, taps: Tensor) -> Tensor:
    channels = images.shape[1]
    first = (len(taps) + 1) // 2
    for axis in (2, 3):
        kernel = _along(2 * taps, axis, channels)
        crop, size = len(taps) - 1 - first, 2 * images.shape[axis]
        stride = [1, 1]
        stride[axis - 2] = 2
        images = conv_transpose2d(images, kernel, stride=stride, groups=channels)
        images = images.narrow(axis, crop, size)
    return images


def _halved(images: Tensor, taps: Tensor) -> Tensor:
    channels = images.shape[1]
    images = images[:, :, 1:-1, 1:-1]
    for axis in (2, 3):
        stride = [1, 1]
        stride[axis - 2] = 2
        images = conv2d(images, _along(taps, axis, channels), stride=stride, groups=channels)
    return images


def _along(taps: Tensor, axis: int, channels: int) -> Tensor:
    """Return depthwise kernels (C, 1, k, 1) or (C, 1, 1, k)."""
    kernel = taps.view(1, 1, -1, 1) if axis == 2 else taps.view(1, 1, 1, -1)
    return kernel.expand(channels, -1, -1, -1)


def _sampled(large: Tensor, inverse: Tensor, sides: list[int]) -> Tensor:
    """Return values at the places of a grid of so many rows and columns; zero outside.

    Coordinates are those of the doubled image, whose pixels lie half a pixel off the centre.
    """
    rows, columns = (
        torch.arange(side, device=large.device).to(inverse) + 0.5 - side / 2 for side in sides
    )
    y, x = torch.meshgrid((rows + 0.5) / 2, (columns + 0.5) / 2, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)]).flatten(1)
    found = 2 * (inverse[:, :2] @ points) - 0.5
    across, down = (
        found[:, place].view(-1, *sides) + large.shape[3 - place] / 2 - 0.5 for place in (0, 1)
    )
    return bilinear(large, across, down)


def bilinear(images: Tensor, across: Tensor, down: Tensor) -> Tensor:
    """Return images (N, C, H, W) at places (N, h, w) in pixels from their first; zero outside.

    Unlike `grid_sample` it can be differentiated twice with respect to the images.
    """
    left, top = across.floor(), down.floor()
    total = images.new_zeros(*images.shape[:2], *across.shape[1:])
    for column in (left, left + 1):
        for row in (top, top + 1):
            weight = (1 - (across - column).abs()) * (1 - (down - row).abs())
            total = total + _at(images, column, row) * weight[:, None]
    return total


def _at(images: Tensor, column: Tensor, row: Tensor) -> Tensor:
    height, width = images.shape[2:]
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    place = row.clamp(0, height - 1).long() * width + column.clamp(0, width - 1).long()
    index = place.flatten(1)[:, None].expand(-1, images.shape[1], -1)
    found = images.flatten(2).gather(2, index).view(*images.shape[:2], *column.shape[1:])
    return found * inside[:, None].to(images)
