"""`zoo sweep`: many runs of one question, each once, on one machine or on many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.sweeping.options import PLACE, SEARCH, check_alone, sweep_options
from zoo_cli.terminal import INTERRUPTED, Terminal, pass_terminal, quiet_option
from zoo_cli.training.options import (
    MEASURE_FLAGS,
    MEASURE_PART_FLAGS,
    PART_FLAGS,
    PUSH_FLAGS,
    VALUE_FLAGS,
)

if TYPE_CHECKING:
    from zoo_core import Registry
    from zoo_core.sweeps.definition import Sweep
    from zoo_core.sweeps.folder import SweepFolder


@click.command(
    "sweep",
    cls=Command,
    groups={
        "The sweep": [*PLACE],
        "A study": [*SEARCH],
        "Parts": [flag.parameter for flag in PART_FLAGS],
        "Values": [flag.parameter for flag in VALUE_FLAGS],
        "Measuring": [
            *(flag.parameter for flag in (*MEASURE_PART_FLAGS, *MEASURE_FLAGS)),
            "keep",
        ],
        "Hub": [flag.parameter for flag in PUSH_FLAGS],
    },
    examples=(
        "zoo sweep --gen dcgan --loss hinge,wgan-gp --seed 0..2 --out sweeps/losses",
        "zoo sweep --gen dcgan --lr 1e-5..1e-3:log --trials 30 --eval-every 200 --out a",
        "zoo sweep --out a --workers 2               go on, with two processes",
        "zoo sweep --out a --workers 8 --launcher slurm --dry-run",
    ),
)
@sweep_options
@quiet_option
@click.pass_context
@pass_terminal
def command(terminal: Terminal, context: click.Context, /, **given: Any) -> None:
    """Train a generator against a critic with all combinations of some values, or the best of them.

    Flags are those of `zoo train`, with several values: loss a,b is both, seed 0..2 is three. Where
    a comma has a meaning already, as in --penalty, a semicolon separates: "r1;gp,r1".
    """
    from zoo_core.sweeps.folder import SweepFolder

    folder = SweepFolder(Path(given["out"]))
    begins = bool(given["gen"] or given["config"] or given["recipe"])
    if begins:
        sweep, registry = _asked(terminal, given)
    else:
        check_alone(context)
        sweep, registry = _there(terminal, folder, given)
    if given["launcher"] is not None:
        _submit(terminal, sweep, folder, given)
    elif given["dry_run"]:
        _plan(terminal, sweep, folder, as_json=given["as_json"])
    else:
        _sweep(terminal, context, sweep, folder, registry, given)


def _asked(terminal: Terminal, given: Mapping[str, Any]) -> tuple[Sweep, Registry]:
    """Return the sweep that is asked for, checked."""
    from zoo_cli.sweeping.request import asked
    from zoo_core.sweeps.checking import checked

    registry = installed_registry(terminal, given["plugins"])
    return checked(asked(given, registry), registry, most=given["most"]), registry


def _there(
    terminal: Terminal, folder: SweepFolder, given: Mapping[str, Any]
) -> tuple[Sweep, Registry]:
    """Return the sweep that is in the folder, perhaps with more trials."""
    sweep = folder.read()
    if given["trials"] is not None and sweep.is_study:
        sweep = replace(sweep, trials=given["trials"])
    return sweep, installed_registry(terminal, sweep.plugins)


def _plan(terminal: Terminal, sweep: Sweep, folder: SweepFolder, *, as_json: bool) -> None:
    from zoo_cli.sweeping.table import planned, show_plan

    if as_json:
        terminal.json(planned(sweep, folder))
    else:
        show_plan(terminal, sweep, folder)


def _submit(
    terminal: Terminal, sweep: Sweep, folder: SweepFolder, given: Mapping[str, Any]
) -> None:
    from zoo_core.config.request import split_names
    from zoo_core.sweeps.slurm import Jobs

    pairs = [text.partition("=") for each in given["slurm"] for text in split_names(each)]
    parameters = {name.replace("-", "_"): value for name, _, value in pairs}
    jobs = Jobs(out=folder.path, count=given["workers"], parameters=parameters)
    if given["dry_run"]:
        terminal.result(*jobs.script().splitlines())
        return
    from zoo_core.sweeps.sweep import shown_url

    folder.define(sweep, database=shown_url(given["storage"]))
    terminal.result(*(f"job {each}" for each in jobs.submit()))


def _sweep(
    terminal: Terminal,
    context: click.Context,
    sweep: Sweep,
    folder: SweepFolder,
    registry: Registry,
    given: Mapping[str, Any],
) -> None:
    from zoo_cli.sweeping.ending import show
    from zoo_cli.sweeping.table import plan_text
    from zoo_cli.sweeping.telling import Teller
    from zoo_core.sweeps.sweep import swept

    workers = given["workers"]
    terminal.remark(f"{plan_text(sweep)} in {folder.path}")
    found = swept(
        sweep,
        folder.path,
        registry=registry,
        workers=workers,
        storage=given["storage"],
        told=Teller(terminal, sweep, live=workers == 1),
    )
    show(terminal, found, as_json=given["as_json"])
    if found.interrupted:
        context.exit(INTERRUPTED)
