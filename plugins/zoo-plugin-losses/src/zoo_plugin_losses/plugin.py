"""Losses and penalties for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

LOSSES = (
    Entry(
        kind="loss",
        name="lsgan",
        target="zoo_plugin_losses.least_squares:LeastSquares",
        summary="Squared distances of the scores to one value for real and one for fake images.",
        paper="arXiv:1611.04076",
    ),
    Entry(
        kind="loss",
        name="hinge",
        target="zoo_plugin_losses.hinge:Hinge",
        summary="The critic separates real from fake by a margin of 1 on either side of 0.",
        paper="arXiv:1705.02894",
    ),
    Entry(
        kind="loss",
        name="logistic",
        target="zoo_plugin_losses.logistic:Logistic",
        summary="Softplus of the scores, in the form that R1 and StyleGAN are written for.",
        paper="arXiv:1801.04406",
    ),
    Entry(
        kind="loss",
        name="relativistic",
        target="zoo_plugin_losses.relativistic:Relativistic",
        summary="The critic tells which of a pair is the real image.",
        paper="arXiv:1807.00734",
    ),
    Entry(
        kind="loss",
        name="relativistic-average",
        target="zoo_plugin_losses.relativistic:RelativisticAverage",
        summary="The critic tells an image from the average of the other kind.",
        paper="arXiv:1807.00734",
        departures=(
            "the sum of both terms, as in the paper's equations; the authors' code halves it, so "
            "a penalty of the same weight counts half as much here",
            "averages are those of the rows that a device plays at once, not of the whole batch",
        ),
    ),
    Entry(
        kind="loss",
        name="feature-matching",
        target="zoo_plugin_losses.feature_matching:FeatureMatching",
        summary="The generator matches the critic's mean features of real images.",
        paper="arXiv:1606.03498",
    ),
)

HALVED = (
    "half of weight times the squared norm, as in equations 9 and 10; the authors' code leaves out "
    "the half, so its weight of 10 is 20 here (`weight` of the penalty)",
)

PENALTIES = (
    Entry(
        kind="penalty",
        name="r1",
        target="zoo_plugin_losses.zero_centred:R1",
        summary="Draw the critic's gradient at real images to zero.",
        paper="arXiv:1801.04406",
        departures=HALVED,
    ),
    Entry(
        kind="penalty",
        name="r2",
        target="zoo_plugin_losses.zero_centred:R2",
        summary="Draw the critic's gradient at generated images to zero.",
        paper="arXiv:1801.04406",
        departures=HALVED,
    ),
    Entry(
        kind="penalty",
        name="dragan",
        target="zoo_plugin_losses.dragan:Dragan",
        summary="Draw the norm of the critic's gradient around real images to 1.",
        paper="arXiv:1705.07215",
        departures=(
            "noise is added on one side only and shrunk by one factor a sample, as in the authors' "
            "code; the paper's algorithm 1 adds normal noise",
            "the standard deviation is that of the rows that a device plays at once, not of the "
            "whole batch",
        ),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*LOSSES, *PENALTIES)
