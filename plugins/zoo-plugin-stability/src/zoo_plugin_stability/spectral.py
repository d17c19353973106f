"""Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957, equation 8 and algorithm 1)."""

from typing import Annotated, Literal

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from zoo_core import Between
from zoo_core.interfaces import Constraint
from zoo_plugin_stability.weights import weighted_layers


class Spectral(Constraint):
    """Divide every weight of a linear or convolutional layer by its largest singular value.

    The weight of a convolution is read as a matrix of one row for each output channel. The value is
    estimated by power iteration in every pass of training, and gradients flow through the division.

    Args:
        player: whose net.
        iterations: of the power method in a pass.

    Raises:
        ZooError: a net without such layers, or one whose weights are normalised already.
    """

    def __init__(
        self,
        *,
        player: Literal["critic", "generator"] = "critic",
        iterations: Annotated[int, Between(1, 100)] = 1,
    ) -> None:
        self.player, self.iterations = player, iterations

    def prepare(self, net: nn.Module) -> None:
        for layer in weighted_layers(net, owner="constraint 'spectral'", player=self.player):
            spectral_norm(layer, n_power_iterations=self.iterations)
