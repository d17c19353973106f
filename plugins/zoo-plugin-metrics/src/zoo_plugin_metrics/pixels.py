"""Pixels as features: what there is where no net is."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from zoo_core import Between, ImageSpec
from zoo_core.digests import sha256_of_bytes
from zoo_core.interfaces import Features, Seen
from zoo_plugin_metrics.shrinking import shrink, shrunk_size


class Pixels(Features):
    """Return the image itself, averaged down and flattened, with values in [-1, 1].

    No weights, and no understanding: a digit that is moved by two pixels is another one.

    Args:
        side: longest side after averaging; smaller images stay as they are.

    Shapes:
        images (N, C, H, W) -> features (N, C * h * w), no logits.
    """

    def __init__(self, *, image: ImageSpec, side: Annotated[int, Between(1, 64)] = 16) -> None:
        self.side = side
        height, width = shrunk_size(image.height, image.width, side)
        self.reads = f"averaged over areas to {height}x{width}, values x / 127.5 - 1"
        self.digest = sha256_of_bytes(f"pixels {self.reads}".encode())

    def __call__(self, images: Tensor) -> Seen:
        return Seen(shrink(images, self.side))
