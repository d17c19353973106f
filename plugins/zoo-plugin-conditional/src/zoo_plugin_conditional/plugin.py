"""Conditions for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from typing import Any

from zoo_core import AVERAGED, Entry, hookimpl

SEMI_SUPERVISED = "zoo-plugin-conditional/sgan"
"""The condition that trains a classifier."""

INFOGAN = "arXiv:1606.03657"

CONDITIONS = (
    Entry(
        kind="condition",
        name="concat",
        target="zoo_plugin_conditional.concat:Concat",
        summary="cGAN: both nets get the class as more input.",
        paper="arXiv:1411.1784",
        tags=("labels",),
    ),
    Entry(
        kind="condition",
        name="projection",
        target="zoo_plugin_conditional.projection:Projection",
        summary="The score gains the product of a class embedding with the critic's features.",
        paper="arXiv:1802.05637",
        tags=("labels",),
        departures=(
            "the class embedding starts at zero, so that training starts from the unconditional "
            "critic, which the paper does not ask for",
            "a generator gets the class as more latents, because any generator will do; the "
            "paper's has conditional batch norm",
        ),
    ),
    Entry(
        kind="condition",
        name="ac",
        target="zoo_plugin_conditional.ac:AuxiliaryClassifier",
        summary="AC-GAN: the critic also tells the class, and both players want it right.",
        paper="arXiv:1610.09585",
        tags=("labels",),
    ),
    Entry(
        kind="condition",
        name="sgan",
        target="zoo_plugin_conditional.sgan:SemiSupervised",
        summary="The critic learns classes from few labels, and generated images as one more.",
        paper="arXiv:1606.03498",
        tags=("labels",),
    ),
    Entry(
        kind="condition",
        name="infogan",
        target="zoo_plugin_conditional.infogan:InfoGAN",
        summary="Codes among the latents that a reader must find in the images; no labels.",
        paper=INFOGAN,
        departures=(
            "`continuous_weight` is 0.1: the paper asks for less than 1 and gives no number, and "
            "the authors' code has another (`-o condition.continuous_weight=1`)",
            "the reader moves with the generator and at its learning rate: the term is the "
            "generator's",
            "the reader has layer norm in place of batch norm: the codes of an image do not depend "
            "on the others of its batch",
        ),
    ),
)

NETS = (
    Entry(
        kind="generator",
        name="infogan",
        target="zoo_plugin_conditional.infogan_nets:InfoGANGenerator",
        summary="Two linear layers, two transposed convolutions, batch norm.",
        paper=INFOGAN,
        defaults={
            "parts": {"critic": "infogan"},
            "generator": {"optimizer": "adam", "lr": 1e-3, "betas": (0.5, 0.999)},
            # each move has codes and noise of its own, as in algorithm 1 of the first paper
            "game": {"share": False},
            "run": {"batch": 128, "latent_dim": 62},
        },
        departures=(AVERAGED,),
    ),
    Entry(
        kind="discriminator",
        name="infogan",
        target="zoo_plugin_conditional.infogan_nets:InfoGANDiscriminator",
        summary="Two convolutions, two linear layers, batch norm.",
        paper=INFOGAN,
        defaults={"critic": {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}},
        departures=(
            "leaky ReLU of slope 0.1, as the paper's table says; the authors' code has another",
        ),
    ),
)


RECIPES = (
    Entry(
        kind="recipe",
        name="cdcgan-digits",
        target="zoo_plugin_conditional.recipes:DIGITS",
        summary="cDCGAN learns the embedded digits by class, in minutes on two cores.",
        paper="arXiv:1411.1784",
        tags=("needs:zoo-plugin-dcgan", "needs:zoo-plugin-wgan"),
    ),
)


WEIGHTS = (
    Entry(
        kind="weights",
        name="cdcgan.mnist-28",
        target="zoo_plugin_conditional:weights/cdcgan.mnist-28",
        summary="MNIST of the class you ask for, by DCGAN with concat, 3,000 steps.",
        paper="arXiv:1411.1784",
        tags=("needs:zoo-plugin-dcgan",),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*CONDITIONS, *NETS, *RECIPES, *WEIGHTS)


@hookimpl
def zoo_run_finished(run: Any, outcome: str) -> None:
    """Say how good the classifier is that a semi-supervised run was made for."""
    chosen = [item.qualified for item in run.composition.plan.chosen["condition"].items]
    if outcome != "failed" and run.step and chosen == [SEMI_SUPERVISED]:
        # torch is there by now: a run has ended
        from zoo_plugin_conditional.reporting import accuracy_line

        run.say(accuracy_line(run))
