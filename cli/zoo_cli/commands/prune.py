"""`zoo prune`: free what nobody needs of runs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.filesize import decimal

from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import plural
from zoo_core.runs import find_runs

if TYPE_CHECKING:
    from zoo_core.runs.pruning import Pruning


@click.command(
    "prune",
    cls=Command,
    examples=(
        "zoo prune",
        "zoo prune runs/dcgan-wgan-gp-digits --pictures 20",
        "zoo prune sweeps/a --yes",
    ),
)
@click.argument("paths", metavar="[RUN|FOLDER]...", nargs=-1)
@click.option("--yes", is_flag=True, help="Remove it; else what would go is only shown.")
@click.option(
    "--pictures",
    type=click.IntRange(min=1),
    metavar="N",
    help="Pictures of each run that stay, evenly over its steps; else all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(
    terminal: Terminal, *, paths: tuple[str, ...], yes: bool, pictures: int | None, as_json: bool
) -> None:
    """Free what nobody needs of the runs in RUN or FOLDER, runs/ by default.

    The newest whole checkpoint stays, and the best where the run keeps one (`--keep best=fid`): it
    can be resumed, sampled and read as before. Other checkpoints go, and what killed writers left.
    A run that is being trained is not touched.
    """
    from zoo_core.runs.pruning import prune

    asked = paths or ("runs",)
    runs = [run for path in asked for run in find_runs(Path(path))[0]]
    found = [prune(run, pictures=pictures, remove=yes) for run in dict.fromkeys(runs)]
    if as_json:
        terminal.json({"removed": yes, "runs": [_described(one) for one in found]})
    else:
        _show(terminal, found)
    for one in found:
        if one.refused:
            terminal.remark(f"{one.run} is left as it is: {one.refused}")
    thinned = ("--pictures", str(pictures)) if pictures else ()
    again = shlex.join(["zoo", "prune", *paths, *thinned])
    _conclude(terminal, found, again, removed=yes)


def _show(terminal: Terminal, found: Sequence[Pruning]) -> None:
    table = columns("run", "what", "number", "size", fixed=(1, 2, 3))
    for one in found:
        for why, group in groupby(sorted(one.spares, key=lambda each: each.why), lambda x: x.why):
            spares = list(group)
            size = decimal(sum(spare.size for spare in spares))
            table.add_row(str(one.run), why, f"{len(spares):,}", size)
    if table.rows:
        terminal.show(table)


def _conclude(terminal: Terminal, found: Sequence[Pruning], again: str, *, removed: bool) -> None:
    size = decimal(sum(one.size for one in found))
    looked = plural(len(found), "run")
    if not any(one.spares for one in found):
        terminal.remark(f"{looked}: nothing to free")
    elif removed:
        terminal.remark(f"{looked}: freed {size}")
    else:
        terminal.remark(f"{looked}: nothing was removed yet; `{again} --yes` frees {size}")


def _described(one: Pruning) -> dict[str, Any]:
    return {
        "run": str(one.run),
        "refused": one.refused,
        "bytes": one.size,
        "spares": [
            {"path": str(spare.path), "why": spare.why, "bytes": spare.size} for spare in one.spares
        ],
    }
