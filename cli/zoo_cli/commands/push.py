"""`zoo push`: weights to the Hub, in one commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import critic_option, dtype_option, licence_option, no_ema_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo_core.weights.publication.package import Package, Wishes
    from zoo_core.weights.publication.push import Pushed


@click.command(
    "push",
    cls=Command,
    examples=(
        "zoo push runs/dcgan-wgan-gp-digits ada/digits --dry-run",
        "zoo push runs/dcgan-wgan-gp-digits@best ada/digits --tag v1 --licence cc0-1.0",
        "zoo push runs/dcgan-wgan-gp-digits ada/digits --with-state --private",
    ),
)
@click.argument("source", metavar="RUN[@best]")
@click.argument("repo", metavar="REPO")
@click.option("--private", is_flag=True, help="Make a repository that only its owner sees.")
@click.option("--tag", default="", metavar="T", help="A name for this state, such as v1.")
@click.option("--message", default="", metavar="M", help="Of the commit.")
@licence_option
@critic_option
@click.option("--with-state", is_flag=True, help="What `zoo train --resume REPO` needs.")
@no_ema_option
@dtype_option
@click.option("--dry-run", is_flag=True, help="Show the files and the card; no network.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Push the weights of RUN to REPO, a repository such as ada/digits.

    REPO is made if it is not there, and everything goes there in one commit: weights,
    configuration, a card and a picture. What is there already is not sent again. The token is the
    one of `hf auth login`, or HF_TOKEN.
    """
    from zoo_core.weights.hub.client import Hub
    from zoo_core.weights.publication.package import packed
    from zoo_core.weights.publication.push import push

    wishes, registry = _wishes(given), installed_registry(terminal)
    if given["dry_run"]:
        with packed(given["source"], given["repo"], wishes, registry=registry) as package:
            _show(terminal, given["repo"], package, as_json=given["as_json"])
        return
    done = push(
        given["source"],
        given["repo"],
        wishes,
        hub=Hub(progress=terminal.live is not None),
        registry=registry,
        say=terminal.remark,
    )
    _report(terminal, done, as_json=given["as_json"])


def _wishes(given: Mapping[str, Any]) -> Wishes:
    from zoo_core.weights.publication.package import Wishes

    return Wishes(
        private=given["private"],
        tag=given["tag"],
        message=given["message"],
        with_critic=given["with_critic"],
        with_state=given["with_state"],
        average=not given["no_ema"],
        dtype=given["dtype"],
        licence=given["licence"],
    )


def _show(terminal: Terminal, repo: str, package: Package, *, as_json: bool) -> None:
    if as_json:
        terminal.json({"repo": repo, "files": dict(package.files), "card": package.card})
        return
    terminal.result(f"would go to {repo} in one commit:")
    table = columns("", "", fixed=(0, 1))
    table.columns[1].justify = "right"
    for name, size in (*package.files.items(), ("together", package.size)):
        table.add_row(name, f"{size:,} bytes")
    terminal.show(table)
    terminal.heading("README.md")
    terminal.result(*package.card.rstrip().splitlines())


def _report(terminal: Terminal, done: Pushed, *, as_json: bool) -> None:
    if as_json:
        terminal.json(
            {
                "repo": done.repo,
                "commit": done.commit,
                "new": done.is_new,
                "created": done.created,
                "tag": done.tag,
                "files": dict(done.files),
                "page": done.page,
            }
        )
        return
    if not done.is_new:
        terminal.remark(f"{done.repo} has these weights already: no commit was needed")
    tag = f", tag {done.tag}" if done.tag else ""
    terminal.result(f"{done.page} (commit {done.commit[:12]}{tag})")
