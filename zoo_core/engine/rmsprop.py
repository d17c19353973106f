"""RMSprop whose learning rate is a tensor on the device (Tieleman and Hinton 2012, lecture 6.5).

PyTorch's own takes such a rate on CUDA only, and reads it back on a CPU.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

from zoo_core.config.run import PlayerOptions

EPSILON = 1e-8


class RMSprop:
    """Move by gradient / (sqrt(v) + epsilon), v a running mean of squared gradients.

    Args:
        parameters: what moves.
        options: `alpha` is the decay rate of v, `momentum` that of the scaled gradients, and
            `weight_decay` times a parameter is added to its gradient.
        rate: the learning rate, a 0-d tensor that is read at every step.

    Attributes:
        state: parameter to its tensors, named as PyTorch's are.
    """

    def __init__(
        self, parameters: list[nn.Parameter], options: PlayerOptions, rate: Tensor
    ) -> None:
        self.parameters, self.options, self.rate = parameters, options, rate
        self.state: dict[Tensor, dict[str, Tensor]] = defaultdict(dict)

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        moved: list[Tensor] = [p for p in self.parameters if p.grad is not None]
        gradients = [p.grad for p in moved if p.grad is not None]
        if not moved:
            return
        if self.options.weight_decay:
            decay = self.options.weight_decay
            gradients = list(torch._foreach_add(gradients, moved, alpha=decay))
        changes = self._scaled(moved, gradients)
        if self.options.momentum:
            velocities = self._kept("momentum_buffer", moved)
            torch._foreach_mul_(velocities, self.options.momentum)
            torch._foreach_add_(velocities, changes)
            changes = velocities
        torch._foreach_sub_(moved, list(torch._foreach_mul(changes, self.rate)))

    def _scaled(self, moved: list[Tensor], gradients: list[Tensor]) -> list[Tensor]:
        """Return gradients divided by their running size."""
        alpha, squares = self.options.alpha, self._kept("square_avg", moved)
        torch._foreach_mul_(squares, alpha)
        torch._foreach_addcmul_(squares, gradients, gradients, 1 - alpha)
        roots = torch._foreach_sqrt(squares)
        torch._foreach_add_(roots, EPSILON)
        return list(torch._foreach_div(gradients, roots))

    def _kept(self, name: str, parameters: list[Tensor]) -> list[Tensor]:
        for parameter in parameters:
            if name not in self.state[parameter]:
                self.state[parameter][name] = torch.zeros_like(parameter)
        return [self.state[parameter][name] for parameter in parameters]
