"""`zoo plugin new`: a plugin to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.skeleton import files_of, named, write
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option


class Group(Command, click.Group):
    """A group of commands whose help has examples."""

    command_class = Command


@click.group(
    "plugin",
    cls=Group,
    examples=("zoo plugin new mine                     write the project zoo-plugin-mine",),
)
@quiet_option
def command() -> None:
    """Begin a plugin of your own."""


@command.command(
    "new",
    examples=(
        "zoo plugin new mine",
        "zoo plugin new mine --to ~/code/mine",
        'zoo plugin new mine --author "Ada Lovelace <ada@example.org>"',
    ),
)
@click.argument("name")
@click.option("--to", metavar="DIR", help="Folder of the project  [default: zoo-plugin-NAME]")
@click.option("--author", default="", metavar="TEXT", help="A name, or a name and <address>.")
@quiet_option
@pass_terminal
def new(terminal: Terminal, *, name: str, to: str | None, author: str) -> None:
    """Write a plugin that installs, tests green and trains as it stands.

    NAME is that of its parts; the distribution is zoo-plugin-NAME. It holds a small generator, a
    critic, a loss, a recipe for the embedded digits, and tests.
    """
    found = named(name, installed_registry(terminal))
    folder = Path(to).expanduser() if to is not None else Path(found.distribution)
    write(files_of(found, author), folder)
    if name not in (found.part, found.distribution):
        terminal.remark(f"{name!r} becomes {found.part!r}")
    place = shlex.quote(str(folder))
    terminal.result(
        f"{found.distribution} is written; go on with",
        f"  pip install -e {place}",
        f"  pytest {place}",
        f"  zoo train --gen {found.part}",
    )
