"""What the core itself provides. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from zoo_core.builtin.datasets import DATASETS
from zoo_core.registry.entry import Entry
from zoo_core.registry.hookspecs import hookimpl

PAPER = "arXiv:1406.2661"

MONITOR = "zoo_core.builtin.health.monitor"
"""Imported when a run asks for it, as the targets of entries are."""

RECONSTRUCTIONS = "zoo_core.builtin.reconstructions"
"""Likewise."""

TRACKING = "zoo_core.builtin.tracking"
"""Likewise."""

PUSHING = "zoo_core.builtin.pushes"
"""Likewise."""

PARTS = (
    Entry(
        kind="game",
        name="adversarial",
        target="zoo_core.builtin.adversarial:Adversarial",
        summary="Several critic moves, then one of the generator.",
        paper=PAPER,
        departures=(
            "the generator moves against the critic's last images unless a loss or a generator "
            "says otherwise, which saves a pass; algorithm 1 draws new latents, as "
            "`-o game.share=false` does",
        ),
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


@hookimpl
def zoo_run_started(run: Any) -> None:
    if run.options.track:
        import_module(TRACKING).started(run)
    if run.options.push_to:
        import_module(PUSHING).started(run)


@hookimpl
def zoo_checkpoint_saved(run: Any, path: Path) -> None:
    if run.options.push_to:
        import_module(PUSHING).saved(run, path)


@hookimpl
def zoo_scalars(run: Any, step: int) -> Mapping[str, float]:
    health: Mapping[str, float] = import_module(MONITOR).monitor_of(run).measure(step)
    return {**health, **import_module(RECONSTRUCTIONS).measured(run)}


@hookimpl
def zoo_logged(run: Any, step: int, scalars: Mapping[str, float]) -> None:
    import_module(MONITOR).monitor_of(run).look(step, scalars)
    if run.options.track:
        import_module(TRACKING).logged(run, step, scalars)


@hookimpl
def zoo_run_finished(run: Any, outcome: str) -> None:
    import_module(MONITOR).forget(run)
    if run.options.track:
        import_module(TRACKING).finished(run, outcome)
    if run.options.push_to:
        import_module(PUSHING).finished(run, outcome)
