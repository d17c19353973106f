"""`zoo pull`: weights from the Hub, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.wording import plural


@click.command(
    "pull",
    cls=Command,
    examples=(
        "zoo pull ada/digits",
        "zoo pull ada/digits@v1 --to weights/digits",
        "zoo sample ada/digits@v1",
    ),
)
@click.argument("name", metavar="REPO[@REV]")
@click.option("--to", metavar="DIR", help="Copy the weights there, whole or not at all.")
@click.option("--with-state", is_flag=True, help="Also what `zoo train --resume` needs.")
@click.option("--json", "as_json", is_flag=True, help="Print what is there as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Get the weights of REPO, a repository such as ada/digits, from the Hub.

    REV is a tag, a branch or a commit. What is there is checked before and after it is downloaded
    into the client's cache, where it stays: `zoo sample REPO` then works without a connection.
    """
    from zoo_core.weights.hub.client import Hub
    from zoo_core.weights.hub.names import hub_name
    from zoo_core.weights.hub.pull import copy_bundle, pull

    name = hub_name(given["name"])
    found = pull(
        name,
        hub=Hub(progress=terminal.live is not None),
        registry=installed_registry(terminal),
        with_state=given["with_state"],
    )
    path = copy_bundle(found, Path(given["to"])) if given["to"] else found.path
    if given["as_json"]:
        terminal.json(
            {
                "repo": name.repo,
                "revision": name.revision,
                "commit": found.commit,
                "path": str(path),
                "files": dict(found.files),
                "offline": found.offline,
            }
        )
        return
    where = ", from the cache" if found.offline else ""
    terminal.remark(
        f"{name} is commit {found.commit[:12]}{where}: {plural(len(found.files), 'file')}, "
        f"{found.size / 1e6:.3g} MB"
    )
    terminal.result(str(path))
