"""Nets in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def evaluating(nets: Mapping[str, nn.Module]) -> Iterator[Mapping[str, nn.Module]]:
    """Switch nets to evaluation mode without gradients; restore every module's mode afterwards."""
    modes = [(module, module.training) for net in nets.values() for module in net.modules()]
    for net in nets.values():
        net.eval()
    try:
        with torch.no_grad():
            yield nets
    finally:
        for module, training in modes:
            module.training = training
