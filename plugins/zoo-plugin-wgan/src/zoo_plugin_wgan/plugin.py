"""Wasserstein GANs for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

CLIPPING_PAPER = "arXiv:1701.07875"
PENALTY_PAPER = "arXiv:1704.00028"
RMSPROP = {"optimizer": "rmsprop", "lr": 5e-5}
ADAM = {"optimizer": "adam", "lr": 1e-4, "betas": (0.0, 0.9)}
FRESH = {"share": False}
"""The generator moves against latents of its own, as in algorithm 1 of both papers."""


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        Entry(
            kind="loss",
            name="wgan",
            target="zoo_plugin_wgan.loss:WassersteinLoss",
            summary="Wasserstein distance, with a critic whose weights are clipped.",
            paper=CLIPPING_PAPER,
            defaults={
                "parts": {"constraint": "clip"},
                "generator": RMSPROP,
                "critic": RMSPROP,
                "game": FRESH,
                "run": {"batch": 64, "critic_steps": 5},
            },
            departures=(
                "5 critic steps in every round, as in algorithm 1; the authors' code takes 100 in "
                "the first 25 rounds and in every 500th (`-o game.long_rounds=true`)",
            ),
        ),
        Entry(
            kind="loss",
            name="wgan-gp",
            target="zoo_plugin_wgan.loss:WassersteinLoss",
            summary="Wasserstein distance, with a gradient penalty on the critic.",
            paper=PENALTY_PAPER,
            defaults={
                "parts": {"penalty": "gp"},
                "generator": ADAM,
                "critic": ADAM,
                "game": FRESH,
                "run": {"batch": 64, "critic_steps": 5},
            },
        ),
        Entry(
            kind="penalty",
            name="gp",
            target="zoo_plugin_wgan.gradient_penalty:GradientPenalty",
            summary="Draw the norm of the critic's gradient at each sample to 1.",
            paper=PENALTY_PAPER,
        ),
        Entry(
            kind="constraint",
            name="clip",
            target="zoo_plugin_wgan.clip:Clip",
            summary="Clamp every parameter of the critic after each of its steps.",
            paper=CLIPPING_PAPER,
        ),
    )
