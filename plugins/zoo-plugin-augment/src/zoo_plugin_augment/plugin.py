"""Augmentations for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

AUGMENTS = (
    Entry(
        kind="augment",
        name="diffaugment",
        target="zoo_plugin_augment.diffaugment:DiffAugment",
        summary="Color, translation and cutout of real and generated images alike.",
        paper="arXiv:2006.10738",
    ),
    Entry(
        kind="augment",
        name="ada",
        target="zoo_plugin_augment.ada:Ada",
        summary="Up to eighteen changes, as often as the critic needs them.",
        paper="arXiv:2006.06676",
    ),
    Entry(
        kind="augment",
        name="ada-ramp",
        target="zoo_plugin_augment.ada:AdaRamp",
        summary="The changes of `ada` with a probability that follows a schedule.",
        paper="arXiv:2501.05441",
    ),
)

PENALTIES = (
    Entry(
        kind="penalty",
        name="cr",
        target="zoo_plugin_augment.consistency:Consistency",
        summary="The critic's scores of real images stay where these are changed a little.",
        paper="arXiv:1910.12027",
        departures=("images are shifted by up to an eighth of a side, which leaves zeros behind",),
    ),
    Entry(
        kind="penalty",
        name="bcr",
        target="zoo_plugin_augment.consistency:BalancedConsistency",
        summary="The same for real and for generated images.",
        paper="arXiv:2002.04724",
        departures=("images are shifted by up to an eighth of a side, which leaves zeros behind",),
    ),
    Entry(
        kind="penalty",
        name="lecam",
        target="zoo_plugin_augment.consistency:LeCam",
        summary="Scores stay near the other kind's moving average.",
        paper="arXiv:2104.03310",
        departures=(
            "equation 7 as it stands; the authors' code counts only the scores beyond the anchor",
        ),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*AUGMENTS, *PENALTIES)
