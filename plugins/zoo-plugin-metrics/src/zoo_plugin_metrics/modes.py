"""Modes covered (Metz et al. 2017, arXiv:1611.02163; Lin et al. 2018, arXiv:1712.04086)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Comparison, Draws, ImageSet, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.reading import logits_of


class Modes(Metric):
    """Count the classes that samples have, as a classifier reads them.

    `modes` is the number of classes that are covered, `modes.kl` the Kullback-Leibler divergence
    of the samples' classes from those of the real images, in nats. A real class that no real
    image has counts there as half an image, so that the divergence stays finite.

    The papers count a class from one sample on, out of 26,000 in 1,000 classes. Among few classes
    a classifier's rare mistakes would then cover all, so a class needs a part of its real share.

    Args:
        covered: a class counts if its share of the samples is at least this part of its share of
            the real images, and one sample; 0 is the count of the papers.
    """

    scores: ClassVar[Mapping[str, Better]] = {"modes": "higher", "modes.kl": "lower"}
    least = 1
    needs_logits = True

    def __init__(self, *, covered: Annotated[float, Between(0, 1)] = 0.1) -> None:
        self.covered = covered

    def reference(self, real: Real, rng: Draws) -> Reference:
        return {"counts": class_counts(real.compared(), "real images")}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        fake = class_counts(compared.fake, "samples")
        real = compared.reference["counts"]
        return {
            "modes": float(modes_covered(fake, real, self.covered)),
            "modes.kl": divergence(fake, real),
        }


def class_counts(images: ImageSet, whose: str) -> Tensor:
    """Return how many images a classifier gives to each class, (K,) int64."""
    logits = logits_of(images, whose=whose, least=1)
    return torch.bincount(logits.argmax(1), minlength=logits.shape[1])


def modes_covered(fake: Tensor, real: Tensor, covered: float) -> int:
    """Return the number of classes with a sample and at least that part of their real share."""
    needed = covered * real.double() / real.sum()
    return int(((fake > 0) & (fake.double() / fake.sum() >= needed)).sum())


def divergence(fake: Tensor, real: Tensor) -> float:
    """Return KL(samples || real images) of counts (K,), in nats."""
    p = fake.double() / fake.sum()
    q = real.double().clamp(min=0.5)
    return float(torch.xlogy(p, p * q.sum() / q).sum())
