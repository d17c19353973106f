"""`zoo report`: one HTML page that shows a run."""

from __future__ import annotations

from pathlib import Path

import click

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option


@click.command(
    "report",
    cls=Command,
    examples=(
        "zoo report runs/dcgan-wgan-gp-digits",
        "zoo report runs/dcgan-wgan-gp-digits --out pages/digits.html",
    ),
)
@click.argument("run", metavar="RUN")
@click.option("--out", default="report.html", show_default=True, help="The page.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, *, run: str, out: str, force: bool, as_json: bool) -> None:
    """Write a page with the curves, pictures, composition and remarks of RUN.

    It is one file that needs no network. RUN may still be training.
    """
    from zoo_cli.reporting.page import page, write_page
    from zoo_cli.reporting.pictures import pictures_of
    from zoo_core.runs import read_history

    path = Path(out)
    history = read_history(run)
    pictures = pictures_of(history.samples)
    # plugin files that a run names are not looked at: a page of a stranger's run runs no code
    text = page(history, pictures, installed_registry(terminal))
    write_page(text, path, over=force)
    _remark(terminal, [*history.remarks, *(f"{name} is no PNG" for name in pictures.unreadable)])
    if history.running:
        terminal.remark("the run is still being written: the page shows it as it is now")
    left_out = pictures.found - len(pictures.shown)
    if left_out:
        terminal.remark(f"{len(pictures.shown)} of {pictures.found} pictures are on the page")
    if as_json:
        shown = [picture.step for picture in pictures.shown]
        terminal.json(
            {
                "file": str(path),
                "bytes": len(text.encode()),
                "outcome": history.outcome,
                "pictures": shown,
                "pictures_left_out": left_out,
            }
        )
    else:
        terminal.result(str(path))


def _remark(terminal: Terminal, texts: list[str]) -> None:
    for text in texts:
        terminal.remark(text)
