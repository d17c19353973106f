"""Learning rates as functions of the step, computed where the step is: on the device."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from zoo_core.config.run import PlayerOptions


def learning_rate(options: PlayerOptions, step: Tensor, steps: int) -> Tensor:
    """Return a player's learning rate, a 0-d tensor on the step's device.

    Args:
        options: the schedule.
        step: from 0, a 0-d int64 tensor.
        steps: of the whole run.
    """
    now = step.to(exact_dtype(step.device))
    rate = torch.full_like(now, options.lr)
    if options.warmup:
        rate = rate * ((now + 1) / (options.warmup + 1)).clamp(max=1.0)
    if options.schedule == "constant":
        return rate
    return rate * _decayed(options, now, steps)


def exact_dtype(device: torch.device) -> torch.dtype:
    """Return the most exact type of numbers that a device computes with."""
    return torch.float32 if device.type == "mps" else torch.float64


def _decayed(options: PlayerOptions, now: Tensor, steps: int) -> Tensor:
    if options.schedule == "step":
        return torch.pow(options.decay, (now / options.decay_every).floor())
    start = options.decay_from * steps
    progress = ((now - start) / max(1.0, steps - start)).clamp(0.0, 1.0)
    if options.schedule == "linear":
        return 1.0 - progress
    return 0.5 * (1.0 + torch.cos(math.pi * progress))
