"""The cycle-consistent game (Zhu et al. 2017, arXiv:1703.10593, equations 1 to 3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from zoo_core import Between, ImageSpec, ZooError
from zoo_core.interfaces import (
    DUEL,
    Batch,
    Discriminator,
    Draws,
    Duel,
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
from zoo_plugin_cyclegan.pool import Pool


@dataclass(frozen=True, slots=True)
class Exchange:
    """Images of both sides, and each generator's fakes: those in `fake_a` are made from `b`."""

    a: Batch
    b: Batch
    fake_a: Batch
    fake_b: Batch


class Cycle(Game):
    """Translate both ways between unpaired images, so that there and back changes little.

    Both generators move at once, then both critics, `critic_steps` times: on past and present
    fakes, first those of the generators' move. `generator.ab` plays against `discriminator.b` and
    `generator.ba` against `discriminator.a`.

    Args:
        cycle_weight: lambda of equation 3, times the mean absolute error of each way and back.
        identity_weight: times `cycle_weight`, that of translating an image of the target side
            (section 5.2); 0 for none.
        pool: past fakes kept for each position of a batch (section 4); 0 for none.
    """

    needs: ClassVar[frozenset[str]] = DUEL

    def __init__(
        self,
        *,
        parts: GameParts,
        cycle_weight: Annotated[float, Between(0, 10000)] = 10.0,
        identity_weight: Annotated[float, Between(0, 10000)] = 0.5,
        pool: Annotated[int, Between(0, 10000)] = 50,
    ) -> None:
        super().__init__(parts=parts)
        task = parts.task
        a, b = task.images["a"], task.images["b"]
        if identity_weight and a.channels != b.channels:
            raise _no_identity(a, b)
        self.duel_a = _duel(parts, "generator.ba", "discriminator.a", prefix="a.")
        self.duel_b = _duel(parts, "generator.ab", "discriminator.b", prefix="b.")
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        self.pools = nn.ModuleDict()
        if pool:
            for name, image in (("a", a), ("b", b)):
                self.pools[name] = Pool(image=image, positions=task.batch, depth=pool)

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        if not {"a", "b"} <= task.images.keys():
            other = (
                "`--game paired`; `--data unpaired:paired:PATH` forgets what belongs together; "
                if task.source
                else ""
            )
            raise ZooError(
                "game 'cycle' plays with two sets of images, and the data has one",
                hint=f"{other}`--data unpaired:A,B`, with two folders or data sets",
            )
        a, b = task.images["a"], task.images["b"]
        return {
            "generator.ab": Role(part="generator", image=b, source=a),
            "generator.ba": Role(part="generator", image=a, source=b),
            "discriminator.a": Role(part="critic", image=a),
            "discriminator.b": Role(part="critic", image=b),
        }

    def players(self) -> Mapping[str, Player]:
        return {
            "generator": Player((self.duel_b.generator, self.duel_a.generator), averaged=True),
            "critic": Player((self.duel_a.critic, self.duel_b.critic)),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        return {
            "generator.ab": self.duel_b.generator,
            "generator.ba": self.duel_a.generator,
            "discriminator.a": self.duel_a.critic,
            "discriminator.b": self.duel_b.critic,
        }

    def translators(self) -> Mapping[str, str]:
        return {"ab": "generator.ab", "ba": "generator.ba"}

    def play(self, current: Round) -> Play:
        shown = self._translated(current.real[0])
        rng, due = current.rng.child("generator"), current.due.names("generator")
        yield {"generator": self._generator_terms(shown, rng, due)}
        for index, real in enumerate(current.real):
            if index:
                with torch.no_grad():
                    shown = self._translated(real)
            rng, due = current.rng.child("critic", index), current.due.names("critic", index)
            yield {"critic": self._duels("critic", self._past(shown, rng), rng, due)}

    def picture(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
        held_out: Mapping[str, Batch],
    ) -> Tensor:
        a, b = held_out["a"].images, held_out["b"].images
        alike = a.shape[1:] == b.shape[1:]
        shown = how_many(count, kinds=4, available=min(len(a), len(b)))
        a, b = a[:shown], b[:shown]
        fake_a, fake_b = nets["generator.ba"](b).float(), nets["generator.ab"](a).float()
        return in_rows([a, fake_b, b, fake_a] if alike else [fake_b], count)

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        a, b = held_out["a"].images, held_out["b"].images
        alike = a.shape[1:] == b.shape[1:]
        return ("A", "A to B", "B", "B to A") if alike else ("A to B",)

    def _translated(self, real: Mapping[str, Batch]) -> Exchange:
        a, b = real["a"].images, real["b"].images
        return Exchange(
            Batch(a),
            Batch(b),
            fake_a=Batch(self.duel_a.generate(b, None), latents=b),
            fake_b=Batch(self.duel_b.generate(a, None), latents=a),
        )

    def _past(self, shown: Exchange, rng: Draws) -> Exchange:
        """Return the exchange with fakes from the pools, without their graph."""
        return replace(
            shown,
            fake_a=self._pooled("a", shown.fake_a, rng.child("pool", "a")),
            fake_b=self._pooled("b", shown.fake_b, rng.child("pool", "b")),
        )

    def _pooled(self, name: str, fake: Batch, rng: Draws) -> Batch:
        images = fake.images.detach()
        if name in self.pools:
            images = self.pools[name](images, rng)
        return replace(fake, images=images)

    def _duels(self, player: str, shown: Exchange, rng: Draws, due: Collection[str]) -> Terms:
        a, b = rng.child("a"), rng.child("b")
        found = self.duel_a.terms(player, shown.a, shown.fake_a, a, due=due)
        return found.add(self.duel_b.terms(player, shown.b, shown.fake_b, b, due=due))

    def _generator_terms(self, shown: Exchange, rng: Draws, due: Collection[str]) -> Terms:
        a, b = shown.a.images, shown.b.images
        found = self._duels("generator", shown, rng, due)
        back_a = l1_loss(self.duel_a.generate(shown.fake_b.images, None), a)
        back_b = l1_loss(self.duel_b.generate(shown.fake_a.images, None), b)
        weight = self.cycle_weight
        found.losses |= {"a.cycle": weight * back_a, "b.cycle": weight * back_b}
        found.notes["cycle_error"] = (back_a + back_b).detach() / 2
        if self.identity_weight:
            weight *= self.identity_weight
            found.losses["a.identity"] = weight * l1_loss(self.duel_a.generate(a, None), a)
            found.losses["b.identity"] = weight * l1_loss(self.duel_b.generate(b, None), b)
        return found


def _duel(parts: GameParts, maker: str, judge: str, *, prefix: str) -> Duel:
    generator, critic = parts.nets[maker], parts.nets[judge]
    if not isinstance(generator, Generator) or not isinstance(critic, Discriminator):
        raise TypeError("the cycle game plays Generators against Discriminators")
    for net, role in ((generator, "generator"), (critic, "critic")):
        if net.conditional:
            raise ZooError(
                f"game 'cycle' gives no labels, which its {role} reads", hint=f"another {role}"
            )
    return parts.duel(generator, critic, prefix=prefix)


def _no_identity(a: ImageSpec, b: ImageSpec) -> ZooError:
    return ZooError(
        f"images of {a.channels} and of {b.channels} channels have no identity between them",
        hint="`-o game.identity_weight=0`",
    )
