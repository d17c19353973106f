"""`zoo matrix`: what composes with what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_core import Registry, ZooError

if TYPE_CHECKING:
    from zoo_core.registry import Registered

_GAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination of parts, by role; `reason` and `hint` say why it does not fit."""

    parts: Mapping[str, str]
    reason: str = ""
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {**self.parts, "fits": not self.reason, "reason": self.reason, "hint": self.hint}


@click.command(
    "matrix",
    cls=Command,
    examples=(
        "zoo matrix",
        "zoo matrix --size 28 --data mnist",
        "zoo matrix --gen dcgan --loss wgan-gp --json",
    ),
)
@click.option("--gen", multiple=True, metavar="NAME", help="Only this generator; repeatable.")
@click.option("--disc", "--critic", "disc", multiple=True, metavar="NAME", help="Only this critic.")
@click.option("--loss", multiple=True, metavar="NAME", help="Only this loss.")
@click.option("--condition", multiple=True, metavar="NAME", help="Only this condition.")
@click.option("--data", default="digits", show_default=True, metavar="NAME", help="Data set.")
@click.option("--size", metavar="SIZE", help="Side in pixels, or height x width.")
@click.option("--plugin", "plugins", multiple=True, metavar="FILE", help="Also this plugin file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Show which parts fit together, and why others do not.

    Every combination is composed, as `zoo train` would, and none is trained. Conditions are tried
    with each generator and its own critic.
    """
    registry = installed_registry(terminal, given["plugins"])
    wanted = _combinations(registry, given)
    fixed = {} if given["size"] is None else {"run": {"size": given["size"]}}
    found = [
        _cell(registry, parts, data=given["data"], options=fixed)
        for parts in terminal.tracked(wanted)
    ]
    if given["as_json"]:
        terminal.json([cell.as_json() for cell in found])
    else:
        _show(terminal, found)


def _combinations(registry: Registry, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the parts of each cell by role."""
    generators = _names(registry, "generator", given["gen"])
    critics = _names(registry, "discriminator", given["disc"])
    losses = _names(registry, "loss", given["loss"])
    narrow = given["disc"] or given["loss"]
    all_or_some = not narrow or given["condition"]
    conditions = _names(registry, "condition", given["condition"]) if all_or_some else ()
    return [
        *(
            {"generator": generator, "critic": critic, "loss": loss}
            for generator, critic, loss in product(generators, critics, losses)
        ),
        *(
            {"generator": generator, "condition": condition}
            for generator, condition in product(generators, conditions)
        ),
    ]


def _names(registry: Registry, kind: str, asked: Sequence[str]) -> tuple[str, ...]:
    items = registry.entries(kind)
    chosen = [registry.find(kind, name) for name in asked] if asked else items
    return tuple(_spelling(item, items) for item in chosen)


def _spelling(item: Registered, others: Sequence[Registered]) -> str:
    """Return the bare name, or the qualified one where two plugins have the name."""
    same = [other for other in others if other.entry.name == item.entry.name]
    return item.entry.name if len(same) == 1 else item.qualified


def _cell(
    registry: Registry, parts: Mapping[str, str], *, data: str, options: Mapping[str, Any]
) -> Cell:
    from zoo_core.composition import compose

    try:
        compose({**parts, "data": data}, options, registry=registry, recipe="none")
    except ZooError as error:
        return Cell(parts=parts, reason=error.message, hint=error.hint)
    return Cell(parts=parts)


def _show(terminal: Terminal, found: Sequence[Cell]) -> None:
    reasons = list(dict.fromkeys((cell.reason, cell.hint) for cell in found if cell.reason))
    for roles in dict.fromkeys(tuple(cell.parts) for cell in found):
        _show_table(terminal, [cell for cell in found if tuple(cell.parts) == roles], reasons)
    if reasons:
        terminal.heading("why not")
        table = columns("", "")
        for number, (reason, hint) in enumerate(reasons, 1):
            table.add_row(str(number), Text.assemble(reason, "\n", (hint, "dim")))
        terminal.show(table)
    fitting = sum(not cell.reason for cell in found)
    terminal.result("", f"{fitting} of {len(found)} combinations fit")


def _show_table(
    terminal: Terminal, found: Sequence[Cell], reasons: Sequence[tuple[str, str]]
) -> None:
    """Print a row for all roles but the last, and a column for each part of the last role."""
    *heads, last = found[0].parts
    marks: dict[tuple[str, ...], dict[str, Text]] = {}
    for cell in found:
        row = marks.setdefault(tuple(cell.parts[head] for head in heads), {})
        row[cell.parts[last]] = _mark(cell, reasons)
    taken = sum(max(map(len, names)) + _GAP for names in zip(heads, *marks, strict=True))
    across = list(dict.fromkeys(cell.parts[last] for cell in found))
    for names in _chunks(across, terminal.width - taken):
        terminal.heading(f"{last}: {', '.join(names)}" if len(names) == 1 else last)
        table = columns(*heads, *names, fixed=range(len(heads) + len(names)))
        for names_of_row, found_marks in marks.items():
            table.add_row(*names_of_row, *(found_marks[name] for name in names))
        terminal.show(table)


def _mark(cell: Cell, reasons: Sequence[tuple[str, str]]) -> Text:
    if not cell.reason:
        return Text("yes", style="green")
    return Text(str(reasons.index((cell.reason, cell.hint)) + 1), style="red")


def _chunks(names: Sequence[str], width: int) -> list[list[str]]:
    """Return the names in groups that fit beside each other."""
    groups: list[list[str]] = [[]]
    room = width
    for name in names:
        room -= len(name) + _GAP
        if room < 0 and groups[-1]:
            groups.append([])
            room = width - len(name) - _GAP
        groups[-1].append(name)
    return groups
