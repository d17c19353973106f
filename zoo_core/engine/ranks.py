"""This process among the others that train the same game; `torchrun` starts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor

Gradients = dict[str, tuple[Tensor | None, ...]]


@dataclass(frozen=True, slots=True)
class Ranks:
    """Rank and number of processes; alone, everything is as it is.

    Every rank holds the same number of rows, so a mean over ranks is the mean over rows.
    """

    rank: int = 0
    world: int = 1

    @classmethod
    def from_environment(cls) -> Ranks:
        """Return this process's place in the initialised process group, if there is one."""
        if dist.is_available() and dist.is_initialized():
            return cls(dist.get_rank(), dist.get_world_size())
        return cls()

    def averaged_gradients(self, gradients: Gradients) -> Gradients:
        """Return gradients averaged over ranks, in one flat all-reduce."""
        if self.world == 1:
            return gradients
        present = [g for found in gradients.values() for g in found if g is not None]
        means = iter(self._mean(present))
        return {
            name: tuple(None if g is None else next(means) for g in found)
            for name, found in gradients.items()
        }

    def averaged_notes(self, notes: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return detached notes averaged over ranks."""
        detached = {name: note.detach() for name, note in notes.items()}
        if self.world == 1 or not detached:
            return detached
        return dict(zip(detached, self._mean(list(detached.values())), strict=True))

    def _mean(self, values: list[Tensor]) -> list[Tensor]:
        flat = torch.cat([value.reshape(-1) for value in values])
        dist.all_reduce(flat)
        flat /= self.world
        pieces = torch.split(flat, [value.numel() for value in values])
        return [piece.view(value.shape) for piece, value in zip(pieces, values, strict=True)]
