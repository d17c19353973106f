"""The whole state of an engine as checkpoint files, and back."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from zoo_core.engine.core import Engine
from zoo_core.errors import ZooError

Snapshot = Mapping[str, Mapping[str, Tensor]]
"""Name of a saved net, or of what else is saved, to its tensors by name."""

EMA = "_ema"


def snapshot(engine: Engine) -> dict[str, dict[str, Tensor]]:
    """Return all tensors of a run: a file per saved net and average, optimisers, the rest."""
    nets = engine.game.nets()
    files: dict[str, dict[str, Tensor]] = {
        name: dict(net.state_dict()) for name, net in nets.items()
    }
    for name, net in engine.average.nets.items():
        files[name + EMA] = dict(net.state_dict())
    files["optimizer"] = {
        f"{player}/{key}": value
        for player, optimiser in engine.optimisers.items()
        for key, value in optimiser.state().items()
    }
    files["state"] = {
        **{f"game/{key}": value for key, value in _leftover(engine.game, nets).items()},
        **{f"sums/{key}": value for key, value in engine.sums.state().items()},
    }
    return files


def restore(engine: Engine, files: Snapshot, step: int) -> None:
    """Put a snapshot into an engine of the same composition.

    Raises:
        ZooError: tensors that are missing, left over, or of another shape.
    """
    nets = engine.game.nets()
    for name, net in nets.items():
        load_tensors(net, files.get(name, {}), name)
    for name, net in engine.average.nets.items():
        load_tensors(net, files.get(name + EMA, {}), name + EMA)
    state = files.get("state", {})
    _copy(_leftover(engine.game, nets), _below("game/", state), "state")
    engine.sums.load_state(_below("sums/", state), engine.hardware.device)
    for player, optimiser in engine.optimisers.items():
        optimiser.load_state(_below(f"{player}/", files.get("optimizer", {})))
    engine.step_number = step


def averaged_first(files: Snapshot, name: str) -> Mapping[str, Tensor] | None:
    """Return a saved net's average, the net itself where it has none, or None without either."""
    return files.get(name + EMA, files.get(name))


def load_tensors(net: nn.Module, tensors: Mapping[str, Tensor], owner: str) -> None:
    """Copy tensors into a net by name, keeping its layout.

    Raises:
        ZooError: tensors that are missing, left over, or of another shape.
    """
    _copy(net.state_dict(), tensors, owner)


def _leftover(game: nn.Module, nets: Mapping[str, nn.Module]) -> dict[str, Tensor]:
    """Return the game's state that is in none of the saved nets: pools, penalties, losses."""
    held = {id(tensor) for net in nets.values() for tensor in [*net.parameters(), *net.buffers()]}
    own = dict(game.named_parameters()) | dict(game.named_buffers())
    saved = game.state_dict().keys()
    return {n: t.detach() for n, t in own.items() if id(t) not in held and n in saved}


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key[len(prefix) :]: t for key, t in tensors.items() if key.startswith(prefix)}


@torch.no_grad()
def _copy(into: Mapping[str, Tensor], tensors: Mapping[str, Tensor], owner: str) -> None:
    missing = sorted(into.keys() - tensors.keys())
    extra = sorted(tensors.keys() - into.keys())
    if missing or extra:
        raise ZooError(
            f"{owner} does not fit the checkpoint: it "
            + (f"lacks {missing[0]!r}" if missing else f"has {extra[0]!r} too many"),
            hint="load it with the configuration that wrote it",
        )
    for name, tensor in into.items():
        if tensor.shape != tensors[name].shape:
            raise ZooError(
                f"{name!r} of {owner} has the shape {tuple(tensor.shape)}, "
                f"but the checkpoint has {tuple(tensors[name].shape)}",
                hint="load it with the configuration that wrote it",
            )
        tensor.copy_(tensors[name])
