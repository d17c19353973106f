"""One generator against one critic: what games are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import count

import torch
from torch import Tensor, nn

from zoo_core.interfaces.nets import Discriminator, Generator
from zoo_core.interfaces.parts import Augment, Condition, Constraint, Loss, Penalty
from zoo_core.interfaces.randomness import named_net
from zoo_core.interfaces.values import Batch, Draws, ScoreFn, Scores, Terms, Turn, in_full


@dataclass(frozen=True, slots=True)
class Due:
    """Which penalties act in which moves of a round.

    Args:
        acts: player, number of the move within the round, name of the penalty.
    """

    acts: frozenset[tuple[str, int, str]] = frozenset()

    def names(self, player: str, index: int = 0) -> frozenset[str]:
        """Return the penalties that act in a player's move, counted within the round."""
        return frozenset(name for who, when, name in self.acts if (who, when) == (player, index))


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelNames:
    """What a duel's pieces are called in its game.

    Args:
        generator: name under which the net is saved; it draws from a stream of this name.
        critic: likewise.
        prefix: of the names of the terms, such as "a.", where a game has several duels.
    """

    generator: str = "generator"
    critic: str = "discriminator"
    prefix: str = ""


class Duel(nn.Module):
    """Score, add up the terms of a move, and act after it.

    Args:
        generator: makes the fakes.
        critic: scores real and fake.
        loss: both players' terms.
        condition: how labels or codes take part.
        augment: what the critic sees of the images.
        penalties: name to penalty; the name also names its random stream.
        constraints: parametrise a net, or act after its optimiser's step.
        names: of its nets and terms.
    """

    def __init__(
        self,
        generator: Generator,
        critic: Discriminator,
        loss: Loss,
        *,
        condition: Condition,
        augment: Augment,
        penalties: Mapping[str, Penalty],
        constraints: Iterable[Constraint] = (),
        names: DuelNames | None = None,
    ) -> None:
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.loss = loss
        self.condition = condition
        self.augment = augment
        self.penalties = nn.ModuleDict(penalties)
        self.constraints = tuple(constraints)
        self.names = names or DuelNames()
        parts: tuple[Constraint | Penalty, ...] = (*self.constraints, *self._penalties().values())
        for part in parts:
            part.prepare(self._net(part.player))

    def generate(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """Return float32 images (N, C, H, W)."""
        with named_net(self.names.generator):
            return in_full(self.generator(latents, labels))

    def score(self, images: Tensor, labels: Tensor | None) -> Scores:
        """Return float32 scores of images, without augmentation."""
        with named_net(self.names.critic):
            found = self.condition.scores(self.critic, images, labels)
        return Scores(
            in_full(found.logits),
            None if found.features is None else in_full(found.features),
            None if found.class_logits is None else in_full(found.class_logits),
        )

    def due(self, step: int, moves: Mapping[str, int]) -> Due:
        """Return which penalties act in a round.

        Args:
            step: number of the round.
            moves: player to its moves in a round; a lazy penalty counts those of its player.
        """
        return Due(
            frozenset(
                (penalty.player, index, name)
                for name, penalty in self._penalties().items()
                for index in range(moves.get(penalty.player, 0))
                if (step * moves[penalty.player] + index) % penalty.every == 0
            )
        )

    def terms(
        self,
        player: str,
        real: Batch,
        fake: Batch,
        rng: Draws,
        *,
        due: Collection[str],
        beside: Mapping[str, Batch] | None = None,
    ) -> Terms:
        """Return the terms of a player's move.

        Args:
            player: "critic" or "generator".
            real: a real batch.
            fake: a generated batch; the game detaches it for the critic.
            rng: the move's stream.
            due: names of the penalties that act, as `Round.due` says.
            beside: batches of further tables of the data, for conditions that read them.
        """
        acting = {n: p for n, p in self._penalties().items() if n in due and p.player == player}
        turn = self._turn(player, real, fake, rng, acting.values(), beside or {})
        found = self._loss_terms(turn).add(self.condition.terms(self._own(turn, "condition")))
        for name, penalty in acting.items():
            found.add(penalty(self._own(turn, name)), scale=float(penalty.every))
        if player == "critic":
            found.notes |= self._diagnostics(turn)
            found.notes |= {n: v.detach() for n, v in self.augment.measure(turn).items()}
        return Terms().add(found, self.names.prefix)

    def after(self, player: str, notes: Mapping[str, Tensor]) -> None:
        """Act after a move: constraints, then the state of penalties and augmentation."""
        for constraint in self.constraints:
            if constraint.player == player:
                constraint(self._net(player))
        prefix = self.names.prefix
        own = {key[len(prefix) :]: value for key, value in notes.items() if key.startswith(prefix)}
        for penalty in self._penalties().values():
            if penalty.player == player:
                penalty.observe(own)
        if player == "critic":
            self.augment.observe(own)

    def _net(self, player: str) -> nn.Module:
        return self.critic if player == "critic" else self.generator

    def _penalties(self) -> dict[str, Penalty]:
        return {name: p for name, p in self.penalties.items() if isinstance(p, Penalty)}

    def _turn(
        self,
        player: str,
        real: Batch,
        fake: Batch,
        rng: Draws,
        penalties: Collection[Penalty],
        beside: Mapping[str, Batch],
    ) -> Turn:
        leaves = frozenset[str]().union(*(penalty.differentiates for penalty in penalties))
        if "real" in leaves:
            real = replace(real, images=real.images.detach().requires_grad_())
        if "fake" in leaves and not fake.images.requires_grad:
            fake = replace(fake, images=fake.images.detach().requires_grad_())
        with_real = player == "critic" or self.loss.generator_needs_real or "real" in leaves
        keep = player == "critic" or "real" in leaves
        with nullcontext() if keep else torch.no_grad():
            real_scores = self._seen(real, rng.child("augment", "real")) if with_real else None
        return Turn(
            player=player,
            real=real,
            fake=fake,
            real_scores=real_scores,
            fake_scores=self._seen(fake, rng.child("augment", "fake")),
            generator=self.generate,
            critic=self._critic(rng),
            nets={"generator": self.generator, "critic": self.critic},
            rng=rng,
            beside=beside,
        )

    def _own(self, turn: Turn, name: str) -> Turn:
        """Return the turn with the streams of one part."""
        rng = turn.rng.child(name)
        return replace(turn, rng=rng, critic=self._critic(rng))

    def _critic(self, rng: Draws) -> ScoreFn:
        """Return the critic that augments, with draws of its own in every call."""
        calls = count()

        def score(images: Tensor, labels: Tensor | None) -> Scores:
            seen = self.augment(images, rng.child("augment", next(calls)))
            return self.score(seen, labels)

        return score

    def _seen(self, batch: Batch, rng: Draws) -> Scores:
        return self.score(self.augment(batch.images, rng), batch.labels)

    def _loss_terms(self, turn: Turn) -> Terms:
        if turn.player == "critic":
            if turn.real_scores is None:
                raise AssertionError("a critic's move always scores the real batch")
            found = self.loss.critic(turn.real_scores, turn.fake_scores)
        else:
            found = self.loss.generator(turn.fake_scores, turn.real_scores)
        return Terms().add(found)

    def _diagnostics(self, turn: Turn) -> dict[str, Tensor]:
        """Return D(real), D(fake) and how often a real image scores above a fake one."""
        if turn.real_scores is None:
            return {}
        real, fake = turn.real_scores.logits.detach(), turn.fake_scores.logits.detach()
        accuracy = (real > fake).float().mean()
        if self.loss.probability:
            real, fake = real.sigmoid(), fake.sigmoid()
        return {"D(real)": real.mean(), "D(fake)": fake.mean(), "accuracy": accuracy}
