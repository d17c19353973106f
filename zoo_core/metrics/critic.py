"""A run's critic as metrics see it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from zoo_core.composition import Composition
from zoo_core.interfaces import Duel, Game

CHUNK = 256
"""Images per pass of the critic."""


def per_image(logits: Tensor) -> Tensor:
    """Return one logit an image (N,): the mean where a critic scores patches (N, h, w)."""
    return logits.flatten(1).mean(1) if logits.ndim > 1 else logits


def critic_of(
    composition: Composition, game: Game, device: torch.device
) -> Callable[[Tensor], Tensor] | None:
    """Return images (N, C, H, W) in [-1, 1] to logits (N,), the mean over patches.

    None where there is no critic of single images, or one that reads labels.
    """
    duel, plan = getattr(game, "duel", None), composition.plan
    reads = getattr(plan.target("condition"), "reads_labels", False) or plan.labelled
    if not isinstance(duel, Duel) or reads or game.translators():
        return None

    @torch.no_grad()
    def score(images: Tensor) -> Tensor:
        pieces = [duel.score(some.to(device), None).logits for some in torch.split(images, CHUNK)]
        return torch.cat([per_image(piece) for piece in pieces]).cpu()

    return score
