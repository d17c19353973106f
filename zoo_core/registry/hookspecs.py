"""The hooks that a plugin may implement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from zoo_core.registry.entry import Entry

if TYPE_CHECKING:
    import click

PROJECT = "gan_zoo"
"""The pluggy project name and the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def zoo_entries() -> Iterable[Entry]:  # type: ignore[empty-body]
    """Return what the plugin provides; must not import torch."""


@hookspec
def zoo_commands(group: click.Group) -> None:
    """Add commands to the `zoo` group."""


@hookspec
def zoo_run_started(run: Any) -> None:
    """Look at a run before its first step; `run` is a `zoo_core.engine.Run`."""


@hookspec
def zoo_scalars(run: Any, step: int) -> Mapping[str, float]:  # type: ignore[empty-body]
    """Return more scalars for a log point, by name; called before the line is written."""


@hookspec
def zoo_logged(run: Any, step: int, scalars: Mapping[str, float]) -> None:
    """Look at the scalars of a log point; `run.stop(reason)` ends the run after this step."""


@hookspec
def zoo_checkpoint_saved(run: Any, path: Path) -> None:
    """Look at a finished checkpoint directory."""


@hookspec
def zoo_run_finished(run: Any, outcome: str) -> None:
    """Look at a run that ended; outcome is "done", "stopped", "interrupted" or "failed"."""
