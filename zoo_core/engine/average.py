"""The moving average of the nets that make pictures (Karras et al. 2018, arXiv:1710.10196)."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from zoo_core.engine.schedules import exact_dtype


class Average:
    """Average parameters and buffers with a half-life in images and a warm-up.

    After n images the half-life is min(half_life, warmup * n), so that early weights are forgotten
    in proportion to how early they are. Whole-number buffers are copied.

    Args:
        nets: name to net; deep copies of them are kept.
        half_life: in images; 0 keeps no average.
        warmup: largest share of the images seen so far.
        batch: images per step.
    """

    def __init__(
        self, nets: Mapping[str, nn.Module], *, half_life: float, warmup: float, batch: int
    ) -> None:
        self.half_life, self.warmup, self.batch = half_life, warmup, batch
        self.nets: dict[str, nn.Module] = {}
        self._pairs: list[tuple[Tensor, Tensor]] = []
        for name, net in nets.items() if half_life > 0 else ():
            shadow = copy.deepcopy(net).requires_grad_(requires_grad=False).eval()
            self.nets[name] = shadow
            self._pairs += zip(_tensors(shadow), _tensors(net), strict=True)
        floating = [pair for pair in self._pairs if pair[0].is_floating_point()]
        self._shadows = [shadow for shadow, _ in floating]
        self._sources = [source for _, source in floating]
        self._whole = [pair for pair in self._pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(self, step: Tensor) -> None:
        """Take in the nets as they are after a step, whose number is a 0-d int64 tensor."""
        if not self._pairs:
            return
        weight = self.weight(step)
        weights = {dtype: weight.to(dtype) for dtype in {s.dtype for s in self._shadows}}
        torch._foreach_lerp_(
            self._shadows, self._sources, [weights[shadow.dtype] for shadow in self._shadows]
        )
        for shadow, source in self._whole:
            shadow.copy_(source)

    def weight(self, step: Tensor) -> Tensor:
        """Return the weight of the nets after a step, on the step's device."""
        seen = (step + 1).to(exact_dtype(step.device)) * self.batch
        half_life = (seen * self.warmup).clamp(max=self.half_life)
        # 1 - 2^(-batch / half_life); without a warm-up the half-life is 0, and the weight 1
        return -torch.expm1(-math.log(2) * self.batch / half_life)


def _tensors(net: nn.Module) -> list[Tensor]:
    return [*net.parameters(), *net.buffers()]
