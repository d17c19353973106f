"""Translate photos of any size with a trained game, each to a picture of its own size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from zoo_core.data import Header, Unreadable
from zoo_core.data.tables.reading import MAX_PIXELS as READ_PIXELS
from zoo_core.data.tables.reading import pixels_of, quiet_pillow, read_header, read_picture
from zoo_core.data.tables.sizes import scale_images
from zoo_core.errors import TooLittleMemoryError, ZooError, memory_errors
from zoo_core.interfaces import as_bytes, as_floats
from zoo_core.pictures.sheets import picture_of
from zoo_core.spec import ImageSpec
from zoo_core.weights.pretrained import Pretrained

MAX_PIXELS = 2**21
"""Pixels at which a net works at most unless more are allowed: 1920x1080 and a little more."""

LEAST = 32
"""Pixels that a side has at least when a net works: small nets of few stages need some."""

READABLE = (1, 3)
"""Channels that photos can be read with."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A photo that was translated.

    Args:
        path: the photo.
        picture: what came of it, of the photo's size.
        colour: the photo had colour.
    """

    path: Path
    picture: Image.Image
    colour: bool


class TooLarge(Unreadable):
    """A photo that fewer pixels would do for."""


class Translator:
    """Translate photos one by one.

    A generator that takes any size (`stride`) works at the photo's own size, or with its short
    side scaled to `short_side`: the photo is continued in mirror image to the next multiple of
    `stride`, and the picture is cropped back. Any other generator gets the photo scaled to the
    size that it was built for. What was scaled is scaled back, bicubically. Photos are read as
    `folder` reads them: upright, with transparency laid on white, as grey where the generator
    reads one channel.

    Args:
        trained: a trained game that translates.
        direction: such as "ab"; the game's first one by default.
        short_side: pixels of the short side when the generator works; the photo's own by default.
        max_pixels: at which the generator works; a photo that needs more is refused.

    Raises:
        ZooError: the game translates nothing, has no such direction, or reads images of channels
            that photos do not have; a `short_side` for a generator of one size.
    """

    def __init__(
        self,
        trained: Pretrained,
        *,
        direction: str = "",
        short_side: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        name = trained.translator(direction)
        self.trained, self.short_side, self.max_pixels = trained, short_side, max_pixels
        self.directions = tuple(trained.game.translators())
        self.direction = direction or self.directions[0]
        self.source = _source(trained, name)
        self.stride: int = getattr(trained.game.nets()[name], "stride", 0)
        if self.source.channels not in READABLE:
            raise ZooError(
                f"this generator reads images of {self.source.channels} channels",
                hint="photos have 1 or 3",
            )
        if short_side is not None and not self.stride:
            raise ZooError(
                f"this generator takes only {self.source.height}x{self.source.width}, "
                "so no other size can be chosen",
                hint="leave `short_side` out: photos are scaled to it and back",
            )

    def __call__(self, path: Path) -> Translated | Unreadable:
        """Return what comes of a photo, or why nothing does."""
        with quiet_pillow():
            # who allows more pixels to work on allows more to be read
            limit = max(READ_PIXELS, self.max_pixels)
            header = read_header(path, limit=limit)
            if isinstance(header, Unreadable):
                return TooLarge(path, header.reason) if header.pixels else header
            size = self.working_size(header)
            if size[0] * size[1] > self.max_pixels:
                return TooLarge(path, _beyond(size, self.max_pixels))
            pixels = read_picture(path, self.source.channels, pixels_of, limit=limit)
        if isinstance(pixels, Unreadable):
            return pixels
        try:
            with memory_errors():
                picture = picture_of(self.translate(pixels, size))
        except TooLittleMemoryError:
            return TooLarge(path, f"{size[0]}x{size[1]} pixels need more memory than there is")
        return Translated(path, picture, colour=not header.grey)

    def working_size(self, header: Header) -> tuple[int, int]:
        """Return (height, width) at which the generator works on a photo, before it is padded."""
        if not self.stride:
            return self.source.height, self.source.width
        if self.short_side is None:
            return header.height, header.width
        scale = self.short_side / min(header.height, header.width)
        return max(1, round(header.height * scale)), max(1, round(header.width * scale))

    def translate(self, pixels: Tensor, size: tuple[int, int]) -> Tensor:
        """Return an image (C, H, W) uint8, translated at a size and brought back to its own."""
        images = as_floats(scale_images(pixels[None], size))
        padded = mirrored(images, self._padded_sides(size)) if self.stride else images
        sides = (padded.shape[-2], padded.shape[-1])
        translated = self.trained.translate(padded, self.direction).cpu()
        made = scale_images(as_bytes(translated), sides)
        top, left = ((side - length) // 2 for side, length in zip(sides, size, strict=True))
        cropped = made[..., top : top + size[0], left : left + size[1]]
        return scale_images(cropped, (pixels.shape[-2], pixels.shape[-1]))[0]

    def _padded_sides(self, size: tuple[int, int]) -> tuple[int, int]:
        least = min(LEAST, self.source.height, self.source.width)
        height, width = (-(-max(side, least) // self.stride) * self.stride for side in size)
        return height, width


def mirrored(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Continue images (N, C, H, W) in mirror image on all sides, however small they are.

    Args:
        images: stay in the middle; where a remainder is odd, it goes to the right and below.
        size: (height, width), at least that of the images.
    """
    rows = _mirrored(images.shape[-2], size[0]).to(images.device)
    columns = _mirrored(images.shape[-1], size[1]).to(images.device)
    return images.index_select(-2, rows).index_select(-1, columns)


def _mirrored(side: int, length: int) -> Tensor:
    """Return (length,) indices that go back and forth, the outermost ones once."""
    places = torch.arange(length) - (length - side) // 2
    period = max(1, 2 * (side - 1))
    places = places % period
    return torch.minimum(places, period - places) if side > 1 else torch.zeros_like(places)


def _source(trained: Pretrained, name: str) -> ImageSpec:
    """Return what the net of a name reads."""
    role = trained.composition.plan.roles.get(name)
    task = trained.composition.task
    return (role.source if role else None) or task.source or task.image


def _beyond(size: tuple[int, int], limit: int) -> str:
    return f"{size[0]}x{size[1]} is more than {limit:,} pixels"
