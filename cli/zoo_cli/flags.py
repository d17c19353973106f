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

licence_option = click.option(
    "--licence", default="", metavar="L", help="Of the weights, such as cc0-1.0."
)

critic_option = click.option(
    "--with-critic", is_flag=True, help="All nets, not only those that draw."
)

dtype_option = click.option(
    "--dtype",
    type=click.Choice(["float32", "float16"]),
    default="float32",
    show_default=True,
    help="float16 is half as large, and nearly the same.",
)
