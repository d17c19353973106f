"""Differentiable augmentation (Zhao et al. 2020, arXiv:2006.10738, section 3.2)."""

from typing import Annotated

import torch
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Augment, Draws


class DiffAugment(Augment):
    """Vary color, place and completeness of what the critic sees, of real and fake images alike.

    In this order: brightness, saturation and contrast; a shift that fills with zeros; a rectangle
    of zeros.

    Args:
        color: whether brightness, saturation and contrast vary.
        translation: the largest shift, as a share of a side; 0 for none.
        cutout: sides of the rectangle, as a share of the image's; 0 for none.
    """

    def __init__(
        self,
        *,
        color: bool = True,
        translation: Annotated[float, Between(0, 1)] = 0.125,
        cutout: Annotated[float, Between(0, 1)] = 0.5,
    ) -> None:
        super().__init__()
        self.color, self.translation, self.cutout = color, translation, cutout

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        if self.color:
            images = varied_color(images, rng)
        if self.translation:
            images = shifted(images, rng, self.translation)
        if self.cutout:
            images = images * uncovered(images, rng, self.cutout)
        return images


def varied_color(images: Tensor, rng: Draws) -> Tensor:
    """Return images (N, C, H, W) of other brightness, saturation and contrast.

    Brightness moves by a number in [-0.5, 0.5); the distance of each value from its pixel's mean
    is multiplied by one in [0, 2), then that from the image's mean by one in [0.5, 1.5).
    """
    brightness, saturation, contrast = (rng.uniform(len(images), 1, 1, 1) for _ in range(3))
    images = images + (brightness - 0.5).to(images)
    grey = images.mean(dim=1, keepdim=True)
    images = grey + (images - grey) * (2 * saturation).to(images)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    return mean + (images - mean) * (contrast + 0.5).to(images)


def shifted(images: Tensor, rng: Draws, share: float) -> Tensor:
    """Return images (N, C, H, W) moved by whole pixels, up to a share of each side."""
    for axis in (2, 3):
        size = images.shape[axis]
        most = int(size * share + 0.5)
        shift = rng.integers(2 * most + 1, len(images), 1, 1) - most
        images = _moved(images, shift.view(-1), axis)
    return images


def _moved(images: Tensor, shift: Tensor, axis: int) -> Tensor:
    """Return images whose place i along an axis shows what was at i + shift, or zero."""
    size = images.shape[axis]
    source = torch.arange(size, device=images.device) + shift[:, None]
    inside = (source >= 0) & (source < size)
    shape = [len(images), 1, 1, 1]
    shape[axis] = size
    index = source.clamp(0, size - 1).view(shape).expand_as(images)
    return images.gather(axis, index) * inside.view(shape).to(images)


def uncovered(images: Tensor, rng: Draws, share: float) -> Tensor:
    """Return (N, 1, H, W): zero within a rectangle of a share of the sides, one elsewhere.

    The rectangle may lie partly outside.
    """
    within = []
    for axis in (2, 3):
        size = images.shape[axis]
        side = int(size * share + 0.5)
        centre = rng.integers(size + 1 - side % 2, len(images), 1, 1).view(-1, 1)
        places = torch.arange(size, device=images.device)
        first = centre - side // 2
        within.append((places >= first) & (places < first + side))
    rows, columns = within
    return (~(rows[:, None, :, None] & columns[:, None, None, :])).to(images)
