"""One generator against one critic: what games are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace

import torch
from torch import Tensor, nn

from zoo_core.interfaces.nets import Discriminator, Generator
from zoo_core.interfaces.parts import Augment, Condition, Constraint, Loss, Penalty
from zoo_core.interfaces.values import Batch, Draws, Scores, Terms, Turn


class Duel(nn.Module):
    """Score, add up the terms of a move, and act after it.

    Args:
        generator: makes the fakes.
        critic: scores real and fake.
        loss: both players' terms.
        condition: how labels or codes take part.
        augment: what the critic sees of the images.
        penalties: name to penalty; the name also names its random stream.
        constraints: act after the optimiser's step.
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
    ) -> None:
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.loss = loss
        self.condition = condition
        self.augment = augment
        self.penalties = nn.ModuleDict(penalties)
        self.constraints = tuple(constraints)

    def generate(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """Return float32 images (N, C, H, W)."""
        return _full(self.generator(latents, labels))

    def score(self, images: Tensor, labels: Tensor | None) -> Scores:
        """Return float32 scores of images."""
        found = self.condition.scores(self.critic, images, labels)
        return Scores(
            _full(found.logits),
            None if found.features is None else _full(found.features),
            None if found.class_logits is None else _full(found.class_logits),
        )

    def terms(
        self,
        player: str,
        move: int,
        real: Batch,
        fake: Batch,
        rng: Draws,
        *,
        labelled: Batch | None = None,
    ) -> Terms:
        """Return the terms of a player's move.

        Args:
            player: "critic" or "generator".
            move: how many moves this player has made.
            real: a real batch.
            fake: a generated batch; the game detaches it for the critic.
            rng: the move's stream.
            labelled: a batch of labelled images, where only some images have labels.
        """
        due = self._due(player, move)
        leaves = frozenset[str]().union(*(penalty.differentiates for penalty in due.values()))
        fake = self._seen(fake, rng.child("augment", "fake"), leaf="fake" in leaves)
        with_real = player == "critic" or self.loss.generator_needs_real or "real" in leaves
        if with_real:
            real = self._seen(real, rng.child("augment", "real"), leaf="real" in leaves)
        turn = Turn(
            player=player,
            move=move,
            real=real,
            fake=fake,
            real_scores=self._real_scores(player, real, leaves) if with_real else None,
            fake_scores=self.score(fake.images, fake.labels),
            generator=self.generate,
            critic=self.score,
            rng=rng,
            labelled=labelled,
        )
        found = self._loss_terms(turn).add(self.condition.terms(turn))
        for name, penalty in due.items():
            found.add(penalty(replace(turn, rng=rng.child(name))), scale=float(penalty.every))
        if player == "critic":
            found.notes.update(self._diagnostics(turn))
        return found

    def after(self, player: str, notes: Mapping[str, Tensor], prefix: str = "") -> None:
        """Act after a move: constraints, then the state of penalties and augmentation."""
        net = self.critic if player == "critic" else self.generator
        for constraint in self.constraints:
            if constraint.player == player:
                constraint(net)
        own = {key[len(prefix) :]: value for key, value in notes.items() if key.startswith(prefix)}
        for penalty in self._penalties().values():
            if penalty.player == player:
                penalty.observe(own)
        if player == "critic":
            self.augment.observe(own)

    def _penalties(self) -> dict[str, Penalty]:
        return {name: p for name, p in self.penalties.items() if isinstance(p, Penalty)}

    def _due(self, player: str, move: int) -> dict[str, Penalty]:
        return {
            name: penalty
            for name, penalty in self._penalties().items()
            if penalty.player == player and move % penalty.every == 0
        }

    def _seen(self, batch: Batch, rng: Draws, *, leaf: bool) -> Batch:
        images = self.augment(batch.images, rng)
        if leaf:
            images = images.detach().requires_grad_()
        return batch if images is batch.images else replace(batch, images=images)

    def _real_scores(self, player: str, real: Batch, leaves: frozenset[str]) -> Scores:
        keep = player == "critic" or "real" in leaves
        with nullcontext() if keep else torch.no_grad():
            return self.score(real.images, real.labels)

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


def _full(value: Tensor) -> Tensor:
    """Return a float32 value whatever the precision inside; float64 stays."""
    return value if value.dtype == torch.float64 else value.float()
