"""Weight normalisation (Salimans and Kingma 2016, arXiv:1602.07868, equation 2)."""

from typing import Literal

from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from zoo_core.interfaces import Constraint
from zoo_plugin_stability.weights import TRANSPOSED, weighted_layers


class WeightNorm(Constraint):
    """Write every weight as w = g v / ||v||, one length g for each output of a layer.

    The net is the same at first; length and direction are then learned apart.

    Args:
        player: whose net.

    Raises:
        ZooError: a net without linear or convolutional layers, or one whose weights are normalised
            already.
    """

    def __init__(self, *, player: Literal["critic", "generator"] = "critic") -> None:
        self.player = player

    def prepare(self, net: nn.Module) -> None:
        for layer in weighted_layers(net, owner="constraint 'weight-norm'", player=self.player):
            weight_norm(layer, dim=1 if isinstance(layer, TRANSPOSED) else 0)
