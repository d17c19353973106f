"""DCGAN for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import AVERAGED, Entry, hookimpl

PAPER = "arXiv:1511.06434"
ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}


def _generator(name: str, summary: str, paper: str, **options: str) -> Entry:
    """Return the entry of DCGAN's generator, or of a named variant with options of its own."""
    return Entry(
        kind="generator",
        name=name,
        target="zoo_plugin_dcgan.generator:DCGANGenerator",
        summary=summary,
        paper=paper,
        defaults={
            "parts": {"critic": "dcgan"},
            "generator": {**ADAM, **options},
            # both moves see the same images, as in PyTorch's example of DCGAN
            "game": {"share": True},
            "run": {"batch": 128, "latent_dim": 100},
        },
        departures=(
            "latents from N(0, 1), as in PyTorch's example; the paper draws from [-1, 1) "
            "(`--sampler uniform`)",
            "both moves see the same generated images, as in PyTorch's example of DCGAN; algorithm "
            "1 of the first GANs draws for each move (`-o game.share=false`)",
            AVERAGED,
        ),
    )


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        _generator("dcgan", "Strided transposed convolutions, batch norm, tanh output.", PAPER),
        _generator(
            "dcgan-resize",
            "DCGAN that enlarges, then convolves: no checkerboard of transposed convolutions.",
            "doi:10.23915/distill.00003",
            upsample="nearest",
        ),
        _generator(
            "dcgan-subpixel",
            "DCGAN that convolves, then makes pixels of channels.",
            "arXiv:1609.05158",
            upsample="pixel-shuffle",
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
        Entry(
            kind="importer",
            name="dcgan-examples",
            target="zoo_plugin_dcgan.importing:DCGANExamples",
            summary="The DCGAN of PyTorch's examples: netG_epoch_N.pth, and netD_epoch_N.pth.",
            paper=PAPER,
        ),
        Entry(
            kind="weights",
            name="dcgan.digits-32",
            target="zoo_plugin_dcgan:weights/dcgan.digits-32",
            summary="The embedded digits by the recipe dcgan-digits.",
            paper="arXiv:1704.00028",
        ),
        Entry(
            kind="weights",
            name="dcgan.mnist-28",
            target="zoo_plugin_dcgan:weights/dcgan.mnist-28",
            summary="MNIST by DCGAN with WGAN-GP, 4,000 steps.",
            paper="arXiv:1704.00028",
        ),
    )
