"""What is exported: a net of tensors in and images out, where nothing is drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor, nn

from zoo_core.draws import CounterDraws
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.weights.bundle.game import critics_of
from zoo_core.weights.latents import Given
from zoo_core.weights.pretrained import Pretrained


@dataclass(frozen=True, slots=True, kw_only=True)
class Exportable:
    """A net with the names of what goes in.

    Args:
        model: whose net it is.
        name: of the generator in `Game.nets()`.
        net: tensors to images (N, C, H, W) in [-1, 1].
        names: of its inputs: "latents", or "latents" and "labels", or "source".
        shapes: of one row of each input.
        classes: how many labels there are, 0 without.
        remarks: what a user should be told.
    """

    model: Pretrained
    name: str
    net: nn.Module
    names: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    classes: int
    remarks: tuple[str, ...] = ()

    def inputs(self, count: int) -> tuple[Tensor, ...]:
        """Return the same inputs each time: normal latents, pixels in [-1, 1), each class in turn.

        Args:
            count: images.
        """
        pairs = zip(self.names, self.shapes, strict=True)
        return tuple(self._values(name, shape, count) for name, shape in pairs)

    def _values(self, name: str, shape: tuple[int, ...], count: int) -> Tensor:
        rng = CounterDraws(0, count, path=("export",))
        if name == "labels":
            return labels_in_turn(count, self.classes)
        if name == "latents":
            return rng.normal(count, *shape)
        return rng.uniform(count, *shape) * 2 - 1


def exportable(model: Pretrained, direction: str = "") -> Exportable:
    """Return what of a model is exported: its translator, or what draws from latents.

    Args:
        model: loaded on the CPU.
        direction: of a translator, such as "ab"; the first one by default.

    Raises:
        ZooError: another device, no such direction, or a game whose drawing cannot be repeated.
    """
    if model.device.type != "cpu":
        raise ZooError(
            f"a model on {model.device} cannot be exported", hint="`load(SRC, device='cpu')`"
        )
    if model.game.translators():
        name = model.translator(direction)
        role = model.composition.plan.roles[name]
        if role.source is None:
            raise AssertionError("a translator has a source")
        net = Translating(model.game.nets()[name])
        return Exportable(
            model=model,
            name=name,
            net=net,
            names=("source",),
            shapes=(role.source.shape,),
            classes=0,
        )
    if direction:
        model.translator(direction)
    return _drawing(model)


def _drawing(model: Pretrained) -> Exportable:
    plan = model.composition.plan
    latents, classes = (model.composition.task.latent_dim,), len(model.classes)
    name = next(name for name, net in model.game.nets().items() if net is model.generator)
    found = Exportable(
        model=model,
        name=name,
        net=Drawing(model.game),
        names=("latents", "labels") if classes else ("latents",),
        shapes=(latents, ()) if classes else (latents,),
        classes=classes,
    )
    try:
        with evaluating({"net": found.net}):
            found.net(*found.inputs(2))
    except DrawsError:
        return Exportable(
            model=model,
            name=name,
            net=Translating(model.generator),
            names=("latents",),
            shapes=((plan.latent_dim,),),
            classes=0,
            remarks=(
                f"{plan.described('condition')} draws codes at random, so the exported latents "
                f"are the generator's {plan.latent_dim} inputs: {latents[0]} from "
                f"{plan.described('sampler')}, then the codes",
            ),
        )
    return found


class Translating(nn.Module):
    """One net that needs nothing but its input.

    Shapes:
        (N, ...) -> images (N, C, H, W), float32.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, inputs: Tensor) -> Tensor:
        images: Tensor = self.net(inputs, None)
        return images.float()


class Drawing(nn.Module):
    """Draw as the game does, from latents that are given instead of sampled.

    Shapes:
        latents (N, latent_dim), labels (N,) or None -> images (N, C, H, W), float32.
    """

    def __init__(self, game: Game) -> None:
        super().__init__()
        critics = critics_of(game)
        nets = {name: net for name, net in game.nets().items() if name not in critics}
        self.names: Sequence[str] = tuple(nets)
        self.nets = nn.ModuleList(nets.values())
        # as a part of this module, the game would bring its critic along
        self._game = (game,)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        nets: Mapping[str, nn.Module] = dict(zip(self.names, self.nets, strict=True))
        given = {**nets, "sampler": Given(latents)}
        return self._game[0].sample(given, NoDraws(), count=latents.shape[0], labels=labels)


class DrawsError(Exception):
    """Something asked for random numbers."""


class NoDraws:
    """Random streams that refuse to be drawn from."""

    @property
    def step(self) -> Tensor:
        """Return zero: nothing is trained here."""
        return torch.tensor(0)

    def child(self, *names: str | int) -> NoDraws:
        """Return itself."""
        return self

    def uniform(self, *shape: int) -> NoReturn:
        """Refuse."""
        raise DrawsError

    def normal(self, *shape: int) -> NoReturn:
        """Refuse."""
        raise DrawsError

    def integers(self, high: int, *shape: int) -> NoReturn:
        """Refuse."""
        raise DrawsError

    def places(self, count: int) -> Tensor:
        """Return the first places: there is one batch."""
        return torch.arange(count)
