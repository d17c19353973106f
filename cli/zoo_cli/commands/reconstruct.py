"""`zoo reconstruct`: images, and what an encoder and its generator make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import loaded_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import ZooError
from zoo_core.errors import nearest

if TYPE_CHECKING:
    from torch import Tensor

    from zoo_core.spec import ImageSpec

COLUMNS = 8
READABLE = (1, 3)
"""Channels that image files can be read with."""


@click.command(
    "reconstruct",
    cls=Command,
    examples=(
        "zoo reconstruct runs/dcgan-vae-digits photos/ --out again.png",
        "zoo reconstruct runs/dcgan-vae-digits a.png b.png --out again.png --scale 4",
    ),
)
@click.argument("source", metavar="SRC")
@click.argument("images", metavar="IMAGES...", nargs=-1, required=True)
@click.option("--out", required=True, metavar="FILE", help="A PNG: images over what is made.")
@click.option("--scale", type=click.IntRange(1, 64), default=1, help="Side of a pixel on it.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what nets draw.")
@device_option
@no_ema_option
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print the error of each image as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Encode IMAGES, files and folders, and make them again with SRC, a run, weights or a Hub id.

    Each is scaled and cropped to the size that SRC was trained on.
    """
    from zoo_core.interfaces import as_floats, in_rows
    from zoo_core.pictures.sheets import save_grid

    trained = loaded_source(terminal, given)
    trained.check_encoder()
    paths = _paths(given["images"])
    images = as_floats(_read(paths, trained.composition.task.image))
    made = trained.reconstruct(images, seed=given["seed"])
    columns = min(COLUMNS, len(images))
    # where there are fewer than a row, none is filled up
    room = 2 * COLUMNS * len(images) if columns == COLUMNS else 2 * columns
    save_grid(
        in_rows([images, made], room),
        Path(given["out"]),
        columns=columns,
        scale=given["scale"],
        rows=("images", "made again"),
    )
    _say(terminal, given, paths, (made - images).square().flatten(1).mean(1))


def _paths(given: Sequence[str]) -> list[Path]:
    """Return the files that are named, and those in folders.

    Raises:
        ZooError: there is no such file or folder.
    """
    from zoo_core.data.folders.listing import list_images

    found: list[Path] = []
    for name in given:
        path = Path(name).expanduser()
        if path.is_dir():
            found += [path / image for image in list_images(str(path)).images]
        elif path.exists():
            found.append(path)
        else:
            near = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
            raise ZooError(
                f"there is no image or folder {str(path)!r}",
                hint=f"{nearest(path.name, near)}a path is relative to where the command runs",
            )
    return found


def _read(paths: Sequence[Path], image: ImageSpec) -> Tensor:
    """Return images (N, C, H, W) uint8.

    Raises:
        ZooError: files that cannot be read, or channels that files do not have.
    """
    import torch

    from zoo_core.data import Unreadable
    from zoo_core.data.tables.reading import quiet_pillow, read_pixels, unreadable_error

    if image.channels not in READABLE:
        raise ZooError(
            f"this encoder reads images of {image.channels} channels",
            hint="image files have 1 or 3; `load(SRC).reconstruct(images)` takes any",
        )
    with quiet_pillow():
        read = [read_pixels(path, image) for path in paths]
    broken = [one for one in read if isinstance(one, Unreadable)]
    if broken:
        raise unreadable_error(broken, total=len(read))
    return torch.stack([one for one in read if not isinstance(one, Unreadable)])


def _say(
    terminal: Terminal, given: Mapping[str, Any], paths: Sequence[Path], errors: Tensor
) -> None:
    if given["as_json"]:
        each = zip(map(str, paths), errors.tolist(), strict=True)
        rows = [{"image": path, "error": error} for path, error in each]
        terminal.json({"file": given["out"], "images": rows})
        return
    terminal.remark(f"mean squared error {float(errors.mean()):.4g}, values from -1 to 1")
    terminal.result(given["out"])
