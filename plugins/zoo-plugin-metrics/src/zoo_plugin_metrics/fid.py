"""Frechet inception distance (Heusel et al. 2017, arXiv:1706.08500, equation 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from zoo_core.interfaces import Comparison, Draws, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.moments import Moments, moments, root_trace
from zoo_plugin_metrics.reading import features_of


class Fid(Metric):
    """Compare the means and covariances of the features.

    |m1 - m2|^2 + Tr(S1 + S2 - 2 (S1 S2)^(1/2)) in float64, with covariances divided by N - 1.
    Biased upwards, the more the fewer images there are: compare figures of equal counts only.
    """

    scores: ClassVar[Mapping[str, Better]] = {"fid": "lower"}
    least = 2

    def reference(self, real: Real, rng: Draws) -> Reference:
        rows = features_of(real.compared(), whose="real images", least=self.least)
        return moments(rows).tensors()

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        rows = features_of(compared.fake, whose="samples", least=self.least)
        return {"fid": frechet_distance(moments(rows), Moments.kept(compared.reference))}

    def doubts(self, compared: Comparison) -> Iterator[str]:
        length = compared.fake.features.shape[1]
        real = Moments.kept(compared.reference).factor
        few = {"samples": len(compared.fake)}
        if real is not None:
            few["real images"] = len(real)
        for whose, count in few.items():
            if count <= length:
                yield (
                    f"fid of {count:,} {whose} is unreliable: that is too few for the covariance "
                    f"of {length:,} features, and the figure comes out too high"
                )


def frechet_distance(first: Moments, second: Moments) -> float:
    """Return the squared Frechet distance of the normal distributions with these moments."""
    apart = (first.mean - second.mean).square().sum()
    distance = apart + first.trace + second.trace - 2 * root_trace(first, second)
    # equal sets differ by the rounding of their traces
    return max(0.0, float(distance))
