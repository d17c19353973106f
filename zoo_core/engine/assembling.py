"""From a composition to an engine that can step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from zoo_core.composition import Composition
from zoo_core.config.run import PlayerOptions
from zoo_core.engine.core import Engine
from zoo_core.engine.feed import Feed, too_few
from zoo_core.engine.hardware import choose_hardware
from zoo_core.engine.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo_core.interfaces import Table

Device = Literal["auto", "cpu", "cuda", "mps"]


def engine_of(composition: Composition, *, device: Device | None = None) -> Engine:
    """Return an engine of a composition with its training data, without a run directory.

    Args:
        composition: what is played.
        device: where; the composition's own choice by default.

    Raises:
        ZooError: a device that this machine does not have, or fewer images than a batch.
    """
    options = composition.run
    if device is not None:
        options = replace(options, device=device)
    game = composition.build()
    hardware = choose_hardware(options, game)
    hardware.place(game)
    ranks = Ranks.from_environment()
    feed = Feed(
        _tables(composition),
        batch=options.batch,
        seed=options.seed,
        device=hardware.device,
        memory_format=hardware.memory_format,
        rank=ranks.rank,
        world=ranks.world,
        variations=composition.dataset.variations,
    )
    players = {name: player_options(composition, name) for name in game.players()}
    return Engine(game, feed, run=options, players=players, hardware=hardware, ranks=ranks)


def _tables(composition: Composition) -> Mapping[str, Table]:
    data, batch = composition.dataset, composition.run.batch
    tables = data.tables("train")
    for name, table in tables.items():
        if len(table) < batch:
            raise too_few(name, len(table), batch, spare=data.spare())
    return tables


def player_options(composition: Composition, player: str) -> PlayerOptions:
    """Return the optimiser's options of a player; one without a section gets the generator's."""
    section = composition.settings.get(player, composition.settings["generator"])
    return PlayerOptions(**section.plain(PlayerOptions.__dataclass_fields__))
