"""Wasserstein-1 distance, exact on samples, and the critic's estimate (arXiv:1701.07875)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Comparison, Draws, Metric, Real, Reference, as_floats
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.choosing import choose
from zoo_plugin_metrics.reading import features_of, pixels_of

CHUNK = 256
"""Images that the critic sees at once."""


class Wasserstein(Metric):
    """Move samples onto real images at the least cost, which is the mean distance in features.

    `wasserstein` is the exact solution of that assignment for equally many of both. It is above
    the distance of the distributions, the more the fewer there are: held-out images have some too.
    `wasserstein.critic` is E[D(real)] - E[D(fake)] on held-out images, in the critic's own units,
    where the run has a critic.

    Args:
        count: images of each side at most; the cost grows with its cube.
    """

    scores: ClassVar[Mapping[str, Better]] = {
        "wasserstein": "lower",
        "wasserstein.critic": "lower",
    }
    least = 2
    needs_images = True
    needs_critic = True

    def __init__(self, *, count: Annotated[int, Between(2, 20000)] = 1000) -> None:
        self.count = count

    def reference(self, real: Real, rng: Draws) -> Reference:
        rows = features_of(real.compared(), whose="real images", least=self.least)
        return {"features": rows[choose(len(rows), self.count, rng)]}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        rows = features_of(compared.fake, whose="samples", least=self.least)
        real = compared.reference["features"]
        fake = rows[choose(len(rows), len(real), compared.rng.child("fake"))]
        found = {"wasserstein": earth_movers_distance(fake, real[: len(fake)])}
        if compared.critic is not None:
            found["wasserstein.critic"] = self._estimate(compared.critic, compared)
        return found

    def _estimate(self, critic: Callable[[Tensor], Tensor], compared: Comparison) -> float:
        held_out = pixels_of(compared.real.held_out(), whose="held-out images", least=1)
        fake = pixels_of(compared.fake, whose="samples", least=1)
        means = []
        for side, images in (("real", held_out), ("fake", fake)):
            order = choose(len(images), self.count, compared.rng.child("critic", side))
            means.append(_mean_score(critic, images[order]))
        return means[0] - means[1]


def earth_movers_distance(first: Tensor, second: Tensor) -> float:
    """Return W1 of two samples of equal size, the mean Euclidean distance of the best pairs.

    Shapes:
        (N, F), (N, F) -> a number.
    """
    costs = torch.cdist(
        first.double(), second.double(), compute_mode="donot_use_mm_for_euclid_dist"
    ).numpy()
    return float(costs[linear_sum_assignment(costs)].mean())


def _mean_score(critic: Callable[[Tensor], Tensor], images: Tensor) -> float:
    scores = [critic(as_floats(chunk)) for chunk in torch.split(images, CHUNK)]
    return float(torch.cat(scores).double().mean())
