"""Feature matching (Salimans et al. 2016, arXiv:1606.03498, section 3.1)."""

from torch import Tensor
from torch.nn.functional import softplus

from zoo_core.interfaces import Loss, Scores, Terms


class FeatureMatching(Loss):
    """The critic classifies; the generator matches its mean features of real images.

    The generator minimises the squared distance of the mean features, divided by their number so
    that it does not grow with the critic's width. The means are over the batch that a device has.
    """

    generator_needs_real = True
    needs_features = True
    probability = True

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"real": softplus(-real.logits).mean(), "fake": softplus(fake.logits).mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        assert real is not None, "generator_needs_real"
        distance = _mean_features(fake) - _mean_features(real).detach()
        return Terms({"features": distance.square().mean()})


def _mean_features(scores: Scores) -> Tensor:
    assert scores.features is not None, "needs_features"
    return scores.features.flatten(1).mean(0)
