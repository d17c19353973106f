"""Moves of a round: a batch in one part or in several that are played in lockstep.

Parts are virtual ranks: each draws the rows of the global draw that are its own, has the buffers of
the nets as they were before its siblings ran, and the gradients of all are averaged before anybody
moves. So the parts of a batch equal the whole where a net does not mix one, at the memory of one
part's graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zoo_core.engine.hardware import Hardware
from zoo_core.engine.optimisers import PlayerOptimiser
from zoo_core.engine.ranks import Ranks
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game, NetStreams, Notes, Play, Positions, Round, Terms, Turn
from zoo_core.interfaces.randomness import net_stream

Gradients = tuple[Tensor | None, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One part's play of a round, with the streams of the nets that run in it."""

    play: Play
    streams: NetStreams

    @classmethod
    def of(cls, game: Game, current: Round) -> Part:
        """Return the play of a round."""
        return cls(game.play(current), NetStreams(current.rng.child("nets")))


@dataclass(frozen=True, slots=True)
class Move:
    """One simultaneous move: what each player moves by, and what is logged of it.

    Args:
        gradients: player to the gradient of each of its parameters.
        scalars: player to its losses, their total and its notes, detached.
        noted: player to which of the scalars are notes.
    """

    gradients: Mapping[str, Gradients]
    scalars: Mapping[str, Mapping[str, Tensor]]
    noted: Mapping[str, tuple[str, ...]]

    def notes(self) -> Notes:
        """Return player to notes."""
        return {
            player: {name: self.scalars[player][name] for name in names}
            for player, names in self.noted.items()
        }

    def averaged(self, ranks: Ranks) -> Move:
        """Return the move averaged over devices: one all-reduce of gradients, one of scalars."""
        if ranks.world == 1:
            return self
        found = iter(ranks.averaged([g for g in self._flat() if g is not None]))
        gradients = [None if g is None else next(found) for g in self._flat()]
        return self._with(gradients, ranks.averaged(self._values()))

    def mixed(self, other: Move, share: float) -> Move:
        """Return this move with a share of another one of the same players."""
        flat = zip(self._flat(), other._flat(), strict=True)
        gradients = [_mixed(mine, theirs, share) for mine, theirs in flat]
        values = zip(self._values(), other._values(), strict=True)
        return self._with(gradients, [mine + share * (theirs - mine) for mine, theirs in values])

    def _with(self, gradients: list[Tensor | None], values: list[Tensor]) -> Move:
        """Return the move with others, in the order of `_flat` and `_values`."""
        given, means = iter(gradients), iter(values)
        return Move(
            {p: tuple(next(given) for _ in found) for p, found in self.gradients.items()},
            {p: {name: next(means) for name in named} for p, named in self.scalars.items()},
            self.noted,
        )

    def _flat(self) -> list[Tensor | None]:
        return [gradient for found in self.gradients.values() for gradient in found]

    def _values(self) -> list[Tensor]:
        """Return all scalars in one type, as what is averaged together must be."""
        dtype = torch.get_default_dtype()
        return [
            value.reshape(()).to(dtype)
            for named in self.scalars.values()
            for value in named.values()
        ]


