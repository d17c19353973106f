"""Random crops and mirror images: what training sees of a few photographs.

Isola et al. 2017 (arXiv:1611.07004, section 6.2) enlarge images of 256 pixels to 286, cut out 256
at random and mirror half of them; Zhu et al. 2017 (arXiv:1703.10593) do so too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.data.tables.sizes import scale_images
from zoo_core.interfaces.data import Rows

if TYPE_CHECKING:
    from zoo_core.interfaces.values import Draws

Factor = Annotated[float, Between(1.0, 4.0)]
"""The option `jitter`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """Enlarge every image, cut its size out of it at a random place, and mirror every second one.

    An image and its source are cut and mirrored alike.

    Args:
        factor: of both sides; 1 leaves nothing to choose from.
        mirror: exchange left and right, with the probability 1/2.
    """

    factor: float = 1.0
    mirror: bool = False

    def __bool__(self) -> bool:
        return self.factor > 1 or self.mirror

    def __str__(self) -> str:
        done = (
            f"enlarged by {self.factor:.4g} and cropped at random" if self.factor > 1 else "",
            "mirrored at random" if self.mirror else "",
        )
        return "in training " + " and ".join(word for word in done if word)

    def __call__(self, rows: Rows, rng: Draws) -> Rows:
        height, width = rows.images.shape[-2:]
        size = (round(height * self.factor), round(width * self.factor))
        down, across = self._places((height, width), size, len(rows.images), rng)
        images = _cut(scale_images(rows.images, size), down, across)
        if rows.sources is None:
            return Rows(images, rows.labels)
        return Rows(images, rows.labels, _cut(scale_images(rows.sources, size), down, across))

    def _places(
        self, small: tuple[int, int], large: tuple[int, int], count: int, rng: Draws
    ) -> tuple[Tensor, Tensor]:
        """Return which lines (N, H) and columns (N, W) of the enlarged images are kept."""
        tops, lefts = (
            rng.child(name).integers(longer - side + 1, count)[:, None]
            for name, side, longer in zip(("top", "left"), small, large, strict=True)
        )
        down, across = (torch.arange(side, device=tops.device)[None] for side in small)
        if self.mirror:
            mirrored = rng.child("mirror").integers(2, count)[:, None] == 1
            across = torch.where(mirrored, across.flip(1), across)
        return tops + down, lefts + across


def varying(jitter: float, *, mirror: bool) -> dict[str, Jitter]:
    """Return what training makes of the table "images" under the two options."""
    found = Jitter(factor=jitter, mirror=mirror)
    return {"images": found} if found else {}


def _cut(images: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Return lines (N, H) and columns (N, W) of images (N, C, H', W')."""
    count, channels = images.shape[:2]
    rows = torch.arange(count, device=images.device).view(count, 1, 1, 1)
    planes = torch.arange(channels, device=images.device).view(1, channels, 1, 1)
    return images[rows, planes, down[:, None, :, None], across[:, None, None, :]]
