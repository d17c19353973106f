"""`zoo data`: look at data before it is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option

if TYPE_CHECKING:
    from zoo_cli.checking.asking import Asked
    from zoo_core.data.checking.reports import DatasetReport, FolderReport


class Group(Command, click.Group):
    """A group whose help has examples."""


@click.group(
    "data",
    cls=Group,
    examples=(
        "zoo data check folder:photos/",
        "zoo data check mnist --data-dir data",
    ),
)
@quiet_option
def command() -> None:
    """Look at data before it is trained on."""


@command.command(
    "check",
    cls=Command,
    examples=(
        "zoo data check folder:photos/",
        "zoo data check folder:photos/ --size 64 -o labels=none",
        "zoo data check mnist -o root=data --json",
    ),
)
@click.argument("text", metavar="DATA")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the data set, as `zoo train -o data.NAME=VALUE` takes it.",
)
@click.option("--size", metavar="SIZE", help="Side in pixels, or height x width: 32 or 64x48.")
@click.option("--data-dir", metavar="DIR", help="Where the data set lies, or is downloaded to.")
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@quiet_option
@click.pass_context
@pass_terminal
def check(terminal: Terminal, context: click.Context, /, **given: Any) -> None:
    """Read all of DATA and say what is there and which options fit.

    DATA is what `zoo train --data` takes, such as digits or folder:photos/. Ends with 1 if
    something would stop a training with these options.
    """
    from zoo_cli.checking.asking import asked_data

    registry = installed_registry(terminal, given["plugins"])
    asked = asked_data(
        registry,
        given["text"],
        given["options"],
        size=given["size"],
        root=given["data_dir"],
    )
    report = _inspected(terminal, asked)
    if given["as_json"]:
        terminal.json(_as_json(asked, report))
    else:
        _show(terminal, asked, report)
    if report.stops:
        context.exit(1)


def _inspected(terminal: Terminal, asked: Asked) -> FolderReport | DatasetReport:
    from zoo_core.data.folders.folder import Folder

    if issubclass(asked.target, Folder):
        from zoo_core.data.checking import folder_inspection as inspection

        options = asked.options
        wanted = inspection.FolderOptions(
            size=asked.size,
            held_out=options["held_out"],
            channels=options["channels"],
            labels=options["labels"],
            max_pixels=options["max_pixels"],
        )
        return inspection.inspect_folder(options["path"], wanted, track=terminal.tracked)
    from zoo_core.data.checking.table_inspection import inspect_dataset

    return inspect_dataset(asked.open(), asked=asked.size, track=terminal.tracked)


def _as_json(asked: Asked, report: FolderReport | DatasetReport) -> Mapping[str, Any]:
    from dataclasses import asdict

    from zoo_cli.checking.asking import training_line

    line = training_line(asked, [one.option for one in report.advice]) if report.advice else None
    return {"data": asked.text, **asdict(report), "command": line}


def _show(terminal: Terminal, asked: Asked, report: FolderReport | DatasetReport) -> None:
    from zoo_cli.checking import folders, tables
    from zoo_cli.checking.verdicts import show_verdict
    from zoo_core.data.checking.reports import FolderReport

    if isinstance(report, FolderReport):
        folders.show_folder(terminal, report)
    else:
        tables.show_tables(terminal, report)
    show_verdict(terminal, asked, report)
