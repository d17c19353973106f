"""`zoo matrix`: what composes with what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from zoo_cli.cells import Axes, Cell, cells
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_core import Registry

if TYPE_CHECKING:
    from zoo_core.registry import Registered

_GAP = 2
_FITS = "yes"


@click.command("matrix")
@click.option("--gen", multiple=True, metavar="NAME", help="Only this generator; repeatable.")
@click.option("--disc", "--critic", "disc", multiple=True, metavar="NAME", help="Only this critic.")
@click.option("--loss", multiple=True, metavar="NAME", help="Only this loss.")
@click.option("--condition", multiple=True, metavar="NAME", help="With this condition, or none.")
@click.option("--data", default="digits", show_default=True, metavar="NAME", help="Data set.")
@click.option("--size", metavar="SIZE", help="Side in pixels, or height x width.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE", help="Also this plugin file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, **given: Any) -> None:
    """Show which generators, critics and losses fit, and why others do not.

    \b
    Examples:
      zoo matrix
      zoo matrix --size 28 --data mnist
      zoo matrix --gen dcgan --loss wgan-gp --json
    """
    registry = installed_registry(terminal, given["plugins"])
    axes = Axes(
        generators=_chosen(registry, "generator", given["gen"]),
        critics=_chosen(registry, "discriminator", given["disc"]),
        losses=_chosen(registry, "loss", given["loss"]),
        conditions=given["condition"] or _conditions(registry),
        data=given["data"],
        size=given["size"],
    )
    found = [cell for cell in terminal.tracked(cells(registry, axes), axes.count)]
    if as_json := given["as_json"]:
        terminal.json([asdict(cell) for cell in found])
    if not as_json:
        _show(terminal, found)


def _chosen(registry: Registry, kind: str, names: Sequence[str]) -> tuple[str, ...]:
    if names:
        return tuple(_spelling(registry, kind, registry.find(kind, name)) for name in names)
    return tuple(_spelling(registry, kind, item) for item in registry.entries(kind))


def _spelling(registry: Registry, kind: str, item: Registered) -> str:
    """Return the bare name, or the qualified one where two plugins have the name."""
    same = [one for one in registry.entries(kind) if one.entry.name == item.entry.name]
    return item.entry.name if len(same) == 1 else item.qualified
