"""Hinge loss (Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, arXiv:1802.05957, eq. 16)."""

from torch.nn.functional import relu

from zoo_core.interfaces import Loss, Scores, Terms


class Hinge(Loss):
    """The critic's scores cost nothing beyond +1 and -1; the generator raises its own.

    Patch scores are averaged.
    """

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"real": relu(1 - real.logits).mean(), "fake": relu(1 + fake.logits).mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": -fake.logits.mean()})
