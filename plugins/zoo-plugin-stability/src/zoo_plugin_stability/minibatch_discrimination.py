"""Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2)."""

from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Head
from zoo_plugin_stability.groups import feature_count, flattened, grouped


class MinibatchDiscrimination(Head):
    """Add what the closeness of an image's features to those of the others says of it.

    M_i = f(x_i) T is a matrix of `kernels` rows for each image, c_b(x_i, x_j) =
    exp(-||M_ib - M_jb||_1) says how close two images are in row b, and o(x_i)_b is the sum of
    c_b(x_i, x_j) over all j, i among them. Beside features that a linear head reads, more features
    o(x_i) and their weights are just an addend of the score, and that is what is added here. The
    weights start at zero, so that training starts from the critic as it is: a sum over a batch is
    large.

    Args:
        kernels: rows of M, closenesses that are learned; B of the paper.
        length: of a row; C of the paper.
        group: images that are compared with each other; 0 for all that a device plays at once.

    Shapes:
        features (N, F) or (N, F, h, w), of which at most 4 x 4 places are kept -> (N,).

    Raises:
        ZooError: features of another form.
    """

    mixes: ClassVar[bool] = True

    def __init__(
        self,
        *,
        kernels: Annotated[int, Between(1, 10000)] = 100,
        length: Annotated[int, Between(1, 1000)] = 5,
        group: Annotated[int, Between(0, 65536)] = 0,
    ) -> None:
        super().__init__()
        self.kernels, self.length, self.group = kernels, length, group
        self.weights = nn.Parameter(torch.zeros(kernels))

    def prepare(self, features: tuple[int, ...]) -> None:
        count = feature_count(features, owner="head 'minibatch-discrimination'")
        self.project = nn.Linear(count, self.kernels * self.length, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        return self.closeness(features) @ self.weights

    def closeness(self, features: Tensor) -> Tensor:
        """Return o (N, kernels)."""
        rows = self.project(flattened(features)).view(-1, self.kernels, self.length)
        groups = grouped(rows, self.group)
        distances = (groups[:, :, None] - groups[:, None]).abs().sum(4)
        return torch.exp(-distances).sum(2).flatten(0, 1)
