"""From a settled composition to built parts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypedDict

import torch
from torch import Tensor, nn

from zoo_core.composition.heads import WithHeads
from zoo_core.composition.meta import on_meta
from zoo_core.composition.selection import Selection
from zoo_core.composition.settings import PLAYER_OPTIONS, Section, Settings
from zoo_core.config.options import task_names_of
from zoo_core.draws import key_of
from zoo_core.interfaces import (
    Augment,
    Condition,
    Constraint,
    Datasets,
    Discriminator,
    Draws,
    Duel,
    DuelNames,
    Game,
    GameParts,
    Generator,
    Head,
    Penalty,
    Role,
    Sampler,
    Task,
)
from zoo_core.registry.kinds import ROLES
from zoo_core.spec import ImageSpec

_TRIAL = 4
"""Images in the trial batch on the meta device, unless the run's batch is smaller."""


class Given(TypedDict, total=False):
    """What the task provides to parts that ask for it by these names."""

    image: ImageSpec
    classes: int
    latent_dim: int
    log_variance: bool
    source: ImageSpec | None
    parts: GameParts
    size: tuple[int, int] | None
    datasets: Datasets
    batch: int


@dataclass(frozen=True, slots=True)
class Blueprint:
    """Everything that building needs: chosen parts, settled values and the task."""

    chosen: Selection
    settings: Settings
    task: Task
    roles: Mapping[str, Role] = field(default_factory=dict)

    def name(self, role: str) -> str:
        """Return the name of the (first) part of a role, or "none"."""
        items = self.chosen[role].items
        return items[0].entry.name if items else "none"

    def described(self, role: str) -> str:
        """Return the part's role and name, for messages."""
        return f"{role} {self.name(role)!r}"

    def target(self, role: str) -> Any:
        """Return the class of the part of a role, or None."""
        section = self.settings.get(role)
        return section.target if section else None

    @property
    def condition(self) -> Condition:
        """Return a new condition, not yet prepared for the critic's features."""
        if not self.chosen["condition"].items:
            return Condition()
        found = instance(self.settings["condition"], self.task_needs())
        if not isinstance(found, Condition):
            raise TypeError(f"{self.described('condition')} is no zoo_core.interfaces.Condition")
        return found

    @property
    def trial(self) -> int:
        """Return the number of images in the trial batch on the meta device."""
        return min(_TRIAL, self.task.batch)

    @property
    def labelled(self) -> bool:
        """Return whether the generator can be asked for a label."""
        native = getattr(self.target("generator"), "conditional", False)
        condition = self.target("condition")
        reads = getattr(condition, "reads_labels", False)
        return bool(native or (reads and not getattr(condition, "hides_labels", False)))

    @property
    def latent_dim(self) -> int:
        """Return the number of the generator's inputs."""
        return self.condition.latent_dim(self.task.latent_dim)

    def condition_image(self, image: ImageSpec) -> ImageSpec:
        """Return what the critic sees of an image."""
        return self.condition.image(image)

    def task_needs(self) -> Given:
        """Return what the task provides to any part."""
        return {
            "image": self.task.image,
            "classes": len(self.task.classes),
            "latent_dim": self.task.latent_dim,
            "source": self.task.source,
            "batch": self.task.batch,
        }

    def needs(self, role: Role) -> Given:
        """Return what the task provides to the net of a role."""
        image = self.condition_image(role.image) if role.part == "critic" else role.image
        return {
            "image": image,
            "classes": len(self.task.classes),
            "latent_dim": self.latent_dim if role.part == "generator" else self.task.latent_dim,
            "log_variance": role.log_variance,
            "source": role.source,
        }


def instance(section: Section, needs: Given) -> Any:
    """Build one part from its options and what it needs of the task."""
    if section.target is None:
        raise AssertionError("only parts are built")
    return section.target(**keywords(section, needs))


def keywords(section: Section, needs: Given) -> dict[str, Any]:
    """Return what a part is built with: its options and what it needs of the task."""
    if section.target is None:
        raise AssertionError("only parts are built")
    own = [name for name in section.values if name not in PLAYER_OPTIONS or _own(section, name)]
    asked = task_names_of(section.target)
    provided = {name: value for name, value in needs.items() if name in asked}
    return {**provided, **section.plain(own)}


