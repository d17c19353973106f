"""`zoo sample`: draw pictures from what was trained."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.drawing import counted
from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import loaded_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.wording import plural
from zoo_core import ZooError
from zoo_core.errors import nearest

if TYPE_CHECKING:
    from torch import Tensor

    from zoo_core.weights.pretrained import Pretrained


MOST_COLUMNS = 16
"""Classes that have a column each, where nobody says how many columns there are."""

QUICK_SHEET = 256
"""Pictures that are drawn before anybody asks how far they are."""


@click.command(
    "sample",
    cls=Command,
    examples=(
        "zoo sample runs/dcgan-wgan-gp-digits",
        "zoo sample runs/dcgan-wgan-gp-digits --count 16 --seed 3 --out sheet.png",
        "zoo sample runs/cgan-digits --label 7 --count 100 --out sevens/",
        "zoo sample cdcgan.mnist-28 --count 20000 --by-label --out mnist/",
    ),
)
@click.argument("source", metavar="SRC")
@click.option("--count", type=int, default=64, show_default=True, help="How many pictures.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the latents.")
@click.option("--label", metavar="K", help="Number or name of a class.")
@click.option("--truncation", type=float, metavar="T", help="0 to 1: less variety, more typical.")
@device_option
@no_ema_option
@click.option(
    "--columns",
    type=click.IntRange(min=1),
    help="Pictures beside each other; one for each class by default, where there are classes.",
)
@click.option("--scale", type=click.IntRange(1, 64), help="Side of a pixel on the sheet.")
@click.option("--padding", type=click.IntRange(0, 256), help="Pixels between pictures; 2.")
@click.option(
    "--out", default="samples.png", show_default=True, help="A PNG, or a folder/ for one PNG each."
)
@click.option("--by-label", is_flag=True, help="In the folder, one for each class.")
@click.option("--overwrite", is_flag=True, help="Also into a folder that holds something.")
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print the paths as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Draw pictures from SRC: a run, a checkpoint, weights, a pretrained name or a Hub id.

    A folder gets a PNG for each as soon as it is drawn, and `manifest.json` at the end.
    """
    out = given["out"]
    into_folder = out.endswith(("/", os.sep)) or Path(out).is_dir()
    (_check_folder if into_folder else _check_sheet)(given)
    trained = loaded_source(terminal, given)
    if not into_folder:
        _say(terminal, given, [str(_sheet(terminal, trained, given))])
        return
    paths: list[str] = []
    with counted(terminal, given["count"]) as told:
        _fill(trained, given, (told, paths.extend) if given["as_json"] else (told,))
    _say(terminal, given, paths)


def label_number(text: str, classes: Sequence[str]) -> int:
    """Return the number of a class by its name or number; names come first.

    Raises:
        ZooError: neither, or a number where the classes are named by numbers, and this is no name.
    """
    if text in classes:
        return classes.index(text)
    number = int(text) if text.removeprefix("-").isdecimal() else None
    named = any(name.isdecimal() for name in classes)
    if number is not None and not (named and 0 <= number < len(classes)):
        return number
    if not classes:
        return 0
    numbered = ", and the classes are numbers themselves" if number is not None else ""
    raise ZooError(
        f"no class named {text!r}{numbered}",
        hint=f"{nearest(text, classes)}classes: {', '.join(classes)}",
    )


def _label(trained: Pretrained, given: Mapping[str, Any]) -> int | None:
    return None if given["label"] is None else label_number(given["label"], trained.classes)


def _check_folder(given: Mapping[str, Any]) -> None:
    from zoo_core.weights.picture_folder import check_folder

    for name in ("columns", "scale", "padding"):
        if given[name] is not None:
            raise ZooError(
                f"`--{name}` is for a sheet, and {given['out']!r} is a folder",
                hint="`--out sheet.png` writes a sheet",
            )
    check_folder(
        Path(given["out"]),
        over=given["overwrite"],
        hint="`--out` names another folder; `--overwrite` writes into this one",
    )


def _check_sheet(given: Mapping[str, Any]) -> None:
    for name in ("by_label", "overwrite"):
        if given[name]:
            raise ZooError(
                f"`--{name.replace('_', '-')}` is for a folder, and {given['out']!r} is a file",
                hint=f"`--out {shlex.quote(str(Path(given['out']).with_suffix('')) + '/')}`",
            )


def _sheet(terminal: Terminal, trained: Pretrained, given: Mapping[str, Any]) -> Path:
    """Write one picture of all."""
    from zoo_core.pictures.sheets import save_grid

    label, classes = _label(trained, given), len(trained.classes)
    turns = label is None and 2 <= classes <= MOST_COLUMNS
    chunks = trained.stream(
        given["count"], seed=given["seed"], labels=label, truncation=given["truncation"]
    )
    save_grid(
        _gathered(terminal, chunks, given["count"]),
        Path(given["out"]),
        columns=given["columns"] or (classes if turns else None),
        gap=2 if given["padding"] is None else given["padding"],
        scale=given["scale"] or 1,
    )
    return Path(given["out"])


def _gathered(terminal: Terminal, chunks: Iterable[Tensor], count: int) -> Tensor:
    """Return all pictures; tell of those of a large sheet how far they are."""
    import torch

    if count <= QUICK_SHEET:
        return torch.cat(list(chunks))
    pieces: list[Tensor] = []
    with counted(terminal, count) as told:
        for images in chunks:
            pieces.append(images)
            told(images)
    return torch.cat(pieces)


def _fill(
    trained: Pretrained,
    given: Mapping[str, Any],
    listeners: Sequence[Callable[[Sequence[str]], None]],
) -> None:
    """Write a picture each into a folder."""
    from zoo_core.weights.picture_folder import Drawing, draw_folder

    def told(paths: Sequence[Path]) -> None:
        for listener in listeners:
            listener([str(path) for path in paths])

    drawing = Drawing(
        count=given["count"],
        seed=given["seed"],
        label=_label(trained, given),
        truncation=given["truncation"],
        by_label=given["by_label"],
    )
    draw_folder(trained, given["out"], drawing, over=given["overwrite"], told=told)


def _say(terminal: Terminal, given: Mapping[str, Any], paths: Sequence[str]) -> None:
    if given["as_json"]:
        terminal.json({"files": list(paths), "count": given["count"], "seed": given["seed"]})
    elif paths:
        terminal.result(*paths)
    else:
        terminal.result(f"{plural(given['count'], 'picture')} in {given['out']}")
