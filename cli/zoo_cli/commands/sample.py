"""`zoo sample`: draw pictures from what was trained."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import found_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import ZooError
from zoo_core.errors import nearest

if TYPE_CHECKING:
    from torch import Tensor

    from zoo_core.weights.pretrained import Pretrained


MANY = 256
"""Pictures that take no time that would have to be explained."""


@click.command(
    "sample",
    cls=Command,
    examples=(
        "zoo sample runs/dcgan-wgan-gp-digits",
        "zoo sample runs/dcgan-wgan-gp-digits --count 16 --seed 3 --out sheet.png",
        "zoo sample runs/cgan-digits --label 7 --count 100 --out sevens/",
    ),
)
@click.argument("source", metavar="SRC")
@click.option("--count", type=int, default=64, show_default=True, help="How many pictures.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the latents.")
@click.option("--label", metavar="K", help="Number or name of a class.")
@click.option("--truncation", type=float, metavar="T", help="0 to 1: less variety, more typical.")
@device_option
@no_ema_option
@click.option("--columns", type=click.IntRange(min=1), help="Pictures beside each other.")
@click.option(
    "--out", default="samples.png", show_default=True, help="A PNG, or a folder/ for one PNG each."
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print the paths as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Draw pictures from SRC: a run, a checkpoint, weights, a pretrained name or a Hub id."""
    trained = _loaded(terminal, given)
    if given["count"] > MANY:
        terminal.remark(f"drawing {given['count']:,} pictures")
    images = trained.sample(
        given["count"],
        seed=given["seed"],
        labels=None if given["label"] is None else label_number(given["label"], trained.classes),
        truncation=given["truncation"],
    )
    paths = [str(path) for path in _written(images, given["out"], given["columns"])]
    if given["as_json"]:
        terminal.json({"files": paths, "count": given["count"], "seed": given["seed"]})
    elif len(paths) == 1 or terminal.quiet:
        terminal.result(*paths)
    else:
        terminal.result(f"{len(paths)} pictures in {given['out']}")


def label_number(text: str, classes: Sequence[str]) -> int:
    """Return the number of a class by its name or number; names come first.

    Raises:
        ZooError: neither.
    """
    if text in classes:
        return classes.index(text)
    if text.removeprefix("-").isdigit():
        return int(text)
    if not classes:
        return 0
    raise ZooError(
        f"no class named {text!r}", hint=f"{nearest(text, classes)}classes: {', '.join(classes)}"
    )


def _loaded(terminal: Terminal, given: Mapping[str, Any]) -> Pretrained:
    from zoo_core.weights.pretrained import load

    path, registry = found_source(terminal, given["source"], given["plugins"])
    return load(path, device=given["device"], average=not given["no_ema"], registry=registry)


def _written(images: Tensor, out: str, columns: int | None) -> list[Path]:
    from zoo_core.pictures.sheets import save_each, save_grid

    path = Path(out)
    if out.endswith(("/", os.sep)) or path.is_dir():
        return save_each(images, path)
    save_grid(images, path, columns=columns)
    return [path]