class Lockstep:
    """Advance the parts of a batch together, from move to move.

    Args:
        game: what is played.
        optimisers: player to the parameters that move.
        hardware: precision of the nets.
        count: parts.
    """

    def __init__(
        self,
        game: Game,
        optimisers: Mapping[str, PlayerOptimiser],
        hardware: Hardware,
        *,
        count: int,
    ) -> None:
        self.game, self.optimisers, self.hardware, self.count = game, optimisers, hardware, count

    def advance(self, parts: list[Part], reply: Notes | None) -> Move | None:
        """Return the next move, averaged over the parts; None at the end of the round."""
        if len(parts) == 1:
            return self._move(parts[0], reply)
        found: Move | None = None
        buffers = _Buffers(self.game)
        for number, part in enumerate(parts):
            with buffers.of_part(number):
                move = self._move(part, reply)
            if number and (move is None) != (found is None):
                raise AssertionError("the parts of a batch make different numbers of moves")
            if found is not None and move is not None:
                move = found.mixed(move, 1 / (number + 1))
            found = move
        buffers.settle()
        return found

    def _move(self, part: Part, reply: Notes | None) -> Move | None:
        with self.hardware.autocast(), net_stream(part.streams), _explained():
            try:
                moves = next(part.play) if reply is None else part.play.send(reply)
            except StopIteration:
                return None
        shared = _shared(moves)
        totals = {names: moves[names[0]].total for names in shared}
        return Move(
            self._gradients(totals),
            {names[0]: _scalars(moves[names[0]], total) for names, total in totals.items()},
            {names[0]: tuple(moves[names[0]].notes) for names in shared},
        )

    def _gradients(self, totals: Mapping[tuple[str, ...], Tensor]) -> dict[str, Gradients]:
        last = list(totals)[-1]
        found: dict[str, Gradients] = {}
        for names, total in totals.items():
            owned = {name: self.optimisers[name].parameters for name in names}
            gradients = iter(
                torch.autograd.grad(
                    total,
                    [parameter for own in owned.values() for parameter in own],
                    retain_graph=names != last,
                    allow_unused=True,
                )
            )
            found |= {name: tuple(next(gradients) for _ in own) for name, own in owned.items()}
        return found


def _shared(moves: Mapping[str, Terms]) -> list[tuple[str, ...]]:
    """Return the players of a move, those together that minimise the very same terms."""
    found: dict[int, tuple[str, ...]] = {}
    for name, terms in moves.items():
        found[id(terms)] = (*found.get(id(terms), ()), name)
    return list(found.values())


class _Buffers:
    """The buffers of nets while parts of a batch run one after the other.

    Each part has copies of its own for a move, which graphs may keep. Afterwards the buffers are
    the mean over the parts, as every part of a batch is as good as any other; whole numbers are
    those of the last. State that belongs to positions is left alone: a part writes its own rows.
    """

    def __init__(self, game: nn.Module) -> None:
        self.slots = [
            (module, name)
            for module in game.modules()
            if not isinstance(module, Positions)
            for name, buffer in module.named_buffers(recurse=False)
        ]
        self.own = [module.get_buffer(name) for module, name in self.slots]
        self.means: list[Tensor] = []

    @contextmanager
    def of_part(self, number: int) -> Iterator[None]:
        """Run a part with buffers of its own."""
        copies = {id(buffer): buffer.clone() for buffer in self.own}
        self._hold([copies[id(buffer)] for buffer in self.own])
        try:
            yield
            self._mix([module.get_buffer(name) for module, name in self.slots], 1 / (number + 1))
        finally:
            self._hold(self.own)

    @torch.no_grad()
    def settle(self) -> None:
        """Leave the mean over the parts."""
        for buffer, mean in zip(self.own, self.means, strict=True):
            buffer.copy_(mean)

    def _hold(self, buffers: list[Tensor]) -> None:
        for (module, name), buffer in zip(self.slots, buffers, strict=True):
            module._buffers[name] = buffer

    @torch.no_grad()
    def _mix(self, found: list[Tensor], share: float) -> None:
        if share == 1:
            self.means = found
        self.means = [
            mean + share * (value - mean) if mean.is_floating_point() else value
            for mean, value in zip(self.means, found, strict=True)
        ]


def _scalars(terms: Terms, total: Tensor) -> dict[str, Tensor]:
    found = {**terms.losses, "total": total, **terms.notes}
    return {name: value.detach() for name, value in found.items()}


def _mixed(mine: Tensor | None, theirs: Tensor | None, share: float) -> Tensor | None:
    """Return a gradient with a share of another; one that is not there is zero."""
    if mine is None or theirs is None:
        found = theirs if mine is None else mine
        return None if found is None else found * (share if mine is None else 1 - share)
    return torch.lerp(mine, theirs, share)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a look for what a round or a turn does not have into an error that says what it has."""
    try:
        yield
    except AttributeError as error:
        if not isinstance(error.obj, Round | Turn):
            raise
        kind = "round" if isinstance(error.obj, Round) else "turn"
        has = ", ".join(type(error.obj).__dataclass_fields__)
        raise ZooError(
            f"a part of this composition reads {error.name!r} of a {kind}, which has none",
            hint=f"its author must read one of {has}; the real batches of a round are in `real`",
        ) from error
