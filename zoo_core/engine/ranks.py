"""This process among the others that train the same game; `torchrun` starts them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


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

    def averaged(self, values: list[Tensor]) -> list[Tensor]:
        """Return tensors of one type averaged over ranks, in one flat all-reduce."""
        if self.world == 1 or not values:
            return values
        flat = torch.cat([value.reshape(-1) for value in values])
        dist.all_reduce(flat)
        flat /= self.world
        pieces = torch.split(flat, [value.numel() for value in values])
        return [piece.view(value.shape) for piece, value in zip(pieces, values, strict=True)]
