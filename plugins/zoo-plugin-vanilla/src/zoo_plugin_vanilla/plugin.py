"""The first GANs for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import AVERAGED, Entry, hookimpl

PAPER = "arXiv:1406.2661"
ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
FAST_ADAM = {"optimizer": "adam", "lr": 1e-3, "betas": (0.9, 0.999)}
FRESH = {"share": False}
"""The generator moves against latents of its own, as in algorithm 1 of the paper."""


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        Entry(
            kind="generator",
            name="vanilla",
            target="zoo_plugin_vanilla.mlp:VanillaGenerator",
            summary="MLP with four hidden layers and batch norm, for images of any size.",
            paper=PAPER,
            defaults={
                "parts": {"critic": "vanilla"},
                "generator": ADAM,
                "game": FRESH,
                "run": {"latent_dim": 100},
            },
            departures=(
                "the multilayer perceptrons of most courses, with batch norm, leaky ReLU and Adam: "
                "the paper's have maxout, dropout and SGD with momentum, and are not given in full",
                AVERAGED,
            ),
        ),
        Entry(
            kind="discriminator",
            name="vanilla",
            target="zoo_plugin_vanilla.mlp:VanillaDiscriminator",
            summary="MLP with two hidden layers, for images of any size.",
            paper=PAPER,
            defaults={"critic": ADAM},
        ),
        Entry(
            kind="generator",
            name="mini-conv",
            target="zoo_plugin_vanilla.mini_conv:MiniConvGenerator",
            summary="One linear layer and two transposed convolutions: the smallest one.",
            paper=PAPER,
            defaults={
                "parts": {"critic": "mini-conv"},
                "generator": FAST_ADAM,
                "game": FRESH,
                "run": {"latent_dim": 100},
            },
            departures=(
                "a pair for first lessons, which no paper has: the cited one gives the game",
                AVERAGED,
            ),
        ),
        Entry(
            kind="discriminator",
            name="mini-conv",
            target="zoo_plugin_vanilla.mini_conv:MiniConvDiscriminator",
            summary="One convolution and one linear layer: the smallest one.",
            paper=PAPER,
            defaults={"critic": FAST_ADAM},
        ),
    )
