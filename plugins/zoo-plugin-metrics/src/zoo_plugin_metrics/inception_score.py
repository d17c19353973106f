"""Inception score (Salimans et al. 2016, arXiv:1606.03498, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Comparison, Metric
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.reading import logits_of


class InceptionScore(Metric):
    """Return exp(E KL(p(y|x) || p(y))): the mean over splits of the samples, and its deviation.

    At most the number of classes. It looks at no real image, so it cannot tell whether the
    samples resemble them.

    Args:
        splits: equal parts of the samples, in their order, that are scored on their own.
    """

    scores: ClassVar[Mapping[str, Better]] = {
        "inception-score": "higher",
        "inception-score.std": "lower",
    }
    needs_logits = True

    def __init__(self, *, splits: Annotated[int, Between(1, 1000)] = 10) -> None:
        self.splits = splits
        self.least = 2 * splits

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        logits = logits_of(compared.fake, whose="samples", least=self.least)
        mean, spread = inception_score(logits, self.splits)
        return {"inception-score": mean, "inception-score.std": spread}


def inception_score(logits: Tensor, splits: int) -> tuple[float, float]:
    """Return mean and standard deviation of the score over splits of logits (N, K)."""
    edges = [index * len(logits) // splits for index in range(splits + 1)]
    found = torch.stack([_score(logits[a:b].double()) for a, b in pairwise(edges)])
    return float(found.mean()), float(found.std(correction=0))


def _score(logits: Tensor) -> Tensor:
    # E KL(p(y|x) || p(y)) = H(p(y)) - E H(p(y|x))
    given = logits.log_softmax(1)
    probabilities = given.exp()
    overall = probabilities.mean(0)
    sure = torch.dot(probabilities.flatten(), given.flatten()) / len(given)
    return (sure - torch.xlogy(overall, overall).sum()).exp()
