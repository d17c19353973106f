"""Unrolled generative adversarial networks (Metz et al. 2017, arXiv:1611.02163, section 2.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.func import functional_call

from zoo_core import Adversarial, Between
from zoo_core.interfaces import Batch, Draws, Duel, GameParts, Terms


class Unrolled(Adversarial):
    """The generator moves against the critic as it will be after some more steps.

    The critic learns as always. For the generator's move, theta^{k+1} = theta^k - rate * d L(G,
    theta^k) / d theta^k is followed for some steps on the images at hand, where L is the critic's
    loss, and the generator's loss is differentiated at the last of them, through all steps
    (section 2.2 of the paper). The critic itself stays where it was.

    Steps are plain gradient steps, and leave penalties out.

    Args:
        unroll: steps that are looked ahead; 0 is the usual game.
        rate: of these steps.
    """

    title: ClassVar[str] = "unrolled"

    def __init__(
        self,
        *,
        parts: GameParts,
        unroll: Annotated[int, Between(0, 100)] = 5,
        rate: Annotated[float, Between(0, 100)] = 0.1,
    ) -> None:
        super().__init__(parts=parts, share=False)
        self.unroll, self.rate = unroll, rate

    def generator_terms(self, real: Batch, fake: Batch, rng: Draws, due: Collection[str]) -> Terms:
        """Return the generator's terms against the critic of some steps later."""
        terms = DuelTerms(self.duel)
        critic = terms.critic_state()
        for step in range(self.unroll):
            ahead = rng.child("unroll", step)
            losses = functional_call(terms, critic, ("critic", real, fake, ahead, ()))
            critic = self._stepped(critic, losses.total)
        found: Terms = functional_call(terms, critic, ("generator", real, fake, rng, due))
        return found

    def _stepped(self, critic: Mapping[str, Tensor], loss: Tensor) -> dict[str, Tensor]:
        """Return the critic's tensors after a gradient step that can be differentiated."""
        moving = {name: tensor for name, tensor in critic.items() if tensor.requires_grad}
        slopes = torch.autograd.grad(
            loss, list(moving.values()), create_graph=True, allow_unused=True
        )
        moved = {
            name: tensor if slope is None else tensor - self.rate * slope
            for (name, tensor), slope in zip(moving.items(), slopes, strict=True)
        }
        return {**critic, **moved}


class DuelTerms(nn.Module):
    """The terms of a duel as a module's output, so that they can be had of other parameters.

    Args:
        duel: whose terms.
    """

    def __init__(self, duel: Duel) -> None:
        super().__init__()
        self.duel = duel

    def forward(
        self, player: str, real: Batch, fake: Batch, rng: Draws, due: Collection[str]
    ) -> Terms:
        return self.duel.terms(player, real, fake, rng, due=due)

    def critic_state(self) -> dict[str, Tensor]:
        """Return the parameters of the critic's side, and copies of its buffers, by name."""
        found: dict[str, Tensor] = {}
        for prefix in ("duel.critic", "duel.condition.critic_side"):
            side = self.get_submodule(prefix)
            found |= {f"{prefix}.{name}": tensor for name, tensor in side.named_parameters()}
            found |= {f"{prefix}.{name}": buffer.clone() for name, buffer in side.named_buffers()}
        return found
