"""Held-out images for games whose pictures begin with images."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from zoo_core.composition import Composition
from zoo_core.engine.feed import as_batch
from zoo_core.engine.hardware import Hardware
from zoo_core.interfaces import Batch, Game


def held_out(
    composition: Composition, game: Game, hardware: Hardware, count: int
) -> Mapping[str, Batch]:
    """Return table name to its first held-out images; nothing is read for a game that draws."""
    if not game.shows_held_out:
        return {}
    tables = composition.dataset.tables("test")
    if not all(len(table) for table in tables.values()):
        # nothing is held out: what is trained on is shown instead
        tables = composition.dataset.tables("train")
    rows = {name: t.take(torch.arange(min(count, len(t)))) for name, t in tables.items()}
    return {
        name: as_batch(found, hardware.device, hardware.memory_format)
        for name, found in rows.items()
    }
