"""Autoencoders for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo_core import AVERAGED, Entry, hookimpl

VAE_PAPER = "arXiv:1312.6114"
ADAM = {"optimizer": "adam", "lr": 1e-3, "betas": (0.9, 0.999)}
GAN_ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
NETS = {"generator": "dcgan", "encoder": "conv"}


def _defaults(
    latent_dim: int, parts: Mapping[str, str] = NETS, **sections: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Return a game's defaults: nets, their optimisers, and how long codes are."""
    run = {"batch": 128, "latent_dim": latent_dim}
    return {"parts": parts, "encoder": ADAM, "generator": ADAM, "run": run, **sections}


ENCODERS = (
    Entry(
        kind="encoder",
        name="conv",
        target="zoo_plugin_autoencoder.encoders:ConvEncoder",
        summary="The mirror of DCGAN's generator: strided convolutions, batch norm, leaky ReLU.",
        paper="arXiv:1511.06434",
        defaults={"encoder": ADAM},
    ),
    Entry(
        kind="encoder",
        name="mlp",
        target="zoo_plugin_autoencoder.encoders:MLPEncoder",
        summary="MLP with two hidden layers, for images of any size.",
        defaults={"encoder": ADAM},
    ),
)

GAMES = (
    Entry(
        kind="game",
        name="autoencoder",
        target="zoo_plugin_autoencoder.bottleneck:Autoencoder",
        summary="Encode images to few numbers, and make them again.",
        paper="doi:10.1126/science.1127647",
        defaults=_defaults(32),
        departures=(
            "trained from random weights by Adam; the paper trains layer by layer first",
            "samples are drawn from a Gaussian fitted to the codes, which the paper has not",
            AVERAGED,
        ),
    ),
    Entry(
        kind="game",
        name="denoising",
        target="zoo_plugin_autoencoder.bottleneck:Denoising",
        summary="Make clean images from noisy ones.",
        paper="doi:10.1145/1390156.1390294",
        defaults=_defaults(128),
        departures=("all layers are trained at once; the paper stacks them", AVERAGED),
    ),
    Entry(
        kind="game",
        name="sparse",
        target="zoo_plugin_autoencoder.bottleneck:Sparse",
        summary="Many units, of which few are active for an image.",
        defaults=_defaults(256),
        departures=(
            "the penalty is the mean over units, so that its weight does not depend on their "
            "number; the lecture notes take the sum",
            AVERAGED,
        ),
    ),
    Entry(
        kind="game",
        name="vae",
        target="zoo_plugin_autoencoder.vae:VAE",
        summary="The variational autoencoder: a bound on the likelihood, and samples.",
        paper=VAE_PAPER,
        defaults=_defaults(16, {**NETS, "sampler": "normal"}),
        departures=(
            "with the Gaussian likelihood, its standard deviation is one learned number for all "
            "pixels (arXiv:2006.13202); `-o game.scale=1` fixes it",
            AVERAGED,
        ),
    ),
    Entry(
        kind="game",
        name="vae-gan",
        target="zoo_plugin_autoencoder.vae_gan:VAEGAN",
        summary="A VAE whose errors a critic measures, and which plays against it.",
        paper="arXiv:1512.09300",
        defaults=_defaults(
            16,
            {**NETS, "critic": "dcgan", "sampler": "normal"},
            generator=GAN_ADAM,
            encoder=GAN_ADAM,
        ),
        departures=(
            "Adam at 2e-4; the paper takes RMSProp at 3e-4",
            "the critic's last features measure the distance; the paper takes an inner layer",
            "real images count against reconstructions and against samples, so twice",
            AVERAGED,
        ),
    ),
    Entry(
        kind="game",
        name="encode",
        target="zoo_plugin_autoencoder.encoding:Encode",
        summary="An encoder for a generator that is trained already: how strange is an image?",
        paper="doi:10.1016/j.media.2019.01.010",
        defaults={"parts": {"encoder": "conv"}, "encoder": ADAM},
        departures=(
            "any critic's features, and any sampler; the paper's GAN is a WGAN-GP",
            AVERAGED,
        ),
    ),
)


RECIPE = Entry(
    kind="recipe",
    name="vae-digits",
    target="zoo_plugin_autoencoder.recipes:DIGITS",
    summary="A variational autoencoder of the embedded digits, in minutes on two cores.",
    paper=VAE_PAPER,
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*ENCODERS, *GAMES, RECIPE)
