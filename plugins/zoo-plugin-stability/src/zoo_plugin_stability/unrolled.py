"""Unrolled generative adversarial networks (Metz et al. 2017, arXiv:1611.02163, section 2.2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.func import functional_call

from zoo_core import Between
from zoo_core.interfaces import (
    Batch,
    Discriminator,
    Draws,
    Duel,
    Game,
    GameParts,
    Generator,
    Play,
    Player,
    Round,
    Terms,
)


class Unrolled(Game):
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

    def __init__(
        self,
        *,
        parts: GameParts,
        unroll: Annotated[int, Between(0, 100)] = 5,
        rate: Annotated[float, Between(0, 100)] = 0.1,
    ) -> None:
        super().__init__(parts=parts)
        generator, critic = parts.nets["generator"], parts.nets["discriminator"]
        if not isinstance(generator, Generator) or not isinstance(critic, Discriminator):
            raise TypeError("the unrolled game plays a Generator against a Discriminator")
        self.sampler, self.condition = parts.sampler, parts.condition
        self.terms = DuelTerms(parts.duel(generator, critic))
        self.unroll, self.rate = unroll, rate

    @property
    def duel(self) -> Duel:
        """Return the one duel."""
        return self.terms.duel

    def players(self) -> Mapping[str, Player]:
        made = (self.duel.generator, self.sampler, self.condition.generator_side)
        return {
            "critic": Player((self.duel.critic, self.condition.critic_side)),
            "generator": Player(made, averaged=True),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        found = {
            "generator": self.duel.generator,
            "discriminator": self.duel.critic,
            "sampler": self.sampler,
            "condition": self.condition.generator_side,
            "discriminator.condition": self.condition.critic_side,
        }
        return {name: net for name, net in found.items() if net.state_dict()}

    def play(self, current: Round) -> Play:
        for index, tables in enumerate(current.real):
            rng, due = current.rng.child("critic", index), current.due.names("critic", index)
            real = tables["images"]
            with torch.no_grad():
                fake = self._fake(real, rng)
            beside = {name: batch for name, batch in tables.items() if name != "images"}
            terms = self.duel.terms("critic", real, fake.detached(), rng, due=due, beside=beside)
            yield {"critic": terms}
        rng, due = current.rng.child("generator"), current.due.names("generator")
        fake = self._fake(real, rng)
        yield {"generator": self._ahead(real, fake, rng, due)}

    def sample(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
    ) -> Tensor:
        device = next(nets["generator"].parameters()).device
        latents = nets.get("sampler", self.sampler)(count, rng.child("latents"), device)
        latents = self.condition.latents(latents, labels, rng.child("codes"))
        images: Tensor = nets["generator"](latents, labels)
        return images.float()

    def _ahead(self, real: Batch, fake: Batch, rng: Draws, due: Collection[str]) -> Terms:
        """Return the generator's terms against the critic of some steps later."""
        critic = self.terms.critic_state()
        for step in range(self.unroll):
            ahead = rng.child("unroll", step)
            losses = functional_call(self.terms, critic, ("critic", real, fake, ahead, ()))
            critic = self._stepped(critic, losses.total)
        found: Terms = functional_call(self.terms, critic, ("generator", real, fake, rng, due))
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

    def _fake(self, real: Batch, rng: Draws) -> Batch:
        labels = None if self.condition.hides_labels else real.labels
        drawn = self.sampler(len(real), rng.child("latents"), real.images.device)
        latents = self.condition.latents(drawn, labels, rng.child("codes"))
        return Batch(self.duel.generate(latents, labels), labels, latents)


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
