"""Logistic loss (Mescheder et al. 2018, arXiv:1801.04406, equation 1 with f = -softplus(-t))."""

from torch.nn.functional import softplus

from zoo_core.interfaces import Loss, Scores, Terms


class Logistic(Loss):
    """Softplus of the scores for both players; the generator's does not saturate.

    Patch scores are averaged.
    """

    probability = True

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"real": softplus(-real.logits).mean(), "fake": softplus(fake.logits).mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": softplus(-fake.logits).mean()})
