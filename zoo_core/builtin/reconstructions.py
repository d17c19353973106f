"""What a game with an encoder makes of held-out images, for the log."""

from __future__ import annotations

from zoo_core.draws import CounterDraws
from zoo_core.engine.modes import evaluating
from zoo_core.training.held_out import held_out
from zoo_core.training.run import Run

COUNT = 64
"""Held-out images that are looked at: little beside the steps between two log points."""


def measured(run: Run) -> dict[str, float]:
    """Return the mean of every anomaly score over held-out images, by the averaged nets.

    The same images and draws each time; nothing for a game without an encoder.
    """
    roles = run.composition.plan.roles.values()
    if not run.options.monitor or all(role.part != "encoder" for role in roles):
        return {}
    game, device = run.engine.game, run.hardware.device
    images = held_out(run.composition, game, run.hardware, COUNT)["images"].images
    rng = CounterDraws(run.options.seed, 0, path=("held out",), deliver=device)
    with evaluating(run.engine.picture_nets(), seed=run.options.seed) as nets:
        found = game.anomalies(nets, images, rng)
    return {f"held_out.{name}": float(scores.mean()) for name, scores in found.items()}
