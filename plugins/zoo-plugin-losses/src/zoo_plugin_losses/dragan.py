"""DRAGAN (Kodali et al. 2017, arXiv:1705.07215, section 2.3 and algorithm 1)."""

from typing import Annotated, ClassVar

from zoo_core import Between
from zoo_core.interfaces import Penalty, Terms, Turn, slopes


class Dragan(Penalty):
    """Add weight * E[(||dD/dx||_2 - 1)^2] at x + alpha * spread * std(x) * U near real images x.

    As in the authors' code, each value of U is uniform over [0, 1), alpha is one such number for
    each sample, and std is that of all values of the batch that a device has.

    Args:
        weight: lambda of the paper.
        spread: the noise's largest value, in standard deviations of the batch.
        target: k of the paper, the norm that costs nothing.
    """

    per_sample: ClassVar[bool] = True

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 10.0,
        spread: Annotated[float, Between(0, 100)] = 0.5,
        target: Annotated[float, Between(0, 1e6)] = 1.0,
    ) -> None:
        super().__init__()
        self.weight, self.spread, self.target = weight, spread, target

    def forward(self, turn: Turn) -> Terms:
        real = turn.real.images.detach()
        noise = self.spread * real.std(correction=0) * turn.rng.uniform(*real.shape)
        alpha = turn.rng.uniform(len(real), 1, 1, 1)
        points = (real + alpha * noise).requires_grad_()
        logits = turn.critic(points, turn.real.labels).logits
        norms = slopes(logits, points).norm(dim=1)
        return Terms(
            {"dragan": self.weight * (norms - self.target).square().mean()},
            {"dragan_norm": norms.mean()},
        )
