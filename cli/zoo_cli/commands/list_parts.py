"""`zoo list`: all parts of all plugins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import click
from rich.text import Text

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.kinds import kind_named
from zoo_cli.parts import told_text
from zoo_cli.recipes import time_text, trains_text
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_core import Registry
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.lookup import Registered
from zoo_core.registry.recipe import recipe_of
from zoo_core.weights.shipped import Told, told_of


@click.command(
    "list",
    cls=Command,
    examples=(
        "zoo list",
        "zoo list loss",
        "zoo list weights",
        "zoo list generator --json",
    ),
)
@click.argument("kind", required=False)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(
    terminal: Terminal, *, kind: str | None, plugins: tuple[str, ...], as_json: bool
) -> None:
    """List all parts of all plugins, or those of one KIND."""
    wanted = kind_named(kind)
    registry = installed_registry(terminal, plugins)
    for plugin in registry.plugins:
        if plugin.slow:
            terminal.warn(f"{plugin.slow}; `zoo doctor` times all")
    items = registry.entries(wanted)
    if as_json:
        terminal.json(_described(registry, items))
    else:
        _show(terminal, registry, items, wanted)
    if not registry.entries("generator"):
        terminal.remark("")
        terminal.remark(_advice())


def _described(registry: Registry, items: Sequence[Registered]) -> list[dict[str, Any]]:
    versions = {plugin.source.distribution: plugin.source.version for plugin in registry.plugins}
    return [
        {
            "kind": item.entry.kind,
            "name": item.entry.name,
            "qualified": item.qualified,
            "summary": item.entry.summary,
            "paper": item.entry.paper,
            "aliases": list(item.entry.aliases),
            "tags": list(item.entry.tags),
            "distribution": item.source,
            "version": versions.get(item.source, ""),
            **_more(registry, item),
        }
        for item in items
    ]


def _recipe(registry: Registry, item: Registered) -> tuple[str, float] | None:
    """Return what a recipe trains and in how many minutes; nothing for others and broken ones."""
    if item.entry.kind == "recipe":
        with registry.isolated(item.source, f"recipe {item.entry.name!r}"):
            recipe = recipe_of(item.entry, item.source)
            return trains_text(recipe), recipe.minutes
    return None


def _weights(registry: Registry, item: Registered) -> Told | None:
    """Return what is told of pretrained weights; nothing for other parts and broken ones."""
    if item.entry.kind == "weights":
        with registry.isolated(item.source, f"weights {item.entry.name!r}"):
            return told_of(item)
    return None


def _more(registry: Registry, item: Registered) -> dict[str, Any]:
    """Return what JSON says of recipes and weights beside what it says of any part."""
    recipe, told = _recipe(registry, item), _weights(registry, item)
    trained = dict(zip(("trains", "minutes"), recipe, strict=True)) if recipe else {}
    return {**trained, **(asdict(told) if told else {})}


def _show(
    terminal: Terminal, registry: Registry, items: Sequence[Registered], kind: str | None
) -> None:
    if not items:
        terminal.remark(f"no part of the kind {kind!r} is installed")
    width = max((len(item.entry.name) for item in items), default=0)
    for found, group in groupby(items, key=lambda item: item.entry.kind):
        terminal.heading(found)
        _table(terminal, registry, list(group), width)


def _table(terminal: Terminal, registry: Registry, items: Sequence[Registered], width: int) -> None:
    table = columns("", "", "", "", fixed=(0, 2, 3)) if terminal.is_wide else columns("", "")
    table.columns[0].min_width = width
    table.columns[0].no_wrap = True
    for item in items:
        entry, summary = item.entry, _summary(registry, item)
        if terminal.is_wide:
            dim = (Text(entry.paper, style="dim"), Text(item.source, style="dim"))
            table.add_row(entry.name, Text(summary), *dim)
        else:
            origin = "  ".join(part for part in (entry.paper, item.source) if part)
            table.add_row(entry.name, Text.assemble(summary, "\n", (origin, "dim")))
    terminal.show(table)


def _summary(registry: Registry, item: Registered) -> str:
    recipe, told = _recipe(registry, item), _weights(registry, item)
    facts = [recipe[0], time_text(recipe[1])] if recipe else []
    line = ", ".join(filter(None, [*facts, *(told_text(told) if told else ())]))
    return f"{item.entry.summary}\n{line}" if line else item.entry.summary


def _advice() -> str:
    single = ", ".join(name for name, kinds in FIRST_PARTY.items() if "generator" in kinds)
    return f"No generator is installed: `pip install gan-zoo[all]` brings all, or one of {single}."
