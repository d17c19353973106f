"""`zoo train`: compose, show, train, go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry, registry_of_run
from zoo_cli.terminal import INTERRUPTED, Terminal, pass_terminal, quiet_option
from zoo_cli.training.options import (
    MEASURE_FLAGS,
    MEASURE_PART_FLAGS,
    PART_FLAGS,
    PUSH_FLAGS,
    VALUE_FLAGS,
    train_options,
)
from zoo_cli.training.report import announce, report
from zoo_cli.training.request import (
    Request,
    begun_from,
    check_resumable,
    check_sections,
    given_options,
    requested,
)
from zoo_cli.training.table import show_composition
from zoo_core.config.request import NOTHING

if TYPE_CHECKING:
    from zoo_core import Configuration, Registry
    from zoo_core.composition import Composition
    from zoo_core.training import Run


@click.command(
    "train",
    cls=Command,
    groups={
        "Parts": [flag.parameter for flag in PART_FLAGS],
        "Values": [flag.parameter for flag in VALUE_FLAGS],
        "Measuring": [
            *(flag.parameter for flag in (*MEASURE_PART_FLAGS, *MEASURE_FLAGS)),
            "keep",
        ],
        "Hub": [flag.parameter for flag in PUSH_FLAGS],
    },
    examples=(
        "zoo train --gen dcgan --loss wgan-gp",
        "zoo train --gen dcgan --data folder:photos/ --size 64 --steps 20000",
        "zoo train --gen dcgan -o generator.width=32 -o critic.lr=4e-4 --dry-run",
        "zoo train --resume runs/dcgan-wgan-gp-digits --max-minutes 10",
    ),
)
@train_options
@quiet_option
@click.pass_context
@pass_terminal
def command(terminal: Terminal, context: click.Context, /, **given: Any) -> None:
    """Train a generator against a critic.

    Without further options every value comes from the parts, or from a tried recipe; `--dry-run`
    shows who set what.
    """
    if given["resume"] is not None:
        check_resumable(context)
        check_sections(given["options"])
        run = _resumed(terminal, given)
    else:
        request = requested(given)
        composition = _composed(terminal, request)
        if given["dry_run"]:
            _show(terminal, composition, as_json=given["as_json"])
            return
        run = _trained(terminal, request, composition)
    report(terminal, run, as_json=given["as_json"])
    if run.outcome == "interrupted":
        context.exit(INTERRUPTED)


def _composed(terminal: Terminal, request: Request) -> Composition:
    from zoo_core.composition import compose

    config, plugins = begun_from(request)
    registry = installed_registry(terminal, plugins)
    if config is None and request.recipe in (None, NOTHING):
        config = _begun(request, registry)
    return compose(
        request.parts,
        request.options,
        registry=registry,
        recipe=request.recipe,
        config=config,
    )


def _begun(request: Request, registry: Registry) -> Configuration | None:
    """Return the nets of `--init`, where the user names a game for them and no generator."""
    game = request.parts.get("game")
    if request.init is None or not isinstance(game, str) or "generator" in request.parts:
        return None
    from zoo_core.training.warm_start import nets_of

    return nets_of(request.init, game, registry=registry)


def _show(terminal: Terminal, composition: Composition, *, as_json: bool) -> None:
    if as_json:
        terminal.json(composition.config().to_json())
    else:
        show_composition(terminal, composition)


def _trained(terminal: Terminal, request: Request, composition: Composition) -> Run:
    from zoo_cli.checking.short import remark_on_folder
    from zoo_cli.training.progress import Progress
    from zoo_core.training import train

    announce(terminal, composition)
    remark_on_folder(terminal, composition)
    with Progress(terminal) as progress:
        return train(composition, request.run, init=request.init, watcher=progress)


def _resumed(terminal: Terminal, given: Mapping[str, Any]) -> Run:
    from zoo_cli.training.progress import Progress
    from zoo_core.training import Relocation, resume

    directory = _resumable(terminal, given["resume"], given["run"])
    registry = registry_of_run(terminal, directory, given["plugins"])
    options = given_options(given)
    data = Relocation(
        text=given["data"], options=options.get("data", {}), other=given["other_data"]
    )
    overrides = options.get("run", {})
    with Progress(terminal) as progress:
        return resume(
            directory, overrides=overrides, data=data, registry=registry, watcher=progress
        )


def _resumable(terminal: Terminal, source: str, run: str | None) -> Path:
    """Return the run directory that is gone on with; one from the Hub is made first."""
    from zoo_core.weights.hub.names import means_hub

    if Path(source).exists() or not means_hub(source):
        if run is not None:
            raise click.UsageError("--resume goes on in its own directory and takes no --run")
        return Path(source)
    from zoo_core.weights.hub.client import Hub
    from zoo_core.weights.hub.runs import run_from_hub

    directory = run_from_hub(
        source,
        run,
        hub=Hub(progress=terminal.live is not None),
        registry=installed_registry(terminal),
    )
    terminal.remark(f"{source} goes on in {directory}")
    return directory
