"""Any picture that Pillow opens as 8 bits of grey or colour."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
from PIL import ExifTags, Image

GREY_MODES = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "I;16N"})
"""Pillow's modes without colour; a palette counts as colour."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""The camera's orientation (EXIF) to what turns the image upright."""


class RefusedError(ValueError):
    """An image that Pillow reads but whose values have no sure meaning as 8 bits."""


def turned_size(image: Image.Image) -> tuple[int, int]:
    """Return (height, width) as the camera meant them (EXIF orientation)."""
    # Pillow turns TIFF files by itself and gives their turned size
    if image.format != "TIFF" and orientation(image) >= 5:
        return image.width, image.height
    return image.height, image.width


def to_eight_bits(image: Image.Image, channels: int) -> Image.Image:
    """Return the image in mode L or RGB: upright, transparency on white, 16 bits scaled to 8.

    Raises:
        RefusedError: floating point pixels, or 32-bit integers beyond 16 bits.
    """
    # before the orientation: what goes wrong with the pixels must not be taken for damaged EXIF
    image.load()
    method = TURNS.get(orientation(image))
    if image.mode == "F":
        raise RefusedError("floating point pixels have no known range; save it with 8 or 16 bits")
    if image.mode in GREY_MODES and image.mode.startswith("I"):
        image = _from_sixteen_bits(image)
    elif image.has_transparency_data:
        image = _on_white(image)
    image = image.convert("L" if channels == 1 else "RGB")
    return image if method is None else image.transpose(method)


def orientation(image: Image.Image) -> int:
    """Return how the camera was held (EXIF), 1 for upright and where nothing is said."""
    # a damaged EXIF block says nothing about the pixels, so it only costs the orientation
    with contextlib.suppress(
        SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error
    ):
        # the method of the base class: that of PNG decodes all pixels, and hides their errors
        return int(Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1))
    return 1


def _on_white(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGBA", image.size, "white")
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise RefusedError("32-bit pixels beyond 65535 have no known range; save it with 16 bits")
    # 65535 = 255 * 257, so this rounds to nearest
    scaled = ((values + 128) // 257).astype(np.uint8)
    key = image.info.get("transparency")
    if isinstance(key, int):
        scaled[values == key] = 255
    return Image.fromarray(scaled)