def build_game(plan: Blueprint, features: tuple[int, ...], seed: int) -> Game:
    """Build the game on the CPU; the weights are a function of the seed and each net's role.

    Args:
        plan: the checked composition.
        features: shape of the critic's features, for the condition and for heads.
        seed: of the initial weights.
    """
    nets = {name: _net(plan, role, features, seed, name) for name, role in plan.roles.items()}
    condition = plan.condition
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key_of("weights", seed, "condition"))
        condition.prepare(features)
    parts = GameParts(
        task=plan.task,
        nets=nets,
        sampler=_sampler(plan, seed),
        condition=condition,
        duel=_DuelMaker(plan, condition, nets),
    )
    # losses, penalties and augmentation are built by the game: their weights are the seed's too
    game = _seeded(plan.settings["game"], {"parts": parts}, seed, "game")
    if not isinstance(game, Game):
        raise TypeError(f"{plan.described('game')} is no zoo_core.interfaces.Game")
    return game


def _net(plan: Blueprint, role: Role, features: tuple[int, ...], seed: int, name: str) -> nn.Module:
    """Build the net of a role, with the seed's weights; a critic with its further heads."""
    net = _seeded(plan.settings[role.part], plan.needs(role), seed, name)
    if not isinstance(net, Discriminator) or not plan.chosen["head"].items:
        return net
    # a critic that is only shapes has heads that are only shapes
    shapes = on_meta() if any(p.is_meta for p in net.parameters()) else nullcontext()
    with torch.random.fork_rng(devices=[]), shapes:
        torch.manual_seed(key_of("weights", seed, name, "heads"))
        heads: dict[str, Head] = _several(plan, "head", Head)
        for head in heads.values():
            head.prepare(features)
    return WithHeads(net, heads)


class _NoSampler(Sampler):
    """Stand where a game takes no sampler."""

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        raise AssertionError("a game that draws latents has 'sampler' in its `needs`")


def _sampler(plan: Blueprint, seed: int) -> Sampler:
    if not plan.chosen["sampler"].items:
        return _NoSampler()
    found = _seeded(plan.settings["sampler"], plan.task_needs(), seed, "sampler")
    if not isinstance(found, Sampler):
        raise TypeError(f"{plan.described('sampler')} is no zoo_core.interfaces.Sampler")
    return found


def _own(section: Section, name: str) -> bool:
    return section.options[name] is not PLAYER_OPTIONS.get(name)


def _seeded(section: Section, needs: Given, seed: int, role: str) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(key_of("weights", seed, role))
        built = instance(section, needs)
    if not isinstance(built, nn.Module):
        raise TypeError(f"{section.owner} is no torch.nn.Module")
    return built


@dataclass(frozen=True, slots=True)
class _DuelMaker:
    """Makes the duels of a game; implements `zoo_core.interfaces.Duels`."""

    plan: Blueprint
    condition: Condition
    nets: Mapping[str, nn.Module]

    def __call__(self, generator: Generator, critic: Discriminator, *, prefix: str = "") -> Duel:
        plan, needs = self.plan, self.plan.task_needs()
        if not plan.chosen["loss"].items:
            raise TypeError("a game with a duel has 'critic' and 'loss' in its `needs`")
        augment = plan.chosen["augment"].items
        names = {id(net): name for name, net in self.nets.items()}
        return Duel(
            generator,
            critic,
            instance(plan.settings["loss"], needs),
            condition=self.condition,
            augment=instance(plan.settings["augment"], needs) if augment else Augment(),
            penalties=_several(plan, "penalty", Penalty),
            constraints=_several(plan, "constraint", Constraint).values(),
            names=DuelNames(
                generator=names.get(id(generator), "generator"),
                critic=names.get(id(critic), "discriminator"),
                prefix=prefix,
            ),
        )


def _several(plan: Blueprint, role: str, kind: type) -> dict[str, Any]:
    found = {}
    for item in plan.chosen[role].items:
        name = item.entry.name
        part = instance(plan.settings[ROLES[role].section(name)], plan.task_needs())
        if not isinstance(part, kind):
            raise TypeError(f"{role} {name!r} is no zoo_core.interfaces.{kind.__name__}")
        # module names cannot hold dots
        found[name.replace(".", "_")] = part
    return found
