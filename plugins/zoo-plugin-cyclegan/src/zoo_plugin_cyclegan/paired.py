"""The paired game of pix2pix (Isola et al. 2017, arXiv:1611.07004, equations 1 to 4)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from zoo_core import Between, ZooError
from zoo_core.interfaces import (
    DUEL,
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
    how_many,
    in_rows,
)


class Paired(Game):
    """Translate sources to known targets, while a critic judges both together.

    `critic_steps` moves of the critic, then one of the generator on the images of the last. The
    critic sees the channels of the source before those of the target.

    Args:
        l1_weight: lambda of equation 4, times the mean absolute error to the target.
        critic_weight: times all terms of the critic's move: halved, it learns more slowly
            (section 3.3); with Adam this matters little.
    """

    needs: ClassVar[frozenset[str]] = DUEL

    def __init__(
        self,
        *,
        parts: GameParts,
        l1_weight: Annotated[float, Between(0, 10000)] = 100.0,
        critic_weight: Annotated[float, Between(0.0001, 10000)] = 0.5,
    ) -> None:
        super().__init__(parts=parts)
        generator, critic = parts.nets["generator"], parts.nets["discriminator"]
        if not isinstance(generator, Generator) or not isinstance(critic, Discriminator):
            raise TypeError("the paired game plays a Generator against a Discriminator")
        self.duel = parts.duel(generator, critic)
        self.l1_weight, self.critic_weight = l1_weight, critic_weight

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        source = task.source
        if source is None or "images" not in task.images:
            other = "" if "images" in task.images else "`--game cycle`, or "
            raise ZooError(
                "game 'paired' plays with images that have a source, and the data has none",
                hint=f"{other}`--data paired:PATH`",
            )
        image = task.images["images"]
        seen = image.with_channels(source.channels + image.channels)
        return {
            "generator": Role(part="generator", image=image, source=source),
            "discriminator": Role(part="critic", image=seen),
        }

    def players(self) -> Mapping[str, Player]:
        return {
            "critic": Player((self.duel.critic,)),
            "generator": Player((self.duel.generator,), averaged=True),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        return {"generator": self.duel.generator, "discriminator": self.duel.critic}

    def translators(self) -> Mapping[str, str]:
        return {"ab": "generator"}

    def play(self, current: Round) -> Play:
        for index, tables in enumerate(current.real):
            real, rng = tables["images"], current.rng.child("critic", index)
            last = index == len(current.real) - 1
            with nullcontext() if last else torch.no_grad():
                fake = self._translated(real)
            both, due = (_both(real), _both(fake.detached())), current.due.names("critic", index)
            terms = self.duel.terms("critic", *both, rng, due=due)
            yield {"critic": Terms().add(terms, scale=self.critic_weight)}
        rng, due = current.rng.child("generator"), current.due.names("generator")
        found = self.duel.terms("generator", _both(real), _both(fake), rng, due=due)
        error = l1_loss(fake.images, real.images)
        yield {"generator": found.add(Terms({"l1": self.l1_weight * error}, {"l1_error": error}))}

    def picture(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
        held_out: Mapping[str, Batch],
    ) -> Tensor:
        real = held_out["images"]
        source, image = _source(real), real.images
        alike = source.shape[1:] == image.shape[1:]
        shown = how_many(count, kinds=3 if alike else 2, available=len(real))
        source, image = source[:shown], image[:shown]
        given = None if real.labels is None else real.labels[:shown]
        made = nets["generator"](source, given).float()
        return in_rows([source, made, image] if alike else [made, image], count)

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        real = held_out["images"]
        alike = _source(real).shape[1:] == real.images.shape[1:]
        return ("source", "translated", "target") if alike else ("translated", "target")

    def _translated(self, real: Batch) -> Batch:
        source = _source(real)
        return Batch(self.duel.generate(source, real.labels), real.labels, source)


def _source(batch: Batch) -> Tensor:
    if batch.latents is None:
        raise TypeError("a batch of paired data has sources")
    return batch.latents


def _both(batch: Batch) -> Batch:
    """Return the batch as the critic sees it: source and target as one image."""
    return replace(batch, images=torch.cat([_source(batch), batch.images], 1))
