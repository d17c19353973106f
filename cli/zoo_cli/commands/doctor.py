"""`zoo doctor`: what is installed, on which device, and what is broken."""

from __future__ import annotations

from typing import Any

import click

from zoo_cli.checkup import Checkup, examine
from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import plural


@click.command(
    "doctor",
    cls=Command,
    examples=(
        "zoo doctor",
        "zoo doctor --plugin my_parts.py",
        "zoo doctor --json",
    ),
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@click.pass_context
@pass_terminal
def command(
    terminal: Terminal, context: click.Context, *, plugins: tuple[str, ...], as_json: bool
) -> None:
    """Check versions, devices and plugins; load every part. Ends with 1 if something is broken."""
    found = examine(plugins)
    if as_json:
        terminal.json(found.as_json())
    else:
        _show(terminal, found)
    if found.broken:
        context.exit(1)


def _show(terminal: Terminal, found: Checkup) -> None:
    terminal.title("versions")
    terminal.facts(found.versions)
    terminal.heading("machine")
    terminal.facts({name: _text(value) for name, value in found.machine.items()})
    terminal.heading("plugins")
    table = columns("distribution", "version", "name", "import")
    for plugin in found.plugins:
        seconds = f"{plugin['seconds'] * 1000:.0f} ms"
        table.add_row(plugin["distribution"], plugin["version"], plugin["name"], seconds)
    terminal.show(table)
    for remark in found.slow:
        terminal.warn(remark)
    for problem in found.broken:
        terminal.heading(f"broken: {problem['source']}")
        terminal.show(problem["message"])
        if problem["hint"]:
            terminal.show(problem["hint"])
        if problem["traceback"]:
            terminal.result(problem["traceback"].rstrip())
    whole = f"all {plural(found.checked, 'part')} load"
    broken = f"{plural(len(found.broken), 'thing')} broken, of {plural(found.checked, 'part')}"
    terminal.result("", broken if found.broken else whole)


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
