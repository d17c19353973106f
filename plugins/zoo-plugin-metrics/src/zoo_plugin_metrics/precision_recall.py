"""Improved precision and recall (Kynkaanniemi et al. 2019, arXiv:1904.06991, equations 1, 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from zoo_core import Between, ZooError
from zoo_core.interfaces import Comparison, Draws, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.choosing import choose
from zoo_plugin_metrics.distances import share_inside, squared_reach
from zoo_plugin_metrics.reading import features_of


class PrecisionRecall(Metric):
    """Tell good samples from all kinds of samples.

    A set's support is estimated by balls around its features that reach to the k-th nearest
    other one. `precision` is the share of samples in the real support, `recall` the share of
    real images in that of the samples. Both depend on the counts: compare equal ones only.

    Args:
        neighbours: k of the paper.
        count: images of each side at most, chosen at random; the cost grows with its square.

    Raises:
        ZooError: a count with too few neighbours.
    """

    scores: ClassVar[Mapping[str, Better]] = {"precision": "higher", "recall": "higher"}

    def __init__(
        self,
        *,
        neighbours: Annotated[int, Between(1, 100)] = 3,
        count: Annotated[int, Between(2, 1000000)] = 10000,
    ) -> None:
        self.neighbours, self.count = neighbours, count
        self.least = neighbours + 1
        if count < self.least:
            raise ZooError(
                f"{count} images have no {neighbours} neighbours each",
                hint=f"`count` is at least {self.least} for {neighbours} neighbours",
            )

    def reference(self, real: Real, rng: Draws) -> Reference:
        rows = features_of(real.compared(), whose="real images", least=self.least)
        rows = rows[choose(len(rows), self.count, rng)]
        return {"features": rows, "reach": squared_reach(rows, self.neighbours)}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        rows = features_of(compared.fake, whose="samples", least=self.least)
        fake = rows[choose(len(rows), self.count, compared.rng)]
        real, reach = compared.reference["features"], compared.reference["reach"]
        return {
            "precision": share_inside(fake, real, reach),
            "recall": share_inside(real, fake, squared_reach(fake, self.neighbours)),
        }
