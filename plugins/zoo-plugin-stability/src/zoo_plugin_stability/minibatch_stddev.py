"""Minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196, section 3)."""

from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Head
from zoo_plugin_stability.groups import feature_count, flattened, grouped

LEAST = 1e-8
"""Added to a variance, so that its root has a slope at zero."""


class MinibatchStddev(Head):
    """Add how much the features vary within a group of images, times a learned weight.

    The standard deviation of every feature over the group is averaged to one number, as in the
    paper, which gives it to the critic as a further feature map. The weight starts at zero.

    Args:
        group: images that follow each other in a batch, as the authors' code has them; the whole
            batch where that does not divide it, or where it is 0.

    Shapes:
        features (N, F) or (N, F, h, w), of which at most 4 x 4 places are kept -> (N,).

    Raises:
        ZooError: features of another form.
    """

    mixes: ClassVar[bool] = True

    def __init__(self, *, group: Annotated[int, Between(0, 65536)] = 4) -> None:
        super().__init__()
        self.group = group
        self.weight = nn.Parameter(torch.zeros(()))

    def prepare(self, features: tuple[int, ...]) -> None:
        feature_count(features, owner="head 'minibatch-stddev'")

    def forward(self, features: Tensor) -> Tensor:
        groups = grouped(flattened(features), self.group)
        spread = (groups.var(1, correction=0) + LEAST).sqrt().mean(1)
        return self.weight * spread.repeat_interleave(groups.shape[1])
