"""Against collapse and for stability: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

IMPROVED = "arXiv:1606.03498"

AT_ONCE = (
    "the images that are compared are those that a device plays at once, unless `group` is set to "
    "a number that divides them"
)
ADDED = "what is found is added to the score: the features of any critic, whatever its head"

HEADS = (
    Entry(
        kind="head",
        name="minibatch-discrimination",
        target="zoo_plugin_stability.minibatch_discrimination:MinibatchDiscrimination",
        summary="The critic sees how close an image is to the others of its batch.",
        paper=IMPROVED,
        departures=(ADDED, AT_ONCE),
    ),
    Entry(
        kind="head",
        name="minibatch-stddev",
        target="zoo_plugin_stability.minibatch_stddev:MinibatchStddev",
        summary="The critic sees how much the images of a group vary.",
        paper="arXiv:1710.10196",
        departures=(
            ADDED,
            "a group is of images that follow each other, so that parts of a batch that it "
            "divides equal the whole; the authors' code takes images from all over the batch",
        ),
    ),
)

CONSTRAINTS = (
    Entry(
        kind="constraint",
        name="spectral",
        target="zoo_plugin_stability.spectral:Spectral",
        summary="Divide every weight by its largest singular value.",
        paper="arXiv:1802.05957",
    ),
    Entry(
        kind="constraint",
        name="weight-norm",
        target="zoo_plugin_stability.weight_norm:WeightNorm",
        summary="Learn the length of every weight vector apart from its direction.",
        paper="arXiv:1602.07868",
        departures=("lengths and directions begin as those of the net, not as a batch says",),
    ),
    Entry(
        kind="constraint",
        name="virtual-batch",
        target="zoo_plugin_stability.virtual_batch:VirtualBatch",
        summary="Normalise each of the generator's images by a fixed reference batch and itself.",
        paper=IMPROVED,
        departures=("the reference batch is of latents from N(0, 1), whatever the sampler",),
    ),
)

OTHERS = (
    Entry(
        kind="augment",
        name="instance-noise",
        target="zoo_plugin_stability.instance_noise:InstanceNoise",
        summary="Normal noise on what the critic sees, less and less of it.",
        paper="arXiv:1610.04490",
    ),
    Entry(
        kind="penalty",
        name="historical-averaging",
        target="zoo_plugin_stability.historical_averaging:HistoricalAveraging",
        summary="Draw a player's parameters to their mean over the past.",
        paper=IMPROVED,
        departures=("one player's parameters, the critic's unless `player` says otherwise",),
    ),
    Entry(
        kind="game",
        name="unrolled",
        target="zoo_plugin_stability.unrolled:Unrolled",
        summary="The generator moves against the critic as it will be some steps later.",
        paper="arXiv:1611.02163",
        departures=(
            "the steps ahead are plain gradient steps at a rate of their own, as in section 2.2; "
            "the authors' code unrolls Adam",
            "the steps ahead leave penalties out, and constraints that act after a step",
            "where a batch is played in parts, each part looks ahead on its own images",
        ),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*HEADS, *CONSTRAINTS, *OTHERS)
