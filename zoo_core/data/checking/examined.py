"""What one image file is, and what becomes of it when it is read."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import TiffImagePlugin

from zoo_core.data.tables.eight_bits import BITS_PER_SAMPLE, TURNS, orientation, to_eight_bits
from zoo_core.data.tables.profiles import ProfileState, profile_state
from zoo_core.data.tables.reading import MAX_PIXELS, Header, Unreadable, header_of, read_opened

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

TWELVE_BITS = 1 << 12
"""Cameras and scanners of 12 bits store up to this many values in 16."""

SRGB_GAMMA = 0.45455

_BITS_OF_MODE = {"1": 1, "I": 32, "F": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """An image file that can be read, pixels included.

    Args:
        header: its size as the camera meant it, and whether it is grey.
        format: as Pillow names it, such as JPEG.
        mode: of Pillow, such as RGB or P.
        bits: of one value in the file.
        frames: it has several, or several pages.
        turned: the camera's orientation changes it.
        transparent: some pixel is not opaque.
        colourless: a colour file whose pixels are all grey.
        profile: what becomes of its colour profile.
        nearly_black: more than 8 bits, of which only the values of 12 bits are used.
        gamma: of a PNG without a profile, where it is not that of sRGB; else 0.
        digest: of the pixels as a training reads them, before any scaling.
    """

    header: Header
    format: str
    mode: str
    bits: int
    frames: bool
    turned: bool
    transparent: bool
    colourless: bool
    profile: ProfileState
    nearly_black: bool
    gamma: float
    digest: bytes


def examine(path: Path, *, limit: int = MAX_PIXELS) -> Examined | Unreadable:
    """Decode an image file of not more than some pixels and say what it is."""
    return read_opened(path, lambda image: _examined(path, image), limit=limit)


def _examined(path: Path, image: Image.Image) -> Examined:
    # before the pixels are decoded, which changes what Pillow says of the file
    header, mode, bits = header_of(path, image), image.mode, _bits(image)
    turned = orientation(image) in TURNS
    pixels = to_eight_bits(image, 3)
    values = np.asarray(pixels)
    return Examined(
        header=header,
        format=image.format or "unknown",
        mode=mode,
        bits=bits,
        frames=_has_frames(image),
        turned=turned,
        transparent=_is_transparent(image),
        colourless=not header.grey and bool((values == values[..., :1]).all()),
        profile=profile_state(image),
        nearly_black=bits == 16 and _is_nearly_black(image),
        gamma=_gamma(image),
        digest=digest_of(pixels.tobytes(), (header.height, header.width)),
    )


def digest_of(pixels: bytes, shape: tuple[int, ...]) -> bytes:
    """Return what two images have in common only where all their pixels are equal."""
    return hashlib.blake2b(str(shape).encode() + pixels, digest_size=16).digest()


def _bits(image: Image.Image) -> int:
    """Return the bits of one value in the file; Pillow reads some of 16 as 8."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return int(max(image.tag_v2.get(BITS_PER_SAMPLE, (1,))))
    if image.mode.startswith("I;16"):
        return 16
    if image.format == "PNG" and image.mode != "P":
        found = re.search(r";(\d+)", str(_decoder(image)))
        if found is not None:
            return int(found[1])
    if image.format == "PPM" and image.mode == "I":
        return 16
    return _BITS_OF_MODE.get(image.mode, 8)


def _decoder(image: Image.Image) -> object:
    """Return the arguments of the decoder, such as "RGB;16B"."""
    tiles = getattr(image, "tile", None)
    return tiles[0][3] if tiles else ""


def _is_transparent(image: Image.Image) -> bool:
    if not image.has_transparency_data:
        return False
    return image.convert("RGBA").getchannel("A").getextrema()[0] != 255


def _is_nearly_black(image: Image.Image) -> bool:
    brightest = image.getextrema()[1] if image.mode.startswith("I") else None
    return isinstance(brightest, int | float) and 0 < brightest < TWELVE_BITS


def _gamma(image: Image.Image) -> float:
    found = image.info.get("gamma", 0.0)
    told = "srgb" in image.info or "icc_profile" in image.info
    unlike = isinstance(found, float) and abs(found - SRGB_GAMMA) > 0.02
    return found if found and unlike and not told else 0.0


def _has_frames(image: Image.Image) -> bool:
    # only the first is read, so damage in the others is no harm
    with contextlib.suppress(Exception):
        return bool(getattr(image, "is_animated", False))
    return True
