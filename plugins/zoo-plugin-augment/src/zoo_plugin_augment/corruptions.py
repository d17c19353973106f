"""Filters, noise and cutout of the augmentation pipe (arXiv:2006.06676, appendix B)."""

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from zoo_core.interfaces import Draws
from zoo_plugin_augment.decisions import Chance
from zoo_plugin_augment.geometry import reflected
from zoo_plugin_augment.wavelets import BANDS, filter_bank

GAIN_DEVIATION = 1.0
"""Of the binary logarithm of a band's gain."""

POWER = (10 / 13, 1 / 13, 1 / 13, 1 / 13)
"""What share of an image's power a band has, the lowest first: that of natural images, 1 / f."""

NOISE_DEVIATION = 0.1
CUTOUT_SHARE = 0.5


def band_gains(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return (N, 4): the gain of each band, such that the expected power stays."""
    power = torch.tensor(POWER, device=images.device)
    gains = torch.ones(len(images), BANDS, device=images.device)
    for band in range(BANDS):
        drawn = chance.either(torch.exp2(rng.normal(len(images)) * GAIN_DEVIATION), 1)
        own = torch.ones_like(gains)
        own[:, band] = drawn
        gains = gains * own / (power * own.square()).sum(dim=1, keepdim=True).sqrt()
    return gains


def filtered(images: Tensor, gains: Tensor) -> Tensor:
    """Return images (N, C, H, W) whose bands have such gains (N, 4), row by row and by column."""
    count, channels, height, width = images.shape
    kernels = (gains.to(images) @ filter_bank().to(images)).repeat_interleave(channels, dim=0)
    margin = kernels.shape[1] // 2
    wide = reflected(images, margin, margin).flatten(0, 1)[None]
    wide = conv2d(wide, kernels[:, None, None, :], groups=count * channels)
    wide = conv2d(wide, kernels[:, None, :, None], groups=count * channels)
    return wide.view(count, channels, height, width)


def noisy(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return images with noise of a strength of their own."""
    strength = chance.either(rng.normal(len(images), 1, 1, 1).abs() * NOISE_DEVIATION, 0)
    return images + (rng.normal(*images.shape) * strength).to(images)


def covered(images: Tensor, rng: Draws, chance: Chance) -> Tensor:
    """Return images with a rectangle of zeros of half their sides, which may lie partly outside."""
    count, (height, width) = len(images), images.shape[2:]
    size = chance.either(torch.full((count, 1, 1, 1, 1), CUTOUT_SHARE, device=images.device), 0)
    centre = rng.uniform(count, 2, 1, 1, 1)
    size = size.view(count, 1, 1, 1)
    x = (torch.arange(width, device=images.device) + 0.5) / width
    y = ((torch.arange(height, device=images.device) + 0.5) / height)[:, None]
    outside = ((x - centre[:, 0]).abs() >= size / 2) | ((y - centre[:, 1]).abs() >= size / 2)
    return images * outside.to(images)
