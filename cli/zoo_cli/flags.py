"""Flags that several commands have, each with one meaning."""

from __future__ import annotations

import click

plugin_option = click.option(
    "--plugin", "plugins", multiple=True, metavar="FILE", help="Also this plugin file."
)

device_option = click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda or mps."
)

no_ema_option = click.option(
    "--no-ema", is_flag=True, help="The weights themselves, not their average."
)
