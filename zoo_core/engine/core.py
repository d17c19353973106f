"""The engine: it plays rounds of a game, and knows nothing of nets, losses or data sets.

Step t is a function of tensors: the step's number, learning rates, the average's weight, sums and
counts stand on the device, and what Python knows of t is `Game.variant(t)` and the real batches,
which are fetched before play. So a round of a variant can be captured once and replayed.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import torch
from torch import Tensor, nn

from zoo_core.config.run import PlayerOptions, RunOptions, parts_of_batch
from zoo_core.draws import CounterDraws, key_of
from zoo_core.engine.average import Average
from zoo_core.engine.feed import Feed
from zoo_core.engine.hardware import Hardware
from zoo_core.engine.moves import Lockstep, Move, Part
from zoo_core.engine.optimisers import optimisers_of
from zoo_core.engine.ranks import Ranks
from zoo_core.engine.scalars import Sums
from zoo_core.errors import ZooError
from zoo_core.interfaces import Batch, Game, Notes, Round

Real = tuple[Mapping[str, Batch], ...]


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
        stream: which of the seed's streams is drawn from; another one after a run went back.
        clock: the number of the step, as a 0-d int64 tensor on the device.
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
        self.lockstep = Lockstep(
            game, self.optimisers, hardware, count=parts_of_batch(run, devices=self.ranks.world)
        )
        self.clock = torch.zeros((), dtype=torch.int64, device=hardware.device)
        self.stream = 0
        self.gradient_norms: dict[str, Tensor] = {}
        self._number = 0

    @property
    def step_number(self) -> int:
        """Return how many rounds are done; setting it sets the clock."""
        return self._number

    @step_number.setter
    def step_number(self, number: int) -> None:
        self._number = number
        self.clock.fill_(number)

    def step(self, *, watch: bool = False) -> None:
        """Play one round.

        Args:
            watch: also keep each player's gradient norm in `gradient_norms`.
        """
        self.play(self.variant(), self.real(), watch=watch)
        self.count()

    def count(self) -> None:
        """Count a round that was played, or replayed."""
        self._number += 1

    def variant(self) -> Hashable:
        """Return the variant of the round that comes next.

        Raises:
            ZooError: the game gives one that cannot be hashed.
        """
        found = self.game.variant(self._number)
        try:
            hash(found)
        except TypeError as error:
            name = type(self.game).__name__
            raise ZooError(
                f"the variant of game {name} at step {self._number} is a "
                f"{type(found).__name__}, which cannot be hashed",
                hint="its author must return numbers, strings, tuples or frozen sets",
            ) from error
        return found

    def real(self) -> Real:
        """Return the real batches of the round that comes next."""
        return tuple(self.feed.batch(number) for number in self.game.batches(self._number))

    def play(self, variant: Hashable, real: Real, *, watch: bool = False) -> None:
        """Play a round of a variant on its real batches, as the clock says, and move the clock on.

        This is what a capture records: nothing in it depends on `step_number`.
        """
        plays = [self._part(index, variant, real) for index in range(self.lockstep.count)]
        move = self.lockstep.advance(plays, None)
        while move is not None:
            reply = self._moved(move, watch=watch)
            self.game.after(reply)
            move = self.lockstep.advance(plays, reply)
        self.average.update(self.clock)
        self.clock += 1

    def picture_nets(self) -> dict[str, nn.Module]:
        """Return the nets that make pictures: averaged where there is an average."""
        return {**self.game.nets(), **self.average.nets}

    @property
    def seed(self) -> int:
        """Return the seed of the random streams: the run's, or another after going back."""
        return key_of("stream", self.run.seed, self.stream) if self.stream else self.run.seed

    def _part(self, index: int, variant: Hashable, real: Real) -> Part:
        count = self.lockstep.count
        rng = CounterDraws(
            self.seed,
            self.clock,
            device=self.hardware.device,
            rank=self.ranks.rank * count + index,
            world=self.ranks.world * count,
        )
        own = tuple(
            {name: batch.part(index, count) for name, batch in tables.items()} for tables in real
        )
        current = Round(step=self.clock, variant=variant, rng=rng, real=own)
        return Part.of(self.game, current)

    def _moved(self, move: Move, *, watch: bool) -> Notes:
        """Let every player move at once by gradients of all devices; return the notes."""
        move = move.averaged(self.ranks)
        for name, gradients in move.gradients.items():
            if watch:
                self.gradient_norms[name] = _norm(gradients)
            self.optimisers[name].step(gradients, self.clock)
        for name, scalars in move.scalars.items():
            self.sums.add([f"{name}.{key}" for key in scalars], list(scalars.values()))
        return move.notes()


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
