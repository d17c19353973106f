"""Draw images by number: the same ones for sampling, for measuring and for pictures."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Game, net_stream

CHUNK = 64
"""Images per pass of the generator."""


def draw_chunk(
    game: Game,
    nets: Mapping[str, nn.Module],
    number: int,
    *,
    count: int,
    seed: int,
    labels: Tensor | None,
    device: torch.device,
) -> Tensor:
    """Return images of chunk `number` of a seed, (count, C, H, W) in [-1, 1].

    Latents are drawn on the CPU, so that the pictures are the same on every device.

    Args:
        game: what draws.
        nets: its nets, in evaluation mode.
        number: of the chunk; every chunk but the last has `CHUNK` images.
        count: images of this chunk.
        seed: of the latents, and of nets that are random inside.
        labels: (count,) int64, where the composition is conditional.
        device: where the nets are.
    """
    rng = CounterDraws(seed, number, path=("sample",), deliver=device)
    with net_stream(rng.child("nets")):
        return game.sample(nets, rng, count=count, labels=labels)


def labels_in_turn(count: int, classes: int, *, device: torch.device | str | None = None) -> Tensor:
    """Return (count,) int64 labels 0, 1, ... of a number of classes, over and over."""
    return torch.arange(count, device=device) % classes
