from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Comparison, ImageSet, Metric, Seen


class Side:
    """A real side of given sets."""

    classes = 10

    def __init__(self, compared: ImageSet, training: ImageSet, held_out: ImageSet) -> None:
        self._sets = (compared, training, held_out)

    def compared(self) -> ImageSet:
        return self._sets[0]

    def training(self) -> ImageSet:
        return self._sets[1]

    def held_out(self) -> ImageSet:
        return self._sets[2]


@pytest.fixture
def rng() -> CounterDraws:
    return CounterDraws(0, 0)


def _set(
    features: Tensor | None = None,
    logits: Tensor | None = None,
    images: Tensor | None = None,
    labels: Tensor | None = None,
) -> ImageSet:
    if features is None:
        count = next(len(given) for given in (logits, images) if given is not None)
        features = torch.zeros(count, 1)
    return ImageSet(Seen(features, logits), images, labels)


@pytest.fixture
def image_set() -> Callable[..., ImageSet]:
    """Return the maker of a set of features, logits, images or labels."""
    return _set


@pytest.fixture
def measure(rng: CounterDraws) -> Callable[..., dict[str, float]]:
    """Return what measures a set of samples against a real one, as a panel does."""

    def scores(
        metric: Metric,
        fake: ImageSet,
        real: ImageSet,
        training: ImageSet | None = None,
        critic: Callable[[Tensor], Tensor] | None = None,
    ) -> dict[str, float]:
        side = Side(real, training or real, real)
        compared = Comparison(
            fake=fake,
            real=side,
            reference=metric.reference(side, rng.child("reference")),
            rng=rng,
            critic=critic,
        )
        found = dict(metric(compared))
        assert set(found) <= set(metric.scores)
        return found

    return scores
