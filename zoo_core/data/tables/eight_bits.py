"""Any picture that Pillow opens as 8 bits of grey or colour."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
from PIL import ExifTags, Image, TiffImagePlugin

from zoo_core.data.tables.profiles import in_srgb, plain_mode

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

BITS_PER_SAMPLE, PHOTOMETRIC, SAMPLE_FORMAT = 258, 262, 339
"""Tags of TIFF files."""

WHITE_IS_ZERO = 0
SIGNED = 2


class RefusedError(ValueError):
    """An image that Pillow reads but whose values have no sure meaning as 8 bits."""


def turned_size(image: Image.Image) -> tuple[int, int]:
    """Return (height, width) as the camera meant them (EXIF orientation)."""
    # Pillow turns TIFF files by itself and gives their turned size
    if image.format != "TIFF" and orientation(image) >= 5:
        return image.width, image.height
    return image.height, image.width


def to_eight_bits(image: Image.Image, channels: int) -> Image.Image:
    """Return the image in mode L or RGB as it is seen: upright, in sRGB, transparency on white.

    More than 8 bits are scaled to 8.

    Raises:
        RefusedError: pixels whose range is unknown: floating point, signed, or beyond 16 bits.
    """
    # before the orientation: what goes wrong with the pixels must not be taken for damaged EXIF
    image.load()
    method = TURNS.get(orientation(image))
    profile = image.info.get("icc_profile")
    if image.mode == "F":
        raise RefusedError("floating point pixels have no known range; save it with 8 or 16 bits")
    if image.mode in GREY_MODES and image.mode.startswith("I"):
        image = in_srgb(_from_sixteen_bits(image), profile)
    elif image.has_transparency_data:
        image = _on_white(image, profile)
    else:
        image = in_srgb(image.convert(plain_mode(image)), profile)
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


def _on_white(image: Image.Image, profile: bytes | None) -> Image.Image:
    clear = image.convert("RGBA")
    colours = in_srgb(clear.convert(plain_mode(image)), profile).convert("RGBA")
    colours.putalpha(clear.getchannel("A"))
    canvas = Image.new("RGBA", image.size, "white")
    canvas.alpha_composite(colours)
    return canvas


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    if _tag(image, SAMPLE_FORMAT, 1) == SIGNED and _tag(image, BITS_PER_SAMPLE, 1) == 16:
        raise RefusedError("signed 16-bit pixels have no known range; save it as unsigned")
    if values.min() < 0 or values.max() > 65535:
        raise RefusedError("32-bit pixels beyond 65535 have no known range; save it with 16 bits")
    # of 12 bits in a TIFF, Pillow gives the values as they are
    top = (1 << min(_tag(image, BITS_PER_SAMPLE, 16), 16)) - 1
    if _tag(image, PHOTOMETRIC, 1) == WHITE_IS_ZERO:
        values = top - values
    # to nearest
    scaled = ((values * 510 + top) // (2 * top)).astype(np.uint8)
    key = image.info.get("transparency")
    if isinstance(key, int):
        scaled[values == key] = 255
    return Image.fromarray(scaled)


def _tag(image: Image.Image, number: int, default: int) -> int:
    """Return the first value of a tag of a TIFF file, a default for other files."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return default
    found = image.tag_v2.get(number, default)
    return int(found[0] if isinstance(found, tuple) else found)
