"""Wasserstein loss (Arjovsky et al. 2017, arXiv:1701.07875, equation 2 and algorithm 1)."""

from zoo_core.interfaces import Loss, Scores, Terms


class WassersteinLoss(Loss):
    """Have the critic D estimate the distance E[D(real)] - E[D(fake)], and the generator shrink it.

    The estimate, logged as `wasserstein`, is in units of the critic's slope: something else has to
    bound that slope, a constraint (`clip`) or a penalty (`gp`). Patch scores are averaged.
    """

    def critic(self, real: Scores, fake: Scores) -> Terms:
        estimate = real.logits.mean() - fake.logits.mean()
        return Terms(losses={"critic": -estimate}, notes={"wasserstein": estimate})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms(losses={"generator": -fake.logits.mean()})
