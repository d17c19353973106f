"""Colours as their profile (ICC) means them, in sRGB."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageCms

ProfileState = Literal["none", "srgb", "converted", "unusable"]
"""What becomes of a profile; one of sRGB changes nothing."""

SAME = 2
"""Levels up to which colours are taken for equal: profiles of sRGB differ in rounding."""

_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}
_FAILURES = (
    ImageCms.PyCMSError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    ImportError,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Conversion:
    """How the colours of a profile become sRGB.

    Args:
        state: what becomes of them.
        mode: of Pillow, that the transform takes.
        transform: None where nothing is to be done.
    """

    state: ProfileState
    mode: str = ""
    transform: ImageCms.ImageCmsTransform | None = None


def profile_state(image: Image.Image) -> ProfileState:
    """Return what becomes of the profile of an image."""
    return _conversion(_profile(image), plain_mode(image)).state


def plain_mode(image: Image.Image) -> str:
    """Return the mode that an image has without palette, transparency and more than 8 bits."""
    if image.mode in ("CMYK", "LAB"):
        return image.mode
    return "L" if image.mode[:1] in ("1", "L", "I", "F") else "RGB"


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a picture of mode L, RGB, CMYK or LAB in sRGB; one without a profile is taken for it.

    Args:
        picture: 8 bits, without transparency.
        profile: that of its file.
    """
    conversion = _conversion(profile, picture.mode)
    if conversion.transform is None:
        return picture
    made = ImageCms.applyTransform(picture.convert(conversion.mode), conversion.transform)
    if made is None:
        raise ValueError("the colour profile cannot be applied")
    return made.convert("L") if picture.mode == "L" else made


def _profile(image: Image.Image) -> bytes | None:
    found = image.info.get("icc_profile")
    return found if isinstance(found, bytes) else None


@lru_cache(maxsize=32)
def _conversion(profile: bytes | None, mode: str) -> _Conversion:
    if not profile:
        return _from_lab() if mode == "LAB" else _Conversion("none")
    try:
        return _from_profile(ImageCms.ImageCmsProfile(io.BytesIO(profile)), mode)
    except _FAILURES:
        plain = _from_lab() if mode == "LAB" else _Conversion("none")
        return replace(plain, state="unusable")


def _from_lab() -> _Conversion:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return _Conversion("converted", "LAB", _transform(profile, "LAB"))


def _from_profile(profile: ImageCms.ImageCmsProfile, mode: str) -> _Conversion:
    takes = _SPACES.get(profile.profile.xcolor_space.strip(), "")
    # a grey image may have the profile of the colour image that it was made of
    if takes != mode and (takes, mode) != ("RGB", "L"):
        raise ValueError("a profile of another kind of image")
    transform = _transform(profile, takes)
    if takes in ("L", "RGB") and _changes_nothing(transform, takes):
        return _Conversion("srgb")
    return _Conversion("converted", takes, transform)


def _transform(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    if mode == "L":
        sample = Image.fromarray(levels[None])
    else:
        grid = np.stack(np.meshgrid(levels, levels, levels), axis=-1)
        sample = Image.fromarray(grid.reshape(len(levels), -1, 3))
    made = ImageCms.applyTransform(sample, transform)
    if made is None:
        return False
    before, after = (np.asarray(one.convert("RGB")).astype(int) for one in (sample, made))
    return bool(np.abs(before - after).max() <= SAME)
