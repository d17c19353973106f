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

from zoo_core.composition.meta import on_meta
from zoo_core.errors import ZooError
from zoo_core.interfaces import Discriminator, Encoder, Generator

KEPT = 4096
"""Trials that are remembered."""

_INTERFACES: dict[str, type[nn.Module]] = {
    "generator": Generator,
    "critic": Discriminator,
    "encoder": Encoder,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a trial depends on.

    Args:
        part: "generator", "critic" or "encoder".
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
        output: shape of images or scores, with the batch first.
        features: shape of a critic's features, without the batch.
        mixes: the net has batch normalisation.
        problem: what went wrong, in words that follow the part's name; empty if nothing did.
        hint: the way out, where the part itself knows one.
        cause: the exception behind a problem.
        said: the part itself refused, in whole sentences.
    """

    parameters: int = 0
    output: tuple[int, ...] = ()
    features: tuple[int, ...] = ()
    mixes: bool = False
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
        expected = _INTERFACES[case.part]
        if not isinstance(net, expected):
            return _other_kind(net, case.part)
        doing = "does not run"
        with torch.no_grad():
            return _run(case, net)
    except ZooError as error:
        return Trial(problem=error.message, hint=error.hint, cause=error, said=True)
    except _NoTensorError as error:
        return Trial(problem=str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part raises, it does not fit
        if case.inputs[0] == 1 and "more than 1 value per channel" in str(error):
            return Trial(problem="normalises over a batch, and one image is too few", cause=error)
        return Trial(problem=f"{doing}: {_one_line(error)}", cause=error)


def count(net: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def _other_kind(net: object, part: str) -> Trial:
    expected = _INTERFACES[part].__name__
    return Trial(
        problem=f"is a {type(net).__name__}, which is no zoo_core.interfaces.{expected}",
        hint="a critic has `features` and `head`"
        if part == "critic"
        else "derive it from the interface",
    )


def _run(case: Case, net: nn.Module) -> Trial:
    inputs = torch.empty(case.inputs, device="meta")
    labels = None
    if case.labelled:
        labels = torch.zeros(case.inputs[0], dtype=torch.int64, device="meta")
    mixes = any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in net.modules())
    if isinstance(net, Discriminator):
        features = _tensor(net.features(inputs, labels))
        scores = _tensor(net.head(features))
        return Trial(count(net), tuple(scores.shape), tuple(features.shape[1:]), mixes)
    if isinstance(net, Encoder):
        return Trial(count(net), mixes=mixes)
    images = _tensor(net(inputs, labels))
    return Trial(count(net), tuple(images.shape), mixes=mixes)


class _NoTensorError(Exception):
    """A net returned something else."""


def _tensor(value: object) -> Tensor:
    if not isinstance(value, Tensor):
        raise _NoTensorError(f"returns a {type(value).__name__}, not a tensor")
    return value


def _one_line(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".split("\n", 1)[0]
    return text if len(text) < 200 else text[:197] + "..."
