"""`zoo train`: compose, show, train, go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.installed import installed_registry
from zoo_cli.requests import Request, check_resumable, requested
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.train_options import train_options

if TYPE_CHECKING:
    from zoo_cli.progress import Progress
    from zoo_core.composition import Composition
    from zoo_core.engine import Run

INTERRUPTED = 130


@click.command("train")
@train_options
@quiet_option
@click.pass_context
@pass_terminal
def command(terminal: Terminal, context: click.Context, /, **_: Any) -> None:
    """Train a generator against a critic.

    Without further options every value comes from the parts themselves, or from a recipe that was
    tried; `--dry-run` shows who set what.

    \b
    Examples:
      zoo train --gen dcgan --loss wgan-gp
      zoo train --gen dcgan --data folder:photos/ --size 64 --steps 20000
      zoo train --gen dcgan -o generator.width=32 -o critic.lr=4e-4 --dry-run
      zoo train --resume runs/dcgan-wgan-gp-digits
    """
    if context.params["resume"] is not None:
        check_resumable(context)
        _finish(terminal, context, _resumed(terminal, context))
        return
    request = requested(context)
    composition = _composed(terminal, request)
    if context.params["dry_run"]:
        _dry_run(terminal, composition, as_json=context.params["as_json"])
    else:
        _finish(terminal, context, _trained(terminal, request, composition))


def _composed(terminal: Terminal, request: Request) -> Composition:
    from zoo_core import compose
    from zoo_core.engine import read_config

    config = read_config(Path(request.config)) if request.config else None
    files = (*request.plugins, *(config or {}).get("plugins", ()))
    return compose(
        request.parts,
        request.options,
        registry=installed_registry(terminal, files),
        recipe=request.recipe,
        config=config,
    )


def _dry_run(terminal: Terminal, composition: Composition, *, as_json: bool) -> None:
    from zoo_cli.dry_run import show_composition

    if as_json:
        terminal.json(composition.config())
    else:
        show_composition(terminal, composition)


def _trained(terminal: Terminal, request: Request, composition: Composition) -> Run:
    from zoo_cli.announcing import announce
    from zoo_core.engine import train

    announce(terminal, composition)
    directory = Path(request.run) if request.run else _new_directory(composition)
    with _progress(terminal) as progress:
        return train(composition, directory, init=request.init, watcher=progress)


def _resumed(terminal: Terminal, context: click.Context) -> Run:
    from zoo_core.engine import RunDirectory, resume
    from zoo_core.engine.training import _RESUMABLE  # noqa: F401

    directory = Path(context.params["resume"])
    files = RunDirectory(directory).read_config().get("plugins", ())
    registry = installed_registry(terminal, (*context.params["plugins"], *files))
    with _progress(terminal) as progress:
        return resume(
            directory,
            overrides=requested(context).options.get("run", {}),
            registry=registry,
            watcher=progress,
        )


def _progress(terminal: Terminal) -> Progress:
    from zoo_cli.progress import Progress

    return Progress(terminal)
