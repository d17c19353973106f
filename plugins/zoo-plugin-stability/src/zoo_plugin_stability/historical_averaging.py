"""Historical averaging (Salimans et al. 2016, arXiv:1606.03498, section 3.3)."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Penalty, Terms, Turn


class HistoricalAveraging(Penalty):
    """Add weight * ||theta - (1/t) sum_i theta[i]||^2, the distance from the mean of the past.

    theta are the parameters of the player's net, and the mean is over all of its moves until now,
    this one among them.

    Args:
        weight: of the squared distance.
        player: whose parameters; the paper has both players', each in a term of its own.
    """

    def __init__(
        self,
        *,
        weight: Annotated[float, Between(0, 1e6)] = 1.0,
        player: Literal["critic", "generator"] = "critic",
    ) -> None:
        super().__init__()
        self.weight, self.player = weight, player
        self.register_buffer("moves", torch.zeros((), dtype=torch.int64))

    moves: Tensor

    def prepare(self, net: nn.Module) -> None:
        for index, parameter in enumerate(net.parameters()):
            self.register_buffer(f"mean_{index}", torch.zeros_like(parameter.detach()))

    def forward(self, turn: Turn) -> Terms:
        parameters = list(turn.nets[self.player].parameters())
        means = [self.get_buffer(f"mean_{index}") for index in range(len(parameters))]
        self._remember(parameters, means)
        distances = [
            (parameter - mean.clone()).square().sum()
            for parameter, mean in zip(parameters, means, strict=True)
        ]
        return Terms({"history": self.weight * torch.stack(distances).sum()})

    @torch.no_grad()
    def _remember(self, parameters: list[nn.Parameter], means: list[Tensor]) -> None:
        self.moves += 1
        for parameter, mean in zip(parameters, means, strict=True):
            mean += (parameter - mean) / self.moves
