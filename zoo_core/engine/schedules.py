"""Learning rates as pure functions of the step."""

from __future__ import annotations

import math

from zoo_core.config.run import PlayerOptions


def learning_rate(options: PlayerOptions, step: int, steps: int) -> float:
    """Return a player's learning rate at a step, from 0, of a run of so many steps."""
    return options.lr * _warmed(options, step) * _decayed(options, step, steps)


def _warmed(options: PlayerOptions, step: int) -> float:
    return min(1.0, (step + 1) / (options.warmup + 1))


def _decayed(options: PlayerOptions, step: int, steps: int) -> float:
    if options.schedule == "constant":
        return 1.0
    if options.schedule == "step":
        return float(options.decay ** (step // options.decay_every))
    start = options.decay_from * steps
    progress = min(1.0, max(0.0, (step - start) / max(1.0, steps - start)))
    if options.schedule == "linear":
        return 1.0 - progress
    return 0.5 * (1.0 + math.cos(math.pi * progress))
