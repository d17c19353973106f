"""`zoo compare`: what differs between runs, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import ZooError

if TYPE_CHECKING:
    from zoo_core.runs.rows import At


@click.command(
    "compare",
    cls=Command,
    examples=(
        "zoo compare runs/dcgan-wgan-gp-digits runs/dcgan-hinge-digits",
        "zoo compare runs/* --sort fid",
        "zoo compare runs/* --format latex",
    ),
)
@click.argument("runs", metavar="RUN RUN...", nargs=-1)
@click.option(
    "--sort",
    metavar="NAME",
    default="",
    help="Sort rows by a score, best first, or by a term, an option, `steps`, `seconds`.",
)
@click.option(
    "--at",
    type=click.Choice(["best", "last"]),
    default="best",
    show_default=True,
    help="Which evaluation of a run counts, of each score by itself.",
)
@click.option("--each", is_flag=True, help="A row for every run, also where only seeds differ.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "markdown", "latex", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as `--format json`.")
@quiet_option
@pass_terminal
def command(
    terminal: Terminal,
    *,
    runs: tuple[str, ...],
    sort: str,
    at: At,
    each: bool,
    form: str,
    as_json: bool,
) -> None:
    """Compare runs: their scores, what differs, last terms.

    Runs that differ only in the seed are one row: mean, sample standard deviation, count. Scores
    of different protocols never share a column. Runs may still be training.
    """
    from zoo_cli.comparing.printing import print_comparison
    from zoo_core.runs.comparison import compare_runs

    _check(runs)
    found = compare_runs(runs, at=at, sort=sort, each=each)
    _check([str(run.path) for run in found.runs])
    _check_different([run.path for run in found.runs])
    print_comparison(terminal, found, "json" if as_json else form)


def _check(runs: Sequence[str]) -> None:
    if len(runs) < 2:
        given = f"only {runs[0]!r} is given" if runs else "no run is given"
        raise ZooError(
            f"a comparison needs two runs or more, and {given}",
            hint="`zoo compare RUN RUN`; `zoo report RUN` shows one",
        )


def _check_different(paths: Sequence[Path]) -> None:
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            raise ZooError(f"the run {str(path)!r} is given twice", hint="give each run once")
        seen.add(path.resolve())
