"""One net, built on the meta device and run once: shapes without memory.

A trial is a function of the part, its options and what the task gives it, so each is made once
however many compositions have the part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from zoo_core import interfaces
from zoo_core.composition.meta import on_meta
from zoo_core.draws import CounterDraws
from zoo_core.errors import ZooError
from zoo_core.interfaces import Discriminator, Encoder, net_stream
from zoo_core.registry.kinds import ROLES

KEPT = 4096
"""Trials that are remembered."""


ONE_IS_TOO_FEW = "normalises over a batch, and one image is too few"


@dataclass(frozen=True, slots=True)
class Case:
    """What a trial depends on.

    Args:
        part: role of the net, such as "critic".
        target: builds the net.
        keywords: what it is built with.
        inputs: shape of its trial input, with the batch first.
        labelled: labels are given too.
    """

    part: str
    target: Callable[..., Any]
    keywords: tuple[tuple[str, Any], ...]
    inputs: tuple[int, ...]
    labelled: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found.

    Args:
        parameters: number of trainable parameters.
        output: shape of images, scores or latents, with the batch first.
        features: shape of a critic's features, without the batch.
        mixes: the net has batch normalisation.
        spreads: an encoder gives a log variance beside the mean.
        problem: what went wrong, in words that follow the part's name; empty if nothing did.
        hint: the way out, where the part itself knows one.
        cause: the exception behind a problem.
        said: the part itself refused, in whole sentences.
    """

    parameters: int = 0
    output: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    mixes: bool = False
    spreads: bool = False
    problem: str = ""
    hint: str = ""
    cause: Exception | None = field(default=None, compare=False)
    said: bool = False


@lru_cache(maxsize=KEPT)
def tried(case: Case) -> Trial:
    """Build a net on the meta device and run it once; what goes wrong is part of the result."""
    doing = "cannot be built"
    try:
        with on_meta():
            net = case.target(**dict(case.keywords))
        if not isinstance(net, interface_of(case.part)):
            return _other_kind(net, case.part)
        doing = "does not run"
        with torch.no_grad(), net_stream(CounterDraws(0, 0, device="meta")):
            return _run(case, net)
    except ZooError as error:
        return Trial(problem=error.message, hint=error.hint, cause=error, said=True)
    except _NoTensorError as error:
        return Trial(problem=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part raises, it does not fit
        if case.inputs[0] == 1 and "more than 1 value per channel" in str(error):
            return Trial(problem=ONE_IS_TOO_FEW, cause=error)
        return Trial(problem=f"{doing}: {_one_line(error)}", cause=error)


def interface_of(role: str) -> Any:
    """Return the interface of a role's parts."""
    return getattr(interfaces, ROLES[role].interface)


def count(net: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def _other_kind(net: object, part: str) -> Trial:
    expected = f"{interfaces.__name__}.{ROLES[part].interface}"
    return Trial(
        problem=f"is a {type(net).__name__}, which is no {expected}",
        hint="a critic has `features` and `head`"
        if part == "critic"
        else "derive it from the interface",
    )


def _run(case: Case, net: nn.Module) -> Trial:
    inputs = torch.empty(case.inputs, device="meta")
    labels = None
    if case.labelled:
        labels = torch.zeros(case.inputs[0], dtype=torch.int64, device="meta")
    _refuse_global_draws(net)
    mixes = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in net.modules())
    if isinstance(net, Discriminator):
        features = _tensor(net.features(inputs, labels))
        scores = _tensor(net.head(features))
        return Trial(count(net), tuple(scores.shape), tuple(features.shape[1:]), mixes)
    if isinstance(net, Encoder):
        found = net(inputs)
        return Trial(count(net), _latents(found), mixes=mixes, spreads=isinstance(found, tuple))
    images = _tensor(net(inputs, labels))
    return Trial(count(net), tuple(images.shape), mixes=mixes)


def _refuse_global_draws(net: nn.Module) -> None:
    """Refuse layers that draw from PyTorch's global generator, which no run restores.

    Raises:
        ZooError: such a layer, unless it drops nothing.
    """
    for name, module in net.named_modules():
        if isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0:
            kind = type(module).__name__
            raise ZooError(
                f"{name!r} of {type(net).__name__} is a torch.nn.{kind}, which draws from a "
                "generator that all share, so that no run could be repeated",
                hint="its author must use zoo_core.interfaces.Dropout",
            )


class _NoTensorError(Exception):
    """A net returned something else."""


def _latents(found: object) -> tuple[int, ...]:
    """Return the shape of an encoder's latents, or of their mean and log variance."""
    pieces = found if isinstance(found, tuple) else (found,)
    shapes = {tuple(_tensor(piece).shape) for piece in pieces}
    if len(shapes) != 1:
        raise _NoTensorError("returns a mean and a log variance of different shapes")
    return shapes.pop()


def _tensor(value: object) -> Tensor:
    if not isinstance(value, Tensor):
        raise _NoTensorError(f"returns a {type(value).__name__}, not a tensor")
    return value


def _one_line(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".split("\n", 1)[0]
    return text if len(text) < 200 else text[:197] + "..."
