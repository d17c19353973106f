"""Features are computed in float32, whatever precision a run trains in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.backends import cudnn


@contextmanager
def full_precision(device: torch.device) -> Iterator[None]:
    """Allow no autocast, no TF32 in convolutions, and no algorithm that differs between calls."""
    with (
        torch.autocast(device.type, enabled=False),
        cudnn.flags(enabled=True, deterministic=True, allow_tf32=False),
    ):
        yield
