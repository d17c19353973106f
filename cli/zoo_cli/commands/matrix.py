"""`zoo matrix`: what composes with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.matrix.cells import AXES, Parts, matrix_of
from zoo_cli.matrix.table import show
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import Registry

_FLAGS = {"generator": "gen", "critic": "disc", "loss": "loss", "condition": "condition"}


@click.command(
    "matrix",
    cls=Command,
    examples=(
        "zoo matrix",
        "zoo matrix --gen dcgan --size 28 --data mnist",
        "zoo matrix --loss wgan-gp --condition none --condition projection",
        "zoo matrix --gen pix2pix --game paired --data paired:facades/",
        "zoo matrix --gen dcgan --penalty gp -o critic.norm=batch --json",
    ),
)
@click.option("--gen", multiple=True, metavar="NAME", help="Only this generator; repeatable.")
@click.option("--disc", "--critic", "disc", multiple=True, metavar="NAME", help="Only this critic.")
@click.option("--loss", multiple=True, metavar="NAME", help="Only this loss.")
@click.option("--condition", multiple=True, metavar="NAME", help="Only this condition, or none.")
@click.option("--penalty", metavar="NAME[,NAME]", help="Penalties of every cell, or none.")
@click.option("--game", metavar="NAME", help="Game of every cell.")
@click.option(
    "--data", default="digits", show_default=True, metavar="NAME[:PATH]", help="Data set."
)
@click.option("--size", metavar="SIZE", help="Side in pixels, or height x width.")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="SECTION.NAME=VALUE",
    help="Any option of any part, for every cell.",
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Show which parts fit together, and why others do not.

    Every generator is composed with every critic, loss and condition, as `zoo train` would, and
    none is trained. Generators that read images are tried in the game cycle, with the data set on
    both sides, unless --game or data with two sides is given.
    """
    options = _options(given)
    registry = installed_registry(terminal, given["plugins"])
    matrix = matrix_of(
        registry,
        asked={role: given[_FLAGS[role]] for role in AXES},
        data=given["data"],
        parts=_parts(registry, given),
        options=options,
    )
    found = [matrix.cell(parts) for parts in terminal.tracked(matrix.wanted())]
    if given["as_json"]:
        terminal.json([cell.as_json() for cell in found])
    else:
        show(terminal, matrix, found)


def _parts(registry: Registry, given: Mapping[str, Any]) -> Parts:
    """Return the parts that are the same in every cell; their names are looked up."""
    from zoo_core.composition import split_names

    parts: dict[str, str | tuple[str, ...]] = {}
    if given["game"] is not None:
        parts["game"] = given["game"]
    if given["penalty"] is not None:
        parts["penalty"] = split_names(given["penalty"])
    for role in parts:
        names = split_names(given[role])
        for name in names:
            if name != "none":
                registry.find(role, name)
    return parts


def _options(given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return section to values, from `--size` and from `-o`.

    Raises:
        UsageError: both set the size.
    """
    from zoo_core.composition import parse_options

    found = parse_options(given["options"])
    if given["size"] is not None:
        if "size" in found.get("run", {}):
            raise click.UsageError("--size and -o run.size both set run.size")
        found.setdefault("run", {})["size"] = given["size"]
    return found
