"""Color transformations of the augmentation pipe (arXiv:2006.06676, appendix B)."""

import math

import torch
from torch import Tensor

from zoo_core.interfaces import Draws
from zoo_plugin_augment.decisions import Chance
from zoo_plugin_augment.matrices import color_scale, color_shift, grey_axis, hue_rotation

BRIGHTNESS_DEVIATION = 0.2
CONTRAST_DEVIATION = 0.5
"""Of the binary logarithm."""

SATURATION_DEVIATION = 1.0
"""Likewise."""

COLORS = 3


def color_matrices(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return matrices (N, 4, 4) of brightness, contrast, mirrored luma, hue and saturation.

    Hue and saturation are drawn only where there is more than one channel.
    """
    count = len(images)
    found = color_shift(chance.either(rng.normal(count) * BRIGHTNESS_DEVIATION, 0))
    contrast = torch.exp2(rng.normal(count) * CONTRAST_DEVIATION)
    found = color_scale(chance.either(contrast, 1)) @ found
    axis = grey_axis(found)
    along, whole = torch.outer(axis, axis), torch.eye(4).to(found)
    mirrored = chance.either((rng.uniform(count, 1, 1) * 2).floor(), 0)
    found = (whole - 2 * along * mirrored) @ found
    if images.shape[1] > 1:
        hue = (rng.uniform(count) * 2 - 1) * math.pi
        found = hue_rotation(chance.either(hue, 0)) @ found
        saturation = torch.exp2(rng.normal(count, 1, 1) * SATURATION_DEVIATION)
        found = (along + (whole - along) * chance.either(saturation, 1)) @ found
    return found


def recolored(images: Tensor, matrices: Tensor) -> Tensor:
    """Return images (N, C, H, W) of other colors.

    Every three channels are the colors of one image; what is left of them, such as the only
    channel of grey images or an alpha channel, gets the mean of the three rows, as grey does.
    """
    matrices = matrices.to(images)
    parts = [
        _of_colors(part, matrices) if part.shape[1] == COLORS else _of_greys(part, matrices)
        for part in torch.split(images, COLORS, dim=1)
    ]
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=1)


def _of_colors(images: Tensor, matrices: Tensor) -> Tensor:
    turned = matrices[:, :COLORS, :COLORS] @ images.flatten(2) + matrices[:, :COLORS, COLORS:]
    return turned.view_as(images)


def _of_greys(images: Tensor, matrices: Tensor) -> Tensor:
    row = matrices[:, :COLORS].mean(dim=1)
    scale, shift = row[:, :COLORS].sum(dim=1), row[:, COLORS]
    return images * scale[:, None, None, None] + shift[:, None, None, None]
