"""From a bundle to a game: shapes are compared on the meta device, then tensors are read.

Memory is taken for what the files hold and for little else: nets that are not shipped, and the
game's own state, are shapes on the meta device.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_parameter_registration_hook,
)

from zoo_core.composition import Composition, compose
from zoo_core.composition.build import Blueprint, build_game
from zoo_core.composition.meta import on_meta
from zoo_core.engine.state import load_tensors
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import Bundle
from zoo_core.weights.bundle.requirements import usable
from zoo_core.weights.bundle.tensors import check_tensors, read_tensors
from zoo_core.weights.bundle.untrusted import AGAIN

MOST_VALUES = 2**31
"""Values of the parameters and buffers of a composition that is worth trying."""

MOST_TENSORS = 4_000
"""Parameters and buffers of it, by number."""

MOST_UNSHIPPED = 2**24
"""Values that may be built beside those in the files: a condition's side of the critic."""

LARGEST_IMAGE = 2**25
"""Values of the largest image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A bundle's game with its weights.

    Args:
        composition: what was trained.
        game: its nets; those that are not shipped are on the meta device.
        has_critic: the critic's weights are there too.
    """

    composition: Composition
    game: Game
    has_critic: bool


def open_bundle(bundle: Bundle, registry: Registry | None = None) -> Opened:
    """Build a bundle's game and load its weights, in float32, on the CPU.

    Raises:
        ZooError: a part that is not installed, an option that does not fit, nets that are too
            large, or files that hold other tensors than the nets.
    """
    composition = composed(bundle, registry)
    plan, features = composition.plan, composition.features
    shapes = shapes_of(composition)
    with limited(), on_meta():
        condition = plan.condition
        condition.prepare(features)
    check_fit(bundle, shapes)
    has_critic = critics_of(shapes) <= set(bundle.components)
    _check_beside(bundle, shapes, condition)
    meta = ("game",) if has_critic else ("game", "critic")
    game = build_game(_as_shapes(plan, meta), features, composition.run.seed)
    nets = game.nets()
    for name in bundle.components:
        if any(tensor.is_meta for tensor in nets[name].state_dict().values()):
            # a net that the game itself makes, such as a likelihood
            nets[name].to_empty(device="cpu")
        load_tensors(nets[name], read_tensors(bundle.path(name)), name)
    return Opened(composition=composition, game=game, has_critic=has_critic)


def composed(bundle: Bundle, registry: Registry | None = None) -> Composition:
    """Return a bundle's composition; no data is opened and no memory taken.

    Raises:
        ZooError: a part that is not installed, an option that does not fit, or nets that are too
            large.
    """
    config, known = usable(bundle, registry or Registry.from_installed())
    with limited():
        composition = compose(config=config, registry=known, without_data=True, untried=True)
    for image in composition.task.images.values():
        if image.numel > LARGEST_IMAGE:
            raise _too_large(f"images of {image}")
    return composition


def shapes_of(composition: Composition) -> Game:
    """Return a composition's game as shapes, which takes no memory.

    Raises:
        ZooError: nets that cannot be built, or that are too large.
    """
    try:
        with limited(), on_meta():
            return composition.build()
    except ZooError:
        raise
    except Exception as error:
        # whatever a part raises, it is not built with what a stranger wrote
        line = f"{type(error).__name__}: {error}".partition("\n")[0][:160]
        raise ZooError(f"these weights are of nets that cannot be built: {line}", hint=AGAIN) from (
            error
        )


def check_fit(bundle: Bundle, game: Game) -> None:
    """Compare the names, shapes and types in a bundle's headers with a game's nets.

    Raises:
        ZooError: other nets, or nets with other tensors.
    """
    nets, shipped = game.nets(), set(bundle.components)
    needed = set(nets) - critics_of(game)
    if not (shipped == needed or shipped == set(nets)):
        raise ZooError(
            f"{str(bundle.directory)!r} ships {_listed(shipped)}, and its composition needs "
            f"{_listed(needed)}",
            hint=AGAIN,
        )
    for name, header in bundle.headers.items():
        check_tensors(header, nets[name].state_dict(), f"{bundle.components[name]!r}")


@contextmanager
def limited() -> Iterator[None]:
    """Stop what is built inside once its parameters and buffers are too many or too large."""
    counted = {"values": 0, "tensors": 0}

    def count(_: nn.Module, __: str, tensor: Tensor | None) -> None:
        if tensor is not None:
            counted["values"] += tensor.numel()
            counted["tensors"] += 1
        if counted["values"] > MOST_VALUES:
            raise _too_large(f"more than {MOST_VALUES:,} values")
        if counted["tensors"] > MOST_TENSORS:
            raise _too_large(f"more than {MOST_TENSORS:,} tensors")

    hooks = [
        register_module_parameter_registration_hook(count),
        register_module_buffer_registration_hook(count),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def critics_of(game: Game) -> set[str]:
    """Return the nets that drawing does not need."""
    return set(game.nets()) - set(game.ships())


def _check_beside(bundle: Bundle, shapes: Game, condition: nn.Module) -> None:
    """Refuse to build much more than the files hold."""
    built = [net for name, net in shapes.nets().items() if name in bundle.components]
    values = sum(map(_values, [*built, condition]))
    shipped = sum(info.numel for header in bundle.headers.values() for info in header.values())
    if values - shipped > MOST_UNSHIPPED:
        raise _too_large(f"{values - shipped:,} values beside those in their files")


def _values(net: nn.Module) -> int:
    return sum(tensor.numel() for tensor in (*net.parameters(), *net.buffers()))


def _as_shapes(plan: Blueprint, sections: Iterable[str]) -> Blueprint:
    """Return a plan whose parts of some sections are built on the meta device."""
    settings = dict(plan.settings)
    for name in sections:
        section = settings[name]
        if section.target is not None:
            settings[name] = replace(section, target=_on_meta(section.target))
    return replace(plan, settings=settings)


def _on_meta(target: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(target)
    def build(**given: Any) -> Any:
        with on_meta():
            return target(**given)

    return build


def place(game: nn.Module, device: torch.device) -> None:
    """Move a game to a device, but for what is only shapes."""
    tensors = (*game.parameters(), *game.buffers())
    if not any(tensor.is_meta for tensor in tensors):
        game.to(device)
        return
    for child in game.children():
        place(child, device)


def no_plain_weights(source: str | Path) -> ZooError:
    """Return the error for weights that are only there as an average."""
    return ZooError(
        f"{str(source)!r} has the moving average of the weights, and not the weights themselves",
        hint="leave `average=False` out",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _too_large(what: str) -> ZooError:
    return ZooError(f"these weights ask for {what}", hint=f"that is too much to load; {AGAIN}")
