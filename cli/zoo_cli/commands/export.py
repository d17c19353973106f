"""`zoo export`: a trained generator for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import loaded_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option

if TYPE_CHECKING:
    from zoo_core.weights.convert.exported import Exported

FORMATS = ("safetensors", "torch-export", "onnx")
"""The library's own formats, without importing torch for a help page."""


@click.command(
    "export",
    cls=Command,
    examples=(
        "zoo export runs/dcgan-wgan-gp-digits --format onnx --out digits.onnx",
        "zoo export dcgan.digits-32 --format torch-export --out digits.pt2",
        "zoo export runs/seasons --format onnx --direction ba --out winter.onnx",
    ),
)
@click.argument("source", metavar="SRC")
@click.option("--format", "form", required=True, type=click.Choice(FORMATS), help="Of the file.")
@click.option("--out", required=True, metavar="FILE", help="Ends with .safetensors, .pt2 or .onnx.")
@click.option("--direction", default="", metavar="NAME", help="Such as ab or ba; the first one.")
@no_ema_option
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Write the generator of SRC for other programs, run what was written, and compare."""
    from zoo_core.weights.convert.exported import export

    model = loaded_source(terminal, {**given, "device": "cpu"})
    found = export(model, given["out"], format=given["form"], direction=given["direction"])
    for remark in found.remarks:
        terminal.remark(remark)
    if given["as_json"]:
        terminal.json(_record(found))
        return
    terminal.remark(
        f"compared in batches of {', '.join(map(str, found.batches))}: "
        f"the largest difference is {found.largest:.2g}"
    )
    terminal.result(str(found.path))


def _record(found: Exported) -> dict[str, Any]:
    """Return what was written as JSON data."""
    return {
        "file": str(found.path),
        "format": found.format,
        "inputs": {name: ["N", *shape] for name, shape in found.inputs.items()},
        "bytes": found.size,
        "batches": list(found.batches),
        "largest_difference": found.largest,
    }
