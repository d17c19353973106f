"""What the core itself provides. Imports no torch."""

from __future__ import annotations

from zoo_core.builtin.datasets import DATASETS
from zoo_core.entry import Entry
from zoo_core.hookspecs import hookimpl

PAPER = "arXiv:1406.2661"

PARTS = (
    Entry(
        kind="game",
        name="adversarial",
        target="zoo_core.builtin.adversarial:Adversarial",
        summary="Several critic moves, then one of the generator.",
        paper=PAPER,
    ),
    Entry(
        kind="sampler",
        name="normal",
        target="zoo_core.builtin.samplers:Normal",
        summary="Latents from N(0, 1).",
    ),
    Entry(
        kind="sampler",
        name="uniform",
        target="zoo_core.builtin.samplers:Uniform",
        summary="Latents from [-1, 1).",
    ),
    Entry(
        kind="loss",
        name="minimax",
        target="zoo_core.builtin.losses:Minimax",
        summary="The generator minimises log(1 - D(G(z))), which saturates.",
        paper=PAPER,
    ),
    Entry(
        kind="loss",
        name="non-saturating",
        target="zoo_core.builtin.losses:NonSaturating",
        summary="The generator maximises log D(G(z)).",
        paper=PAPER,
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*PARTS, *DATASETS)
