"""Reading one image file, or saying why it cannot be read."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Annotated, TypeVar

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.data.tables.eight_bits import GREY_MODES, RefusedError, to_eight_bits, turned_size
from zoo_core.data.tables.profiles import profile_state
from zoo_core.data.tables.sizes import cover_picture
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from zoo_core.spec import ImageSpec

Found = TypeVar("Found")

MAX_PIXELS = 89_478_485
"""More are refused as a decompression bomb unless allowed; where Pillow starts to warn."""

MaxPixels = Annotated[int, Between(1, 10_000_000_000)]
"""The option `max_pixels`."""

SHOWN = 3
"""Unreadable files that an error names before it counts the rest."""

_FAILURES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)

_LIMIT = Lock()


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of an image file say; sides in pixels, as the camera meant them.

    Args:
        path: the file.
        height: as the camera meant it, and so is the width.
        width: in pixels.
        grey: it has no colour.
        deep: grey of 16 bits.
        spoilt: it has a colour profile that cannot be used.
    """

    path: Path
    height: int
    width: int
    grey: bool
    deep: bool = False
    spoilt: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An image file that cannot be used, and why.

    Args:
        path: the file.
        reason: why.
        pixels: how many it has where these are too many, else 0.
    """

    path: Path
    reason: str
    pixels: int = field(default=0, compare=False)


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Silence the warnings of Pillow: what matters in them is an error here.

    Filters belong to the process, so enter it in the thread that starts the readers.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def read_header(path: Path, *, limit: int = MAX_PIXELS) -> Header | Unreadable:
    """Return the size and the kind of an image without decoding its pixels."""
    return read_opened(path, lambda image: header_of(path, image), limit=limit)


def header_of(path: Path, image: Image.Image) -> Header:
    """Return the size and the kind of an image that is open."""
    return Header(
        path,
        *turned_size(image),
        grey=image.mode in GREY_MODES,
        deep=image.mode.startswith("I"),
        spoilt=profile_state(image) == "unusable",
    )


def read_pixels(path: Path, image: ImageSpec, *, limit: int = MAX_PIXELS) -> Tensor | Unreadable:
    """Return an image as (C, H, W) uint8: see `read_image`."""
    size = (image.height, image.width)
    return read_picture(
        path,
        image.channels,
        lambda picture: pixels_of(cover_picture(picture, size)),
        limit=limit,
    )


def read_picture(
    path: Path,
    channels: int,
    use: Callable[[Image.Image], Found],
    *,
    limit: int = MAX_PIXELS,
) -> Found | Unreadable:
    """Return what comes of an image at its own size: upright, on white, in mode L or RGB."""
    return read_opened(path, lambda image: use(to_eight_bits(image, channels)), limit=limit)


def read_opened(
    path: Path, use: Callable[[Image.Image], Found], *, limit: int = MAX_PIXELS
) -> Found | Unreadable:
    """Return what comes of an image as Pillow opens it, or why it cannot be read.

    Args:
        path: the file.
        use: makes something of the image.
        limit: pixels beyond which it is not read.
    """
    try:
        with _opened(path, limit) as image:
            return use(image)
    except Image.DecompressionBombError as error:
        found = re.search(r"(\d+) pixels", str(error))
        reason = f"a decompression bomb: more than {limit:,} pixels"
        return Unreadable(path, reason, int(found[1]) if found else 0)
    except _FAILURES as error:
        return Unreadable(path, _reason(path, error))


def pixels_of(picture: Image.Image) -> Tensor:
    """Return a picture of mode L or RGB as (C, H, W) uint8."""
    values = torch.from_numpy(np.array(picture))
    return values.view(picture.height, picture.width, -1).permute(2, 0, 1)


def read_image(path: Path, image: ImageSpec) -> Tensor:
    """Return an image as (C, H, W) uint8: upright, on white, scaled and cropped to the size.

    Args:
        path: any format of Pillow; of an animation, the first frame.
        image: 1 or 3 channels and the size: the short side is scaled, then the centre is cropped.

    Raises:
        ZooError: the file cannot be read.
    """
    with quiet_pillow():
        found = read_pixels(path, image)
    if isinstance(found, Unreadable):
        raise unreadable_error([found], total=1)
    return found


def unreadable_error(found: Sequence[Unreadable], *, total: int) -> ZooError:
    """Return the error that names the first few files and counts all."""
    named = ", ".join(f"{str(one.path)!r} ({one.reason})" for one in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    count = "" if total == 1 else f"{len(found)} of {total} images cannot be read: "
    return ZooError(
        f"{count}{named}{more}" if count else f"an image cannot be read: {named}",
        hint=_way_out(found),
    )


def _way_out(found: Sequence[Unreadable]) -> str:
    damaged = "repair, replace or delete what is named here; nothing is left out silently"
    most = max(one.pixels for one in found)
    if not most:
        return damaged
    larger = f"`-o data.max_pixels={most}` reads what is so large, or make a smaller copy"
    return larger if all(one.pixels for one in found) else f"{larger}; {damaged}"


@contextmanager
def _opened(path: Path, limit: int) -> Iterator[Image.Image]:
    with _open(path, limit) as image:
        pixels = image.width * image.height
        if pixels > limit:
            raise Image.DecompressionBombError(f"{pixels} pixels")
        yield image


def _open(path: Path, limit: int) -> Image.Image:
    if limit <= MAX_PIXELS:
        return Image.open(path)
    # Pillow's own limit belongs to the process, so it is lifted for no longer than this
    with _LIMIT:
        kept, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(path)
        finally:
            Image.MAX_IMAGE_PIXELS = kept


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, UnidentifiedImageError):
        return "an empty file" if path.stat().st_size == 0 else "not an image that Pillow can read"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    text = " ".join(str(error).split())[:80]
    return "truncated" if "truncated" in text.lower() else f"damaged: {text}"
