"""`zoo matrix`: what composes with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.matrix.cells import AXES, matrix_of
from zoo_cli.matrix.table import show
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.training.options import Function, click_option, part_flag, with_options
from zoo_cli.training.request import named_parts
from zoo_core import Registry
from zoo_core.config.request import Layer, Parts
from zoo_core.registry.kinds import MEASURING, OPTIONAL, ROLES

_AXES = tuple(part_flag(ROLES[role]) for role in AXES)
_SAME = tuple(
    part_flag(kind) for role, kind in ROLES.items() if role not in {*AXES, "data"} | MEASURING
)
"""Flags of the parts that are the same in every cell."""


def _part_options(function: Function) -> Function:
    """Add the options that choose parts."""
    axes = [
        click.option(*flag.names, flag.parameter, multiple=True, metavar=flag.metavar, help=text)
        for flag in _AXES
        for role in flag.sets
        for text in [f"Only this {role}{', or none' if role in OPTIONAL else ''}; repeatable."]
    ]
    return with_options(function, [*axes, *map(click_option, _SAME)])


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
@_part_options
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
        asked={flag.sets[0]: given[flag.parameter] for flag in _AXES},
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
    layer = Layer("user", named_parts(given, _SAME))
    for role in layer.parts:
        for name in layer.names(role) or ():
            registry.find(ROLES[role].name, name)
    return layer.parts


def _options(given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
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
