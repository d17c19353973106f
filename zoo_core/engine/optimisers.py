"""One optimiser for each player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from zoo_core.config.run import PlayerOptions
from zoo_core.engine.rmsprop import RMSprop
from zoo_core.engine.schedules import exact_dtype, learning_rate
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game, Player


class PlayerOptimiser:
    """The parameters of one player, by name, and how they move.

    Args:
        named: name in the game to parameter.
        options: the update rule.
        steps: length of the run, for schedules.
    """

    def __init__(
        self, named: Mapping[str, nn.Parameter], options: PlayerOptions, *, steps: int
    ) -> None:
        self.named, self.options, self.steps = dict(named), options, steps
        self.parameters = list(self.named.values())
        self._rate = _rate_of(self.parameters, options)
        self._optimiser = _optimiser(self.parameters, options, self._rate)

    def step(self, gradients: Sequence[Tensor | None], step: Tensor) -> None:
        """Move the parameters by gradients, in the order of `parameters`.

        Args:
            gradients: None for a parameter that stays.
            step: the engine's, a 0-d int64 tensor on the device.
        """
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = _like(parameter, gradient)
        if self.options.clip_norm > 0:
            nn.utils.clip_grad_norm_(self.parameters, self.options.clip_norm)
        self._rate.copy_(learning_rate(self.options, step, self.steps))
        self._optimiser.step()
        for parameter in self.parameters:
            parameter.grad = None

    def state(self) -> dict[str, Tensor]:
        """Return the optimiser's tensors as `parameter name/state name`."""
        found = {}
        for name, parameter in self.named.items():
            for key, value in self._optimiser.state.get(parameter, {}).items():
                if isinstance(value, Tensor):
                    found[f"{name}/{key}"] = value
        return found

    def load_state(self, tensors: Mapping[str, Tensor]) -> None:
        """Restore `state`, with the memory layout that each tensor has in a running optimiser.

        Raises:
            ZooError: tensors of unknown parameters or of another shape.
        """
        for key, value in tensors.items():
            name, _, field = key.rpartition("/")
            parameter = self.named.get(name)
            if parameter is None or (value.ndim and value.shape != parameter.shape):
                raise ZooError(
                    f"the optimiser state {key!r} does not belong to this composition",
                    hint="resume with the configuration that wrote the checkpoint",
                )
            self._optimiser.state[parameter][field] = _restored(parameter, value)


def optimisers_of(
    game: Game, options: Mapping[str, PlayerOptions], *, steps: int
) -> dict[str, PlayerOptimiser]:
    """Return an optimiser for each player.

    Raises:
        ZooError: a trainable parameter that belongs to no player, or to two.
    """
    names = {id(parameter): name for name, parameter in game.named_parameters()}
    owners: dict[int, str] = {}
    found = {}
    for player_name, player in game.players().items():
        named = _named(player, names)
        for name, parameter in named.items():
            if id(parameter) in owners:
                raise _owner_error(name, f"to {owners[id(parameter)]} and to {player_name}")
            owners[id(parameter)] = player_name
        found[player_name] = PlayerOptimiser(named, options[player_name], steps=steps)
    for name, parameter in game.named_parameters():
        if parameter.requires_grad and id(parameter) not in owners:
            raise _owner_error(name, "to no player")
    return found


def _owner_error(name: str, whose: str) -> ZooError:
    return ZooError(
        f"the parameter {name!r} belongs {whose}",
        hint="the game's author must give it to exactly one in `players`",
    )


def _named(player: Player, names: Mapping[int, str]) -> dict[str, nn.Parameter]:
    found = {}
    for module in player.modules:
        for local, parameter in module.named_parameters():
            if not parameter.requires_grad:
                continue
            if id(parameter) not in names:
                raise _owner_error(local, "to a player, but its module is not in the game")
            found[names[id(parameter)]] = parameter
    return found


def _rate_of(parameters: list[nn.Parameter], options: PlayerOptions) -> Tensor:
    """Return where the learning rate stands; fused optimisers want float32 beyond the CPU."""
    device = parameters[0].device if parameters else torch.device("cpu")
    dtype = exact_dtype(device) if device.type == "cpu" else torch.float32
    return torch.full((), options.lr, dtype=dtype, device=device)


def _optimiser(
    parameters: list[nn.Parameter], options: PlayerOptions, rate: Tensor
) -> torch.optim.Optimizer | RMSprop:
    decay = options.weight_decay
    if options.optimizer == "rmsprop":
        return RMSprop(parameters, options, rate)
    if options.optimizer == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=options.momentum, weight_decay=decay, fused=True
        )
    kind = torch.optim.Adam if options.optimizer == "adam" else torch.optim.AdamW
    return kind(parameters, lr=rate, betas=options.betas, weight_decay=decay, fused=True)


def _like(parameter: nn.Parameter, gradient: Tensor | None) -> Tensor | None:
    """Return the gradient in the parameter's layout, which fused optimisers take for granted."""
    if gradient is None or gradient.stride() == parameter.stride():
        return gradient
    return torch.empty_like(parameter).copy_(gradient)


def _restored(parameter: nn.Parameter, value: Tensor) -> Tensor:
    if value.shape != parameter.shape:
        # step counts: on the device where fused optimisers keep them
        return value.to(parameter.device) if parameter.device.type != "cpu" else value.clone()
    return torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
