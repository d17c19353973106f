"""Copies of training images (after Meehan et al. 2020, arXiv:2004.05675)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from torch import Tensor

from zoo_core import Between, ZooError
from zoo_core.interfaces import Comparison, Draws, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.choosing import choose
from zoo_plugin_metrics.nearest import nearest_distances
from zoo_plugin_metrics.reading import pixels_of

CLOSE = 0.01
"""Share of the held-out images that are as close to a training image as a copy is taken to be."""


class Memorisation(Metric):
    """Compare the distances of samples to their nearest training image with held-out images'.

    Distances are root mean squares over pixels in [-1, 1], averaged down. `memorisation` is the
    share of samples that are closer to a training image than 99 % of the held-out images are:
    0.01 of what is new, 1 of copies. `memorisation.ratio` is the samples' median distance over
    that of the held-out images. Copies that are moved, mirrored or recoloured are not seen.

    Args:
        side: longest side of the images that are compared.
        held_out: held-out images that set the scale, at most.
    """

    scores: ClassVar[Mapping[str, Better]] = {
        "memorisation": "lower",
        "memorisation.ratio": "higher",
    }
    least = 1
    needs_images = True

    def __init__(
        self,
        *,
        side: Annotated[int, Between(1, 256)] = 32,
        held_out: Annotated[int, Between(2, 100000)] = 1000,
    ) -> None:
        self.side, self.held_out = side, held_out

    def reference(self, real: Real, rng: Draws) -> Reference:
        images = pixels_of(real.held_out(), whose="held-out images", least=2)
        some = images[choose(len(images), self.held_out, rng)]
        distances = self._distances(some, real)
        median = distances.median()
        if median == 0:
            raise ZooError(
                "half of the held-out images are training images too, so that copies by a model "
                "cannot be told",
                hint="`zoo data check` counts duplicates; hold out images that are new",
            )
        return {"close": distances.quantile(CLOSE), "median": median}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        samples = pixels_of(compared.fake, whose="samples", least=self.least)
        distances = self._distances(samples, compared.real)
        close = distances <= compared.reference["close"]
        return {
            "memorisation": float(close.double().mean()),
            "memorisation.ratio": float(distances.median() / compared.reference["median"]),
        }

    def _distances(self, images: Tensor, real: Real) -> Tensor:
        training = pixels_of(real.training(), whose="training images", least=1)
        return nearest_distances(images, training, self.side)
