"""From tensors to PNG files."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torchvision.utils import make_grid

from zoo_core.checkpoint import write_error
from zoo_core.errors import ZooError


def as_bytes(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) in [-1, 1] as uint8 of the same shape."""
    return images.detach().float().cpu().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)


def grid(images: Tensor, *, columns: int | None = None, gap: int = 2) -> Image.Image:
    """Return a sheet of images (N, C, H, W) in [-1, 1], row by row.

    Args:
        images: 1, 3 or any other number of channels; the first is shown where it is not 1 or 3.
        columns: how many stand beside each other; a near-square sheet by default.
        gap: pixels between images.
    """
    columns = columns or max(1, math.ceil(math.sqrt(len(images))))
    shown = images if images.shape[1] in (1, 3) else images[:, :1]
    sheet = make_grid(as_bytes(shown), nrow=columns, padding=gap, pad_value=255)
    return _picture(sheet)


def save_grid(images: Tensor, path: Path, *, columns: int | None = None) -> None:
    """Write a sheet as PNG, whole or not at all.

    Raises:
        ZooError: it cannot be written.
    """
    save_picture(grid(images, columns=columns), path)


def save_each(images: Tensor, folder: Path) -> list[Path]:
    """Write one PNG per image into a folder; return their paths.

    Raises:
        ZooError: the folder cannot be made or written.
    """
    shown = as_bytes(images if images.shape[1] in (1, 3) else images[:, :1])
    width = max(5, len(str(len(shown))))
    paths = [folder / f"{number:0{width}d}.png" for number in range(len(shown))]
    for image, path in zip(shown, paths, strict=True):
        save_picture(_picture(image), path)
    return paths


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write a PNG to a temporary file and rename it.

    Raises:
        ZooError: another ending than .png, or it cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise ZooError(
            f"pictures are written as PNG, not as {path.suffix or path.name!r}",
            hint=f"`--out {path.with_suffix('.png')}`, or a folder, ending in '/'",
        )
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(temporary, format="PNG", optimize=True)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise write_error(path, error) from error


def _picture(image: Tensor) -> Image.Image:
    if image.shape[0] == 1:
        return Image.fromarray(image[0].numpy())
    return Image.fromarray(image.permute(1, 2, 0).contiguous().numpy())
