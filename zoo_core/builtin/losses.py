"""The losses of the first paper (Goodfellow et al. 2014, arXiv:1406.2661).

With D = sigmoid(logit): -log D = softplus(-logit) and -log(1 - D) = softplus(logit).
"""

from __future__ import annotations

from typing import Annotated

from torch.nn.functional import softplus

from zoo_core.config.options import Between
from zoo_core.interfaces import Loss, Scores, Terms


class NonSaturating(Loss):
    """The critic classifies; the generator maximises log D(G(z)) (section 3).

    Args:
        smoothing: one-sided label smoothing (arXiv:1606.03498, section 3.4): the target of real
            images is 1 - smoothing.
    """

    probability = True

    def __init__(self, *, smoothing: Annotated[float, Between(0, 0.5)] = 0.0) -> None:
        self.smoothing = smoothing

    def critic(self, real: Scores, fake: Scores) -> Terms:
        losses = {"real": softplus(-real.logits).mean(), "fake": softplus(fake.logits).mean()}
        if self.smoothing:
            # softplus(x) = softplus(-x) + x, so a target of 1 - s adds s * logit
            losses["smoothing"] = self.smoothing * real.logits.mean()
        return Terms(losses)

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": softplus(-fake.logits).mean()})


class Minimax(NonSaturating):
    """The critic classifies; the generator minimises log(1 - D(G(z))) (equation 1).

    Args:
        smoothing: one-sided label smoothing (arXiv:1606.03498, section 3.4): the target of real
            images is 1 - smoothing.
    """

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": -softplus(fake.logits).mean()})
