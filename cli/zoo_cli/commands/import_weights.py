"""`zoo import`: weights that were trained elsewhere."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import installed_registry
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option

if TYPE_CHECKING:
    from zoo_core.weights.convert.imported import ImportedWeights


@click.command(
    "import",
    cls=Command,
    examples=(
        "zoo import dcgan-examples netG_epoch_24.pth --to faces/",
        "zoo import cyclegan-original latest_net_G_A.pth latest_net_G_B.pth",
        "zoo import pix2pix-original generator=net.pth --reference out.safetensors",
        "zoo list importer",
    ),
)
@click.argument("name", metavar="FORMAT")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--to", metavar="DIR", help="Gets the weights; named like the format by default.")
@click.option(
    "--reference",
    metavar="FILE",
    help="A .safetensors with `inputs` of the original net and its `outputs`, to compare with.",
)
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=1e-3,
    show_default=True,
    help="Largest difference of a pixel from the reference.",
)
@click.option("--size", metavar="N|HxW", help="Of the images, where the tensors do not tell.")
@click.option(
    "-o",
    "options",
    multiple=True,
    metavar="SECTION.NAME=VALUE",
    help="An option of a part, or of the format: importer.NAME.",
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print what was imported as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Make weights for `zoo` of each FILE, a state dict of a net in FORMAT.

    What a file's name does not tell is said as ROLE=FILE, such as generator=horse2zebra.pth.
    """
    from zoo_core.composition import parse_options
    from zoo_core.spec import parse_size
    from zoo_core.weights.convert.imported import import_weights

    found = import_weights(
        given["name"],
        given["files"],
        to=given["to"] or given["name"].rpartition("/")[2],
        reference=given["reference"],
        tolerance=given["tolerance"],
        size=parse_size(given["size"]) if given["size"] else None,
        options=parse_options(given["options"]),
        registry=installed_registry(terminal, given["plugins"]),
    )
    if given["as_json"]:
        terminal.json(_record(found))
        return
    for remark in found.remarks:
        terminal.remark(remark)
    for one in found.differences:
        terminal.result(
            f"{one.net}: within {one.largest:.2g} of the reference, {one.images} compared"
        )
    terminal.result(str(found.bundle.directory))
    translates = any(role.source is not None for role in found.composition.plan.roles.values())
    path = shlex.quote(str(found.bundle.directory))
    then = f"translate {path} photos/ --out translated/" if translates else f"sample {path}"
    terminal.remark(f"next: `zoo {then}`")


def _record(found: ImportedWeights) -> dict[str, Any]:
    """Return what was imported as JSON data."""
    return {
        "folder": str(found.bundle.directory),
        "files": {role: str(path) for role, path in found.files.items()},
        "components": found.bundle.components,
        "differences": {one.net: one.largest for one in found.differences},
        "remarks": list(found.remarks),
    }
