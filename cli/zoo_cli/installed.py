"""What is installed: the registry, with a warning line for each plugin that does not work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.terminal import Terminal
from zoo_core import Registry
from zoo_core.registry.discovery import moved_files
from zoo_core.registry.lookup import Problem

if TYPE_CHECKING:
    from zoo_core.weights.pretrained import Pretrained


def installed_registry(terminal: Terminal, files: Iterable[str | Path] = ()) -> Registry:
    """Return all installed plugins and single files; warn of those that do not work.

    Raises:
        ZooError: a file that does not exist or that raises.
    """

    def warn(problem: Problem) -> None:
        terminal.warn(f"{problem}; {problem.hint or '`zoo doctor` shows where'}")

    return Registry.from_installed(files=files, on_problem=warn)


def registry_of_run(terminal: Terminal, run: Path, files: Iterable[str | Path] = ()) -> Registry:
    """Return all installed plugins and the single files that a run was trained with.

    Raises:
        ZooError: a file that is not there any more or that raises.
    """
    from zoo_core.runs.directory import RunDirectory

    place = RunDirectory(run)
    needed = place.read_config().plugins if place.config.is_file() else ()
    return installed_registry(terminal, moved_files(files, needed))


def found_source(
    terminal: Terminal, source: str, files: Iterable[str | Path] = ()
) -> tuple[Path, Registry]:
    """Return where a source lies, and all installed plugins with those files that a run needs.

    A file that is not there any more is passed over: drawing may not need its parts.

    Raises:
        ZooError: no such source, or a file that raises.
    """
    from zoo_core.weights.sources import config_of, find_source

    path = find_source(source)
    terminal.source = source
    # weights from elsewhere name no files: that is checked where they are read
    recorded = [file for file in config_of(path).plugins if Path(file).is_file()]
    return path, installed_registry(terminal, moved_files(files, recorded))


def loaded_source(terminal: Terminal, given: Mapping[str, Any]) -> Pretrained:
    """Return what a command's SRC trained, by its `--device`, `--no-ema` and `--plugin`.

    Raises:
        ZooError: no such source, or weights that cannot be loaded.
    """
    from zoo_core.weights.loading import load_pretrained

    path, registry = found_source(terminal, given["source"], given["plugins"])
    trained = load_pretrained(
        path, device=given["device"], average=not given["no_ema"], registry=registry
    )
    trained.origin = replace(trained.origin, source=given["source"])
    return trained


def plugin_commands(terminal: Terminal, *, taken: Collection[str]) -> dict[str, click.Command]:
    """Return the commands that plugins add, by name; a name that is taken is passed over."""
    found: dict[str, click.Command] = {}
    owners = dict.fromkeys(taken, "zoo")
    registry = installed_registry(terminal)
    # each plugin gets a group of its own, so that none takes another's command over
    for source, given, _ in registry.call_each("zoo_commands", lambda: {"group": click.Group()}):
        for name, command in given["group"].commands.items():
            if name in owners:
                terminal.warn(
                    f"{source}: adds a command {name!r}, which is {owners[name]}'s; "
                    "it is passed over"
                )
            else:
                found[name], owners[name] = command, source
    return found
