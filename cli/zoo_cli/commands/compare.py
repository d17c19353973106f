"""`zoo compare`: what differs between runs, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import ZooError


@click.command(
    "compare",
    cls=Command,
    examples=(
        "zoo compare runs/dcgan-wgan-gp-digits runs/dcgan-hinge-digits",
        "zoo compare runs/* --json",
    ),
)
@click.argument("runs", metavar="RUN RUN...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, *, runs: tuple[str, ...], as_json: bool) -> None:
    """Compare runs: what differs, how fast they are, last terms, best and last scores.

    Scores of different protocols never share a column. Runs may still be training.
    """
    from zoo_cli.comparing.described import described
    from zoo_cli.comparing.tables import show_comparison
    from zoo_core.runs import read_history

    _check(runs)
    found = [read_history(run) for run in runs]
    _check_different([run.path for run in found])
    if as_json:
        terminal.json(described(found))
    else:
        show_comparison(terminal, found)


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
