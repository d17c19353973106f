"""Gradient penalty (Gulrajani et al. 2017, arXiv:1704.00028, equation 3 and algorithm 1)."""

from typing import Annotated, ClassVar, Literal

from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Penalty, Terms, Turn, slopes

Place = Literal["interpolates", "real", "fake"]


class GradientPenalty(Penalty):
    """Add weight * E[(||dD/dx||_2 - target)^2], the norm of each sample over C, H and W together.

    An image's score D(x) is one number: a critic of patches is differentiated through the mean of
    its patches, which is what the loss averages. The mean norm is logged as `gp_norm`.

    Args:
        weight: lambda of the paper.
        at: where x lies: on the straight line between a real image and a fake one, uniformly, or
            at the real or at the fake images.
        one_sided: only norms above the target cost something.
        target: the norm that costs nothing.
    """

    per_sample: ClassVar[bool] = True

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 10.0,
        at: Place = "interpolates",
        one_sided: bool = False,
        target: Annotated[float, Between(0, 1e6)] = 1.0,
    ) -> None:
        super().__init__()
        self.weight = weight
        self.at = at
        self.one_sided = one_sided
        self.target = target

    def forward(self, turn: Turn) -> Terms:
        points = self._points(turn).detach().requires_grad_()
        logits = turn.critic(points, turn.real.labels).logits
        norms = slopes(logits, points).norm(dim=1)
        excess = norms - self.target
        if self.one_sided:
            excess = excess.relu()
        return Terms(
            losses={"gp": self.weight * excess.square().mean()},
            notes={"gp_norm": norms.mean()},
        )

    def _points(self, turn: Turn) -> Tensor:
        real, fake = turn.real.images, turn.fake.images
        if self.at == "real":
            return real
        if self.at == "fake":
            return fake
        share = turn.rng.uniform(len(real), 1, 1, 1).to(real)
        return share * real + (1 - share) * fake
