"""`zoo pack`: the bundle that a push would upload, in a folder."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from zoo_cli.flags import critic_option, dtype_option, licence_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import found_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.wording import plural


@click.command(
    "pack",
    cls=Command,
    examples=(
        "zoo pack runs/dcgan-wgan-gp-digits weights/dcgan.digits-32",
        "zoo pack runs/wgan@best digits/ --dtype float16 --licence cc0-1.0",
    ),
)
@click.argument("source", metavar="RUN[@best]")
@click.argument("folder", metavar="DIR")
@licence_option
@critic_option
@click.option("--with-state", is_flag=True, help="What going on with the training needs.")
@no_ema_option
@dtype_option
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print folder and files as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Write the weights of RUN into DIR, as `zoo push` would upload them.

    DIR is new, empty or such a bundle, which is replaced. It can be sent to a colleague, and lie in
    a plugin's wheel, where an entry of the kind `weights` points at it.
    """
    from zoo_core.weights.publication.contents import Wanted, gathered
    from zoo_core.weights.publication.writer import write_contents

    path, registry = found_source(terminal, given["source"], given["plugins"])
    wanted = Wanted(
        average=not given["no_ema"], critic=given["with_critic"], state=given["with_state"]
    )
    contents = gathered(path, wanted, registry)
    if given["licence"]:
        contents = replace(contents, licence=given["licence"])
    bundle = write_contents(contents, given["folder"], dtype=given["dtype"], registry=registry)
    found = sorted(file for file in bundle.directory.rglob("*") if file.is_file())
    sizes = {file.relative_to(bundle.directory).as_posix(): file.stat().st_size for file in found}
    if given["as_json"]:
        terminal.json({"folder": str(bundle.directory), "files": sizes})
        return
    terminal.remark(f"{plural(len(sizes), 'file')}, {sum(sizes.values()):,} bytes")
    terminal.result(str(bundle.directory))
