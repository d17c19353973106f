"""`zoo info`: all about one part."""

from __future__ import annotations

from collections.abc import Iterable

import click
from rich.text import Text

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.kinds import kind_named
from zoo_cli.parts import Described, describe
from zoo_cli.recipes import RecipeFacts, time_text
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import plain
from zoo_core import KINDS, Registry, ZooError
from zoo_core.config.options import REQUIRED, Option
from zoo_core.config.request import Options
from zoo_core.errors import nearest
from zoo_core.registry.first_party import install_line
from zoo_core.registry.lookup import Registered
from zoo_core.weights.shipped import Told

_LABELS = 14
"""Columns for the name of a fact."""


@click.command(
    "info",
    cls=Command,
    examples=(
        "zoo info wgan-gp",
        "zoo info dcgan --kind generator",
        "zoo info dcgan.digits-32",
        "zoo info zoo-plugin-dcgan/dcgan --json",
    ),
)
@click.argument("name")
@click.option("--kind", metavar="K", help="Only this kind, such as loss; `zoo list` shows them.")
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(
    terminal: Terminal, *, name: str, kind: str | None, plugins: tuple[str, ...], as_json: bool
) -> None:
    """Show all about a part: options, shapes, paper, parameters."""
    registry = installed_registry(terminal, plugins)
    found = [describe(registry, item) for item in _matching(registry, name, kind_named(kind))]
    if as_json:
        terminal.json([one.as_json() for one in found])
        return
    for number, one in enumerate(found):
        if number:
            terminal.result("")
        _show(terminal, one)


def _matching(registry: Registry, name: str, kind: str | None) -> tuple[Registered, ...]:
    if kind is not None:
        return (registry.find(kind, name),)
    found = tuple(
        item
        for item in registry.entries()
        if name in (item.qualified, item.entry.name, *item.entry.aliases)
    )
    if not found:
        raise _unknown(registry, name)
    return found


def _unknown(registry: Registry, name: str) -> ZooError:
    line = next(filter(None, (install_line(kind, name) for kind in KINDS)), "")
    if line and line.split()[-1] not in {p.source.distribution for p in registry.plugins}:
        hint = f"it is in a plugin that is not installed: `{line}`"
    else:
        known = [item.entry.name for item in registry.entries()]
        hint = f"{nearest(name, known)}`zoo list` shows all parts"
    return ZooError(f"no part named {name!r}", hint=hint)


def _show(terminal: Terminal, one: Described) -> None:
    entry, told = one.item.entry, one.weights or Told()
    terminal.title(f"{entry.kind} {entry.name}")
    terminal.show(entry.summary)
    terminal.result("")
    facts: dict[str, str | Text] = {
        "paper": entry.paper,
        "from": f"{one.item.source} {one.version}".strip(),
        "also called": ", ".join(entry.aliases),
        "tags": ", ".join(entry.tags),
        "shapes": Text(one.shapes),
        "parameters": _lines(f"{size}: {count:,}" for size, count in one.parameters.items()),
        "takes": ", ".join(one.takes),
        "brings": _brings(entry.defaults),
        "departs": _lines(entry.departures),
        "data": told.data,
        "size": told.mb and f"{told.mb} MB",
        "metric": told.metric,
        "licence": told.licence,
        "on the Hub": told.hub,
    }
    terminal.facts(facts, width=_LABELS)
    _show_options(terminal, one)
    if one.recipe:
        _show_recipe(terminal, one.recipe)
    if one.weights:
        label = f"{'draw from it':<{_LABELS}}  "
        line = f"zoo sample {entry.name}"
        if told.translates:
            line = f"zoo translate {entry.name} photos/ --out translated/"
        terminal.result(Text.assemble((label, "dim"), line))


def _show_options(terminal: Terminal, one: Described) -> None:
    if not one.options:
        return
    terminal.heading(f"options (-o {one.section}.NAME=VALUE)")
    table = columns("name", "type", "default", "meaning", fixed=(0,))
    for option in one.options:
        table.add_row(option.name, _takes(option), _default(option), option.help)
    terminal.show(table)


def _takes(option: Option) -> str:
    return f"{option.type_text}, {option.bounds}" if option.bounds else option.type_text


def _default(option: Option) -> str:
    return "needed" if option.default is REQUIRED else plain(option.default)


def _show_recipe(terminal: Terminal, recipe: RecipeFacts) -> None:
    terminal.heading("recipe")
    facts: dict[str, str | Text] = {
        "trains": recipe.trains,
        "takes": time_text(recipe.minutes),
        "follows": recipe.source,
        "reaches": _lines(recipe.reaches),
        "departs": _lines(recipe.departures),
        "missing": _lines(f"{part}: {hint}" for part, hint in recipe.missing.items()),
        "parts": _lines(f"{role} {plain(name)}" for role, name in recipe.parts.items()),
        "values": _brings(recipe.options),
    }
    terminal.facts(facts, width=_LABELS)
    # whole, so that they can be copied
    whole = {"picture": recipe.picture, "train it": recipe.command}
    for name, text in {**whole, "or just": recipe.by_itself}.items():
        if text:
            label = f"{name:<{_LABELS}}  "
            terminal.result(Text.assemble((label, "dim"), text))


def _brings(defaults: Options) -> Text:
    return _lines(
        f"{section}.{name}={plain(value)}"
        for section, values in defaults.items()
        for name, value in values.items()
    )


def _lines(texts: Iterable[str]) -> Text:
    return Text("\n".join(texts))
