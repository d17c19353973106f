"""DRAGAN (Kodali et al. 2017, arXiv:1705.07215, section 2.3 and algorithm 1)."""

from typing import Annotated, ClassVar

from zoo_core import Between
from zoo_core.interfaces import Penalty, Terms, Turn, slopes


class Dragan(Penalty):
    """Add weight * E[(||dD/dx||_2 - 1)^2] at real images with noise.

    The noise is uniform over [0, spread) times the standard deviation of the batch that a device
    has, as in the authors' code.

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
        noise = self.spread * real.std() * turn.rng.uniform(*real.shape)
        points = (real + noise).requires_grad_()
        logits = turn.critic(points, turn.real.labels).logits
        norms = slopes(logits, points).norm(dim=1)
        return Terms(
            {"dragan": self.weight * (norms - self.target).square().mean()},
            {"dragan_norm": norms.mean()},
        )
