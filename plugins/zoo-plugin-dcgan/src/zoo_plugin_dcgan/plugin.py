"""DCGAN for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

PAPER = "arXiv:1511.06434"
ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        Entry(
            kind="generator",
            name="dcgan",
            target="zoo_plugin_dcgan.generator:DCGANGenerator",
            summary="Strided transposed convolutions, batch norm, tanh output.",
            paper=PAPER,
            defaults={
                "parts": {"critic": "dcgan"},
                "generator": ADAM,
                "run": {"batch": 128, "latent_dim": 100},
            },
        ),
        Entry(
            kind="discriminator",
            name="dcgan",
            target="zoo_plugin_dcgan.discriminator:DCGANDiscriminator",
            summary="Strided convolutions, batch norm, leaky ReLU.",
            paper=PAPER,
            defaults={"critic": ADAM},
        ),
        Entry(
            kind="recipe",
            name="dcgan-digits",
            target="zoo_plugin_dcgan.recipes:DIGITS",
            summary="DCGAN learns the embedded digits with WGAN-GP, in minutes on two cores.",
            paper="arXiv:1704.00028",
            tags=("needs:zoo-plugin-wgan",),
        ),
    )
