"""Least-squares GAN (Mao et al. 2017, arXiv:1611.04076, equation 2)."""

from typing import Annotated

from zoo_core import Between
from zoo_core.interfaces import Loss, Scores, Terms


class LeastSquares(Loss):
    """The critic draws real scores to b and fake ones to a; the generator draws its own to c.

    Patch scores are averaged.

    Args:
        fake: a of the paper.
        real: b of the paper.
        wish: c of the paper, what the generator wants to be taken for.
        generator_weight: of the generator's squares; half in the paper, whole in CycleGAN's.
    """

    def __init__(
        self,
        *,
        fake: Annotated[float, Between(-100, 100)] = 0.0,
        real: Annotated[float, Between(-100, 100)] = 1.0,
        wish: Annotated[float, Between(-100, 100)] = 1.0,
        generator_weight: Annotated[float, Between(0.0001, 10000)] = 0.5,
    ) -> None:
        self.fake, self.real, self.wish = fake, real, wish
        self.generator_weight = generator_weight

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms(
            {
                "real": 0.5 * (real.logits - self.real).square().mean(),
                "fake": 0.5 * (fake.logits - self.fake).square().mean(),
            }
        )

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": self.generator_weight * (fake.logits - self.wish).square().mean()})
