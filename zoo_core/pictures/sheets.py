"""From tensors to PNG files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.interfaces import as_bytes
from zoo_core.pictures.row_names import texts_of, with_row_names
from zoo_core.runs.atomic import whole_file

CANVAS = 256
"""Height and width of a scatter, in pixels."""

DOT = 2
"""Radius of a point in it, in pixels."""

OUT = "`path` names another place"
"""What a user can do where a picture cannot be written."""


def grid(
    images: Tensor, *, columns: int | None = None, gap: int = 2, scale: int = 1
) -> Image.Image:
    """Return a sheet of images (N, C, H, W) in [-1, 1], row by row; of points, a scatter.

    Args:
        images: 1, 3 or any other number of channels; the first is shown where it is not 1 or 3.
            Points are images of one pixel with two channels.
        columns: how many stand beside each other; a near-square sheet by default.
        gap: pixels between images.
        scale: side of the square that shows one pixel of an image.
    """
    if are_points(images):
        return scatter(images, scale=scale)
    shown = as_bytes(images if images.shape[1] in (1, 3) else images[:, :1]).cpu()
    shown = shown.expand(-1, 3, -1, -1).repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    if len(shown) == 1:
        return picture_of(shown[0])
    columns = columns or max(1, math.ceil(math.sqrt(len(shown))))
    return picture_of(_sheet(shown, min(columns, len(shown)), gap))


def _sheet(images: Tensor, columns: int, gap: int) -> Tensor:
    """Return images (N, C, H, W) uint8 beside each other on white, a gap around each."""
    count, channels, height, width = images.shape
    rows = math.ceil(count / columns)
    size = (rows * (height + gap) + gap, columns * (width + gap) + gap)
    sheet = images.new_full((channels, *size), 255)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = row * (height + gap) + gap, column * (width + gap) + gap
        sheet[:, top : top + height, left : left + width] = image
    return sheet


def are_points(images: Tensor) -> bool:
    """Say whether images are of the shape (N, 2, 1, 1): x and y, as `gaussians` has them."""
    return tuple(images.shape[1:]) == (2, 1, 1)


def scatter(points: Tensor, *, scale: int = 1) -> Image.Image:
    """Return points (N, 2, 1, 1) as dots on a white square, from -1 to 1 on both axes, y upwards.

    A point outside is drawn at the edge.

    Args:
        points: as `are_points` knows them.
        scale: of the square.
    """
    side, dot = CANVAS * scale, DOT * scale
    picture = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(picture)
    inside = points.detach().float().cpu().flatten(1).clamp(-1, 1)
    places = (inside * torch.tensor([1.0, -1.0]) + 1) / 2 * (side - 1)
    for x, y in places.round().int().tolist():
        draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill="navy")
    return picture


def save_grid(
    images: Tensor,
    path: Path,
    *,
    columns: int | None = None,
    gap: int = 2,
    scale: int = 1,
    rows: Sequence[str] = (),
    hint: str | None = OUT,
) -> None:
    """Write a sheet as PNG, whole or not at all.

    Args:
        images: as `grid` takes them, and so are the next three.
        path: the file.
        columns: how many images stand beside each other.
        gap: pixels between images.
        scale: side of the square that shows one pixel.
        rows: names of the rows, in turn; they stand at the right and in the text of the PNG.
        hint: as `save_picture` takes it.

    Raises:
        ZooError: it cannot be written.
    """
    sheet = grid(images, columns=columns, gap=gap, scale=scale)
    named = with_row_names(sheet, rows, images.shape[2] * scale + gap)
    save_picture(named, path, texts=texts_of(rows, sheet.width), hint=hint)


def save_each(
    images: Tensor,
    folder: Path,
    names: Sequence[str] | None = None,
    *,
    hint: str | None = OUT,
) -> list[Path]:
    """Write one PNG per image into a folder, as `grid` shows it; return their paths.

    Args:
        images: as `grid` takes them.
        folder: gets them.
        names: of the files below it; numbers by default.
        hint: as `save_picture` takes it.

    Raises:
        ZooError: the folder cannot be made or written.
    """
    width = max(5, len(str(len(images))))
    own = names or [f"{number:0{width}d}.png" for number in range(len(images))]
    paths = [folder / name for name in own]
    for image, path in zip(images, paths, strict=True):
        save_picture(_shown(image), path, hint=hint, sync=False)
    return paths


def save_picture(
    picture: Image.Image,
    path: Path,
    *,
    texts: PngInfo | None = None,
    hint: str | None = OUT,
    sync: bool = True,
) -> None:
    """Write a PNG, whole or not at all.

    Args:
        picture: of any mode that a PNG has.
        path: the file.
        texts: what the PNG says of itself.
        hint: what a user can do where it cannot be written; None for what one who trains can.
        sync: wait for the disk.

    Raises:
        ZooError: another ending than .png, or it cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise ZooError(
            f"pictures are written as PNG, not as {path.suffix or path.name!r}",
            hint=f"`path={str(path.with_suffix('.png'))!r}`, or a folder, ending in '/'",
        )
    with whole_file(path, hint=hint, sync=sync) as temporary:
        picture.save(temporary, format="PNG", optimize=True, pnginfo=texts)


def picture_of(image: Tensor) -> Image.Image:
    """Return an image (C, H, W) uint8 as a picture: in colour where it has three channels.

    Of any other number of channels the first is shown, in grey.
    """
    if image.shape[0] != 3:
        return Image.fromarray(image[0].cpu().numpy())
    return Image.fromarray(image.permute(1, 2, 0).cpu().contiguous().numpy())


def _shown(image: Tensor) -> Image.Image:
    return scatter(image[None]) if are_points(image[None]) else picture_of(as_bytes(image))
