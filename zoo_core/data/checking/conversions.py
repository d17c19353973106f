"""What is changed when image files become 8 bits of grey or colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo_core.data.tables.eight_bits import GREY_MODES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zoo_core.data.checking.examined import Examined


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Images of one kind, and what becomes of them.

    Args:
        kind: what they are.
        count: how many.
        becomes: what a training reads.
        example: path of the first one, below the folder.
    """

    kind: str
    count: int
    becomes: str
    example: str


_RULES: tuple[tuple[str, str, Callable[[Examined], bool]], ...] = (
    ("several frames or pages", "the first is taken", lambda one: one.frames),
    ("turned by the camera (EXIF)", "turned upright", lambda one: one.turned),
    ("transparent", "laid on white", lambda one: one.transparent),
    ("palette", "the colours of the palette", lambda one: one.mode in ("P", "PA")),
    (
        "CMYK",
        "converted to RGB, without a profile",
        lambda one: one.mode == "CMYK" and one.profile in ("none", "unusable"),
    ),
    ("a colour profile (ICC)", "converted to sRGB", lambda one: one.profile == "converted"),
    (
        "a colour profile that is damaged or of another kind of image",
        "without the profile, as if it were sRGB",
        lambda one: one.profile == "unusable",
    ),
    (
        "a gamma that is not that of sRGB (PNG)",
        "the values as they are; browsers show other ones",
        lambda one: bool(one.gamma),
    ),
    ("more than 8 bits", "scaled to 8 bits", lambda one: one.bits > 8),
    (
        "16 bits, of which at most 12 are used",
        "nearly black, as most programs show it; scale the values up where that is wrong",
        lambda one: one.nearly_black,
    ),
    ("black and white", "0 and 255", lambda one: one.mode == "1"),
)

_GREY = ("grey among colour", "the same value in all three channels")
_COLOUR = ("colour, and one channel is asked for", "its luminance")


def conversions_of(found: Mapping[str, Examined], *, channels: int) -> tuple[Conversion, ...]:
    """Return what is changed in some images.

    Args:
        found: path to what the image is.
        channels: of a training.
    """
    rules = [*_RULES, _towards(channels)]
    return tuple(
        Conversion(kind=kind, count=len(names), becomes=becomes, example=names[0])
        for kind, becomes, matches in rules
        if (names := [name for name, one in found.items() if matches(one)])
    )


def _towards(channels: int) -> tuple[str, str, Callable[[Examined], bool]]:
    if channels == 1:
        return *_COLOUR, lambda one: one.mode not in GREY_MODES
    return *_GREY, lambda one: one.mode in GREY_MODES
