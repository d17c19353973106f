"""The options of `zoo sweep` that `zoo train` has not."""

from __future__ import annotations

import click
from click.core import ParameterSource

from zoo_cli.training.options import Function, beginning_options, with_options
from zoo_core.sweeps.axes import MOST

SEARCH = ("trials", "score", "pruner", "search", "startup", "search_seed", "storage")
"""Parameters that belong to a study."""

PLACE = ("out", "workers", "most", "launcher", "slurm", "dry_run", "as_json")
"""Parameters that say where and how the runs are trained."""

_SEARCH = (
    click.option("--trials", type=int, metavar="N", help="Draw so many runs; else all of a grid."),
    click.option("--score", metavar="NAME", help="That is to be good; fid by default."),
    click.option(
        "--pruner",
        type=click.Choice(["median", "halving", "none"]),
        help="What ends runs that fall behind; median by default.",
    ),
    click.option(
        "--search",
        type=click.Choice(["tpe", "random"]),
        help="Learn from the runs before (tpe, the default), or do not.",
    ),
    click.option(
        "--startup",
        type=click.IntRange(1),
        metavar="N",
        help="Runs before it judges; else 5.",
    ),
    click.option("--search-seed", type=int, metavar="N", help="Of what is drawn; 0 by default."),
    click.option(
        "--storage",
        metavar="URL",
        envvar="ZOO_SWEEP_STORAGE",
        help="A database that machines share; else a file in the folder.",
    ),
)

_PLACE = (
    click.option("--out", required=True, metavar="DIR", help="Folder of the sweep."),
    click.option(
        "--workers",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Processes, or jobs, that train at once.",
    ),
    click.option(
        "--most", type=int, default=MOST, show_default=True, help="Runs that a grid may have."
    ),
    click.option("--launcher", type=click.Choice(["slurm"]), help="Submit the workers as jobs."),
    click.option(
        "--slurm", multiple=True, metavar="NAME=VALUE", help="Of the jobs, such as partition=gpu."
    ),
    click.option("--dry-run", is_flag=True, help="List the runs, or show the jobs; train nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON."),
)


def sweep_options(function: Function) -> Function:
    """Add all options to a command."""
    return with_options(beginning_options(function), [*_PLACE, *_SEARCH])


def check_alone(context: click.Context) -> None:
    """Refuse to go on with what is in a folder, and to say at once what else it should be.

    Raises:
        UsageError: such an option was given.
    """
    allowed = {*PLACE, "trials", "storage", "quiet"}
    refused = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name not in allowed
        and context.get_parameter_source(parameter.name or "") == ParameterSource.COMMANDLINE
    ]
    if refused:
        raise click.UsageError(
            "without --gen, --recipe or --config a sweep goes on as it was, and takes no "
            f"{', '.join(refused)}"
        )
