"""The critic's score stays where an image is changed a little."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Batch, Draws, Penalty, Scores, Terms, Turn
from zoo_plugin_augment.diffaugment import shifted


class Consistency(Penalty):
    """Add weight * E[(D(x) - D(T(x)))^2] at real images x (CR, arXiv:1910.12027, equation 2).

    T mirrors at random and shifts by a few pixels.

    Args:
        weight: lambda of the paper.
        shift: the largest shift, as a share of a side.
    """

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 10.0,
        shift: Annotated[float, Between(0, 1)] = 0.125,
    ) -> None:
        super().__init__()
        self.weight, self.shift = weight, shift

    def forward(self, turn: Turn) -> Terms:
        return Terms({"cr": self.weight * distance(turn, turn.real, turn.real_scores, self.shift)})


class BalancedConsistency(Penalty):
    """The same at real and at generated images (bCR, arXiv:2002.04724, section 3.1).

    Args:
        weight: lambda of the paper for real images.
        fake_weight: lambda for generated ones.
        shift: the largest shift, as a share of a side.
    """

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 10.0,
        fake_weight: Annotated[float, Between(0, 1e6)] = 10.0,
        shift: Annotated[float, Between(0, 1)] = 0.125,
    ) -> None:
        super().__init__()
        self.weight, self.fake_weight, self.shift = weight, fake_weight, shift

    def forward(self, turn: Turn) -> Terms:
        real = distance(turn, turn.real, turn.real_scores, self.shift)
        fake = distance(turn, turn.fake, turn.fake_scores, self.shift)
        return Terms({"bcr_real": self.weight * real, "bcr_fake": self.fake_weight * fake})


class LeCam(Penalty):
    """Add weight * (E[(D(x) - a_F)^2] + E[(D(G(z)) - a_R)^2]) (arXiv:2104.03310, equation 7).

    The anchors a_R and a_F are moving averages of the critic's mean scores of real and of
    generated images; the first move has none, and so no term.

    Args:
        weight: lambda of the paper.
        decay: of the moving averages.
    """

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 0.3,
        decay: Annotated[float, Between(0, 1)] = 0.99,
    ) -> None:
        super().__init__()
        self.weight, self.decay = weight, decay
        self.anchors = nn.Buffer(torch.zeros(2))
        self.begun = nn.Buffer(torch.zeros(()))

    def forward(self, turn: Turn) -> Terms:
        assert turn.real_scores is not None, "a critic's move scores real images"
        real, fake = turn.real_scores.logits, turn.fake_scores.logits
        anchor_real, anchor_fake = self.anchors.clone().to(real).unbind()
        distances = (real - anchor_fake).square().mean() + (fake - anchor_real).square().mean()
        return Terms(
            {"lecam": self.weight * self.begun.clone().to(real) * distances},
            {"lecam_real": real.mean(), "lecam_fake": fake.mean()},
        )

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        found = torch.stack([notes["lecam_real"], notes["lecam_fake"]]).to(self.anchors)
        share = 1 - self.decay * self.begun
        self.anchors.lerp_(found, share)
        self.begun.fill_(1.0)


def distance(turn: Turn, batch: Batch, scores: Scores | None, shift: float) -> Tensor:
    """Return the mean squared distance of scores of images and of their variants."""
    assert scores is not None, "a critic's move scores real and generated images"
    varied = varied_place(batch.images.detach(), turn.rng, shift)
    other = turn.critic(varied, batch.labels).logits
    return (scores.logits - other).square().mean()


def varied_place(images: Tensor, rng: Draws, shift: float) -> Tensor:
    """Return images (N, C, H, W), half of them mirrored, all of them shifted."""
    mirrored = rng.uniform(len(images), 1, 1, 1) < 0.5
    return shifted(torch.where(mirrored, images.flip(3), images), rng, shift)
