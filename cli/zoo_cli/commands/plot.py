"""`zoo plot`: curves of several runs in one file."""

from __future__ import annotations

from pathlib import Path

import click

from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_core import ZooError


@click.command(
    "plot",
    cls=Command,
    examples=(
        "zoo plot runs/* --terms fid,critic.total --out curves.pdf",
        "zoo plot runs/dcgan-wgan-gp-digits --out curves.csv",
    ),
)
@click.argument("runs", metavar="RUN...", nargs=-1)
@click.option(
    "--terms",
    metavar="NAME[,NAME]",
    default="",
    help="Terms of the log and scores; by default all scores and total losses.",
)
@click.option(
    "--out", default="curves.pdf", show_default=True, help="The file: .pdf, .png, .svg or .csv."
)
@click.option("--each", is_flag=True, help="A curve for every run, also where only seeds differ.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@quiet_option
@pass_terminal
def command(
    terminal: Terminal, *, runs: tuple[str, ...], terms: str, out: str, each: bool, force: bool
) -> None:
    """Plot terms and scores of RUNs by step.

    Runs that differ only in the seed are one curve: their mean, in a band of a sample standard
    deviation. Scores of different protocols never share axes. Runs may still be training.
    """
    from zoo_cli.plotting.files import check_file, write_curves
    from zoo_core.composition import split_names
    from zoo_core.runs.bands import bands_of
    from zoo_core.runs.comparison import compare_runs

    if not runs:
        raise ZooError("no run is given", hint="`zoo plot runs/*` plots all that are there")
    path = Path(out)
    check_file(path, over=force)
    found = compare_runs(runs, each=each)
    shown = bands_of(found, split_names(terms))
    for remark in found.remarks:
        terminal.remark(remark)
    write_curves(shown, path)
    terminal.result(str(path))
