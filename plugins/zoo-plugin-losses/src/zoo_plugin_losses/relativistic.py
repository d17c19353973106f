"""Relativistic GANs (Jolicoeur-Martineau 2018, arXiv:1807.00734)."""

from torch.nn.functional import softplus

from zoo_core.interfaces import Loss, Scores, Terms


class Relativistic(Loss):
    """RSGAN (section 4.1): the critic judges differences within pairs, real minus fake.

    The pairs are those of the batch, image by image, and patch by patch.
    """

    generator_needs_real = True

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"pair": softplus(fake.logits - real.logits).mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        assert real is not None, "generator_needs_real"
        return Terms({"pair": softplus(real.logits - fake.logits).mean()})


class RelativisticAverage(Loss):
    """RaSGAN (section 4.2): the critic judges an image against the other kind's average.

    The averages are over the batch that a device has.
    """

    generator_needs_real = True

    def critic(self, real: Scores, fake: Scores) -> Terms:
        above = real.logits - fake.logits.mean()
        below = fake.logits - real.logits.mean()
        return Terms({"real": softplus(-above).mean(), "fake": softplus(below).mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        assert real is not None, "generator_needs_real"
        return self.critic(fake, real)
