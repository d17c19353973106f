"""Nets as shapes alone: on the meta device nothing takes memory, and nothing need be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

FILLS = frozenset(
    getattr(Tensor, f"{name}_")
    for name in (
        "bernoulli",
        "cauchy",
        "exponential",
        "geometric",
        "log_normal",
        "normal",
        "random",
        "uniform",
    )
)
"""Methods that fill a tensor with random numbers."""

DRAWS = frozenset({torch.rand, torch.randn})
LIKE = frozenset({torch.rand_like, torch.randn_like})
"""What makes tensors of random numbers, of a shape or of the shape of another."""


class _Undrawn(TorchFunctionMode):
    """Draw no numbers for tensors on the meta device, which have no values.

    PyTorch would import its compiler to find out that there is nothing to do, which takes longer
    than all else that sampling does. It also does for arithmetic: nets that compute while they are
    built, or that are run on the meta device, still wait for it, and so do those that initialise
    with `trunc_normal_` or `orthogonal_` in torch 2.11.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = dict(kwargs or {})
        first = args[0] if args else given.get("tensor")
        if not _is_meta(first, given):
            return func(*args, **given)
        if isinstance(first, Tensor):
            if func in FILLS or getattr(func, "__module__", "") == nn.init.__name__:
                return first
            if func in LIKE:
                return torch.empty(first.shape, dtype=given.get("dtype") or first.dtype)
        if func in DRAWS:
            given.pop("generator", None)
            return torch.empty(*args, **given)
        return func(*args, **given)


def _is_meta(first: object, given: Mapping[str, Any]) -> bool:
    """Return whether a call is on the meta device: by its word, or by its first argument."""
    named = given.get("device")
    if named is None:
        return first.is_meta if isinstance(first, Tensor) else True
    return torch.device(named).type == "meta"


@contextmanager
def on_meta() -> Iterator[None]:
    """Build what is built inside on the meta device, unless it asks for another one."""
    with torch.device("meta"), _Undrawn():
        yield
