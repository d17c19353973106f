"""Nets in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import net_stream


@contextmanager
def evaluating(
    nets: Mapping[str, nn.Module], *, seed: int = 0
) -> Iterator[Mapping[str, nn.Module]]:
    """Switch nets to evaluation mode without gradients; restore every module's mode afterwards.

    What is in evaluation mode already is not written to, so that threads can share it.

    Args:
        nets: what is switched.
        seed: of the stream that nets draw from which are random in evaluation mode too.
    """
    training = [each for net in nets.values() for each in net.modules() if each.training]
    for module in training:
        module.training = False
    try:
        with torch.no_grad(), net_stream(CounterDraws(seed, 0, path=("evaluating",))):
            yield nets
    finally:
        for module in training:
            module.training = True
