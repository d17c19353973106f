"""Nets that are random inside: where their draws come from, and the layers that use them.

Whoever runs a net sets the stream: the engine for each step and rank, sampling for each chunk and
seed. So one seed gives the same pictures on every device and in every thread, and no net touches a
global generator.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core.config.options import Between
from zoo_core.errors import ZooError
from zoo_core.interfaces.values import Draws


class NetStreams:
    """The streams of nets below one stream: each named net has its own, and each pass of it.

    Args:
        rng: what they are children of.
    """

    __slots__ = ("_passes", "_rng")

    def __init__(self, rng: Draws) -> None:
        self._rng = rng
        self._passes: dict[str, int] = {}

    def begin(self, net: str) -> Draws:
        """Return the stream of a net's next pass."""
        number = self._passes.get(net, 0)
        self._passes[net] = number + 1
        return self._rng.child(net, number)


_CURRENT: ContextVar[tuple[NetStreams, Draws] | None] = ContextVar("net_streams", default=None)


@contextmanager
def net_stream(streams: Draws | NetStreams) -> Iterator[None]:
    """Let the nets that run inside draw from a stream.

    Args:
        streams: a stream that begins here, or streams that go on.
    """
    found = streams if isinstance(streams, NetStreams) else NetStreams(streams)
    token = _CURRENT.set((found, found.begin("")))
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextmanager
def named_net(name: str) -> Iterator[None]:
    """Let a pass of a net draw from a stream of its own, so that nets do not shift each other."""
    current = _CURRENT.get()
    if current is None:
        yield
        return
    token = _CURRENT.set((current[0], current[0].begin(name)))
    try:
        yield
    finally:
        _CURRENT.reset(token)


def net_draws() -> Draws:
    """Return the stream that the running net draws from.

    Raises:
        ZooError: nobody has set one.
    """
    current = _CURRENT.get()
    if current is None:
        raise ZooError(
            "a net asked for random numbers outside of any stream",
            hint="run it inside `with zoo_core.interfaces.net_stream(CounterDraws(seed, 0)):` "
            "(zoo_core.draws); trainings, `sample` and `translate` do so by themselves",
        )
    return current[1]


class Dropout(nn.Module):
    """Drop values in training, each with the same probability, and enlarge the others.

    Args:
        share: probability of a value to become zero.

    Shapes:
        any shape (N, ...) -> the same.
    """

    def __init__(self, share: Annotated[float, Between(0, 1)] = 0.5) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: Tensor) -> Tensor:
        if not self.training or not self.share:
            return values
        if self.share >= 1:
            return values * 0
        kept = net_draws().uniform(*values.shape).to(values.device) >= self.share
        return values * kept.to(values.dtype).div(1 - self.share)

    def extra_repr(self) -> str:
        return f"share={self.share:g}"


class Noise(nn.Module):
    """Add normal noise, one value a pixel, times a learned strength (arXiv:1812.04948, section 2).

    The strength is 0 at first.

    Args:
        channels: strengths: one for each channel, or 1 for all alike (arXiv:1912.04958).

    Shapes:
        maps (N, C, h, w) -> the same.
    """

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, maps: Tensor) -> Tensor:
        height, width = maps.shape[-2:]
        noise = net_draws().normal(len(maps), 1, height, width)
        return maps + noise.to(maps) * self.strength
