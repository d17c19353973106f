"""Named random streams: pure functions of (seed, step, stream, rank).

A counter-based generator (SplitMix64: Steele, Lea and Flood 2014, figure 16): value number i of a
stream is a hash of i and of the stream's key. So nothing is stored, a resumed run needs no replay,
every rank computes just its rows of the global draw, and the integers behind the draws are the same
on every device. The step may be a tensor, so that a step can be captured once and replayed.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

import torch
from torch import Tensor

_GOLDEN = -7046029254386353131  # 0x9E3779B97F4A7C15
_MIX_1 = -4658895280553007687  # 0xBF58476D1CE4E5B9
_MIX_2 = -7723592293110705685  # 0x94D049BB133111EB
_WORD = 1 << 64


@lru_cache(maxsize=65536)
def key_of(*parts: str | int) -> int:
    """Return a 63-bit key for a name, the same on every machine."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


class CounterDraws:
    """A named random stream; implements `zoo_core.interfaces.Draws`.

    Shapes are local: with `world` ranks, rank r gets rows r*N .. (r+1)*N of the global draw of
    world*N rows.

    Args:
        seed: the run's seed.
        step: the step, a number or a 0-d int64 tensor on the device.
        device: where draws are made.
        rank: this process.
        world: how many processes.
        path: the stream's name.
        deliver: where draws are moved to; where they are made, by default. Pictures are drawn on
            the CPU, so that they are the same everywhere.
    """

    __slots__ = (
        "_calls",
        "_deliver",
        "_device",
        "_path",
        "_rank",
        "_root",
        "_seed",
        "_step",
        "_world",
    )

    def __init__(
        self,
        seed: int,
        step: int | Tensor,
        *,
        device: torch.device | str = "cpu",
        rank: int = 0,
        world: int = 1,
        path: tuple[str | int, ...] = (),
        deliver: torch.device | str | None = None,
    ) -> None:
        self._seed = seed
        self._device = torch.device(device)
        self._deliver = None if deliver is None else torch.device(deliver)
        self._step = step
        self._rank, self._world, self._path = rank, world, path
        self._calls = 0
        self._root = _stirred(step * _GOLDEN + key_of("seed", seed))

    @property
    def step(self) -> Tensor:
        """Return the step as a 0-d integer tensor."""
        place = self._deliver or self._device
        if isinstance(self._step, Tensor):
            # a copy: the clock is the engine's
            return self._step.to(place, copy=True)
        return torch.full((), self._step, dtype=torch.int64, device=place)

    def child(self, *names: str | int) -> CounterDraws:
        """Return an independent stream below this one."""
        found = object.__new__(CounterDraws)
        found._seed, found._device, found._step = self._seed, self._device, self._step
        found._rank, found._world, found._root = self._rank, self._world, self._root
        found._deliver, found._path = self._deliver, (*self._path, *names)
        found._calls = 0
        return found

    def uniform(self, *shape: int) -> Tensor:
        """Draw from [0, 1) on a grid of 2^-24 (2^-53 in float64)."""
        words = self._words(shape, per_row=_per_row(shape))
        return self._delivered(_unit(words, high=True).view(shape))

    def normal(self, *shape: int) -> Tensor:
        """Draw from N(0, 1) by the Box-Muller transform: one word gives two values."""
        per_row = _per_row(shape)
        pairs = (per_row + 1) // 2
        words = self._words(shape, per_row=pairs).view(shape[0] if shape else 1, pairs)
        radius = _unit(words, high=True).neg_().log1p_().mul_(-2).sqrt_()
        angle = _unit(words, high=False).mul_(2 * math.pi)
        values = torch.cat([radius * angle.cos(), radius.mul_(angle.sin_())], dim=1)
        return self._delivered(values[:, :per_row].reshape(shape))

    def integers(self, high: int, *shape: int) -> Tensor:
        """Draw int64 values from 0 .. high - 1; high is at most 2^31."""
        words = self._words(shape, per_row=_per_row(shape))
        return self._delivered((((words >> 32) & 0xFFFFFFFF) * high >> 32).view(shape))

    def places(self, count: int) -> Tensor:
        """Return (count,) int64: where this rank's rows stand in the global batch."""
        first = self._rank * count
        return self._delivered(torch.arange(first, first + count, device=self._device))

    def _delivered(self, values: Tensor) -> Tensor:
        return values if self._deliver is None else values.to(self._deliver)

    def _words(self, shape: tuple[int, ...], *, per_row: int) -> Tensor:
        """Return this rank's random 64-bit words, one row after another."""
        count = (shape[0] if shape else 1) * per_row
        key = _stirred(self._root + key_of(*self._path, "call", self._calls))
        self._calls += 1
        return _hashed(_counters(self._rank * count, count, self._device) + key)


def _stirred(word: int | Tensor) -> int | Tensor:
    """Return SplitMix64's output function of one word; a number stays a number."""
    if isinstance(word, Tensor):
        return _hashed(word.clone())
    word %= _WORD
    word = (word ^ (word >> 30)) * _MIX_1 % _WORD
    word = (word ^ (word >> 27)) * _MIX_2 % _WORD
    word ^= word >> 31
    return word if word < _WORD // 2 else word - _WORD


def _hashed(words: Tensor) -> Tensor:
    """Return SplitMix64's output function of int64 words, which wrap around; in place.

    Shifts of int64 keep the sign; the masks make them logical.
    """
    words.bitwise_xor_((words >> 30).bitwise_and_((1 << 34) - 1)).mul_(_MIX_1)
    words.bitwise_xor_((words >> 27).bitwise_and_((1 << 37) - 1)).mul_(_MIX_2)
    return words.bitwise_xor_((words >> 31).bitwise_and_((1 << 33) - 1))


@lru_cache(maxsize=64)
def _counters(first: int, count: int, device: torch.device) -> Tensor:
    """Return first .. first + count - 1, each times the golden gamma."""
    return torch.arange(first, first + count, device=device).mul_(_GOLDEN)


def _unit(words: Tensor, *, high: bool) -> Tensor:
    """Return numbers in [0, 1) from the upper or the lower half of words."""
    dtype = torch.get_default_dtype()
    if dtype == torch.float64 and high:
        return ((words >> 11) & ((1 << 53) - 1)).to(dtype).mul_(2.0**-53)
    bits = (words >> 40 if high else words >> 8) & 0xFFFFFF
    return bits.to(dtype).mul_(2.0**-24)


def _per_row(shape: tuple[int, ...]) -> int:
    return math.prod(shape[1:])
