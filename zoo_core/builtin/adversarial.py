"""The adversarial game (Goodfellow et al. 2014, arXiv:1406.2661, algorithm 1)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from contextlib import nullcontext
from typing import ClassVar

import torch
from torch import Tensor, nn

from zoo_core.errors import ZooError
from zoo_core.interfaces import (
    Batch,
    Discriminator,
    Draws,
    Game,
    GameParts,
    Generator,
    Play,
    Player,
    Role,
    Round,
    Task,
    Terms,
)

LONG = 100
"""Moves of the critic in a long round."""

FIRST, OFTEN = 25, 500
"""How many rounds are long at first, and which of the later ones."""


class Adversarial(Game):
    """Play `critic_steps` moves of the critic, then one of the generator.

    Args:
        share: the generator's move reuses the images of the critic's last move, which saves a
            pass of the generator; otherwise it draws new latents, as algorithm 1 does. Losses
            and generators whose originals do one or the other set it.
        long_rounds: the critic moves 100 times in the first 25 rounds and in every 500th, as in
            the code of WGAN's authors, to bring it close to its best.

    Attributes:
        title: its name, for errors; a game that derives from it has another.
    """

    title: ClassVar[str] = "adversarial"

    def __init__(self, *, parts: GameParts, share: bool = True, long_rounds: bool = False) -> None:
        super().__init__(parts=parts)
        generator, critic = parts.nets["generator"], parts.nets["discriminator"]
        if not isinstance(generator, Generator) or not isinstance(critic, Discriminator):
            raise TypeError(f"the {self.title} game plays a Generator against a Discriminator")
        self.duel = parts.duel(generator, critic)
        self.sampler, self.condition = parts.sampler, parts.condition
        self.share, self.long_rounds = share, long_rounds

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        if "images" not in task.images:
            raise ZooError(
                f"game {cls.title!r} plays with one set of images, but the data has "
                f"{' and '.join(task.images)}",
                hint="`--game cycle`, or data with one set, such as `--data digits`",
            )
        return {
            "generator": Role(part="generator", image=task.image),
            "discriminator": Role(part="critic", image=task.image),
        }

    def players(self) -> Mapping[str, Player]:
        condition = self.condition
        return {
            "critic": Player((self.duel.critic, condition.critic_side)),
            "generator": Player(
                (self.duel.generator, self.sampler, condition.generator_side), averaged=True
            ),
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

    def variant(self, step: int) -> Hashable:
        if not self._is_long(step):
            return super().variant(step)
        return (self.duel.due(step, {"critic": LONG, "generator": 1}), LONG)

    def batches(self, step: int) -> range:
        usual = super().batches(step)
        if not self.long_rounds:
            return usual
        start = usual.start + (LONG - len(usual)) * _long_before(step)
        return range(start, start + (LONG if self._is_long(step) else len(usual)))

    def _is_long(self, step: int) -> bool:
        return self.long_rounds and (step < FIRST or step % OFTEN == 0)

    def play(self, current: Round) -> Play:
        for index, tables in enumerate(current.real):
            rng = current.rng.child("critic", index)
            real, due = tables["images"], current.due.names("critic", index)
            shared = self.share and index == len(current.real) - 1
            with nullcontext() if shared else torch.no_grad():
                fake = self._fake(real, rng)
            beside = {name: batch for name, batch in tables.items() if name != "images"}
            terms = self.duel.terms("critic", real, fake.detached(), rng, due=due, beside=beside)
            yield {"critic": terms}
        rng, due = current.rng.child("generator"), current.due.names("generator")
        if not self.share:
            fake = self._fake(real, rng)
        yield {"generator": self.generator_terms(real, fake, rng, due)}

    def generator_terms(self, real: Batch, fake: Batch, rng: Draws, due: Collection[str]) -> Terms:
        """Return the terms of the generator's move, as `Duel.terms` takes its arguments."""
        return self.duel.terms("generator", real, fake, rng, due=due)

    def sample(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
    ) -> Tensor:
        device = next(iter(nets["generator"].parameters())).device
        latents = nets.get("sampler", self.sampler)(count, rng.child("latents"), device)
        latents = self.condition.latents(latents, labels, rng.child("codes"))
        images: Tensor = nets["generator"](latents, labels)
        return images.float()

    def _fake(self, real: Batch, rng: Draws) -> Batch:
        labels = None if self.condition.hides_labels else real.labels
        drawn = self.sampler(len(real), rng.child("latents"), real.images.device)
        latents = self.condition.latents(drawn, labels, rng.child("codes"))
        return Batch(self.duel.generate(latents, labels), labels, latents)


def _long_before(step: int) -> int:
    """Return how many of the rounds before one would be long."""
    return min(step, FIRST) + max(0, (step - 1) // OFTEN)
