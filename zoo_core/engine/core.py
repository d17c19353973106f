"""The engine: it plays rounds of a game, and knows nothing of nets, losses or data sets."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from zoo_core.config.run import PlayerOptions, RunOptions
from zoo_core.draws import CounterDraws, key_of
from zoo_core.engine.average import Average
from zoo_core.engine.feed import Feed
from zoo_core.engine.hardware import Hardware
from zoo_core.engine.optimisers import optimisers_of
from zoo_core.engine.ranks import Gradients, Ranks
from zoo_core.engine.scalars import Sums
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game, Round, Terms


class Engine:
    """Play a game step by step; step t is a function of (configuration, seed, t, state).

    Args:
        game: what is played, placed on the device.
        feed: where real batches come from.
        run: the run's options.
        players: player to optimiser options.
        hardware: device, precision, layout.
        ranks: this process among others.

    Attributes:
        step_number: rounds that are done.
        stream: which of the seed's streams is drawn from; another one after a run went back.
    """

    def __init__(
        self,
        game: Game,
        feed: Feed,
        *,
        run: RunOptions,
        players: Mapping[str, PlayerOptions],
        hardware: Hardware,
        ranks: Ranks | None = None,
    ) -> None:
        self.game, self.feed, self.run, self.hardware = game, feed, run, hardware
        self.ranks = ranks or Ranks()
        self.optimisers = optimisers_of(game, players, steps=run.steps)
        self.average = Average(
            averaged_nets(game),
            half_life=run.ema_images,
            warmup=run.ema_warmup,
            batch=run.batch,
        )
        self.sums = Sums()
        self.step_number = 0
        self.stream = 0
        self.gradient_norms: dict[str, Tensor] = {}

    def step(self, *, watch: bool = False) -> None:
        """Play one round.

        Args:
            watch: also keep each player's gradient norm in `gradient_norms`.
        """
        self._seed_nets()
        play = self.game.play(self._round())
        with self.hardware.autocast():
            moves = next(play, None)
        while moves is not None:
            reply = self._move(moves, watch=watch)
            with self.hardware.autocast():
                try:
                    moves = play.send(reply)
                except StopIteration:
                    moves = None
        self.average.update(self.step_number)
        self.step_number += 1

    def picture_nets(self) -> dict[str, nn.Module]:
        """Return the nets that make pictures: averaged where there is an average."""
        return {**self.game.nets(), **self.average.nets}

    @property
    def seed(self) -> int:
        """Return the seed of the random streams: the run's, or another after going back."""
        return key_of("stream", self.run.seed, self.stream) if self.stream else self.run.seed

    def _round(self) -> Round:
        rng = CounterDraws(
            self.seed,
            self.step_number,
            device=self.hardware.device,
            rank=self.ranks.rank,
            world=self.ranks.world,
        )
        return Round(step=self.step_number, rng=rng, batch=self.feed.batch)

    def _move(
        self, moves: Mapping[str, Terms], *, watch: bool
    ) -> Mapping[str, Mapping[str, Tensor]]:
        """Take all gradients of a simultaneous move, then update; return the averaged notes."""
        gradients: Gradients = {}
        totals = {name: terms.total for name, terms in moves.items()}
        last = list(moves)[-1]
        for name, total in totals.items():
            gradients[name] = torch.autograd.grad(
                total,
                self.optimisers[name].parameters,
                retain_graph=name != last,
                allow_unused=True,
            )
        gradients = self.ranks.averaged_gradients(gradients)
        for name, found in gradients.items():
            if watch:
                self.gradient_norms[name] = _norm(found)
            self.optimisers[name].step(found, self.step_number)
        return self._note(moves, totals)

    def _note(
        self, moves: Mapping[str, Terms], totals: Mapping[str, Tensor]
    ) -> Mapping[str, Mapping[str, Tensor]]:
        reply = {}
        for name, terms in moves.items():
            notes = self.ranks.averaged_notes(terms.notes)
            scalars = {**terms.losses, "total": totals[name], **notes}
            self.sums.add([f"{name}.{key}" for key in scalars], list(scalars.values()))
            reply[name] = notes
        return reply

    def _seed_nets(self) -> None:
        """Give nets with randomness of their own, such as dropout, a stream that has the rank."""
        key = key_of("nets", self.seed, self.ranks.rank)
        key = (key + self.step_number * 0x9E3779B97F4A7C15) % 2**63
        torch.default_generator.manual_seed(key)
        if self.hardware.device.type == "cuda":
            torch.cuda.manual_seed(key)
        elif self.hardware.device.type == "mps":
            torch.mps.manual_seed(key)


def averaged_nets(game: Game) -> dict[str, nn.Module]:
    """Return the saved nets that belong to a player with an average, by name."""
    modules = [m for player in game.players().values() if player.averaged for m in player.modules]
    return {name: net for name, net in game.nets().items() if any(net is m for m in modules)}


def check_finite(scalars: Mapping[str, float], step: int) -> None:
    """Stop a run that has broken down.

    Raises:
        ZooError: a scalar that is not finite.
    """
    broken = [name for name, value in scalars.items() if not math.isfinite(value)]
    if broken:
        raise ZooError(
            f"{broken[0]} is {scalars[broken[0]]} at step {step}",
            hint="the last good checkpoint is kept; try a lower `--lr`, or a penalty such as "
            "`--penalty gp`",
        )


def _norm(gradients: tuple[Tensor | None, ...]) -> Tensor:
    return nn.utils.get_total_norm([g for g in gradients if g is not None])
