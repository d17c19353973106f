"""Capture, proven on a CPU: a recorded round is replayed on its memory, as a CUDA graph would be.

A graph replays kernels with the addresses and the Python numbers of the round that was captured. So
does this: every operation that reaches the dispatcher, in backward passes and optimisers too, is
kept with its arguments, and a replay runs them again and writes results into the tensors of the
recorded round. Whatever a part knows only in Python, such as the step, a count or a choice, is
frozen, and a comparison with an engine that steps eagerly shows it.

It does not see what never reaches the dispatcher (state of Python, copies outside PyTorch), nor
what CUDA forbids in a capture.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

from zoo_core.composition import Composition
from zoo_core.engine.assembling import engine_of
from zoo_core.engine.core import Engine, Real
from zoo_core.engine.state import snapshot
from zoo_core.interfaces import Batch

REPLAYS = 3
"""Replays of each variant that are compared."""

MOST_STEPS = 200
"""Steps that are looked through for each variant to come often enough."""


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Keep each operation with its arguments and results.

    Raises:
        AssertionError: inside, an operation that reads a value back from the device.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[tuple[Any, Any, Any]] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.ops.aten._local_scalar_dense.default:
            raise AssertionError("the round reads a value back from the device")
        out = func(*args, **(kwargs or {}))
        # the containers as they are now: a list that is changed later must not change the record
        frozen = tree_map(lambda leaf: leaf, (args, kwargs or {}))
        self.calls.append((func, frozen, out))
        return out

    @torch.no_grad()
    def replay(self) -> None:
        """Run the recorded round again on its memory."""
        for func, (args, kwargs), out in self.calls:
            found = func(*args, **kwargs)
            for old, new in zip(tree_flatten(out)[0], tree_flatten(found)[0], strict=True):
                if isinstance(old, Tensor) and old.data_ptr() != new.data_ptr():
                    old.copy_(new)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A round of a variant: its operations, and the memory that its real batches are read from."""

    recorder: Recorder
    real: Real

    @classmethod
    def of(cls, engine: Engine, variant: Hashable) -> Recorded:
        """Play the engine's next round and record it."""
        real = tuple({n: _copied(b) for n, b in tables.items()} for tables in engine.real())
        recorder = Recorder()
        with recorder:
            engine.play(variant, real)
        return cls(recorder, real)

    def replay(self, real: Real) -> None:
        """Play the round again on other real batches."""
        for mine, theirs in zip(self.real, real, strict=True):
            for name, batch in mine.items():
                _put(batch, theirs[name])
        self.recorder.replay()


def check_capture(composition: Composition, *, steps: int = MOST_STEPS) -> None:
    """Check that a captured step replays as an eager one: three replays of every variant.

    Args:
        composition: what is played, on the CPU.
        steps: that are looked through for variants; a variant that comes too rarely in them to be
            recorded once and replayed is compared as it comes, eagerly.

    Raises:
        AssertionError: a tensor that differs, by name: a part knows its step only in Python.
    """
    eager, captured = (engine_of(composition, device="cpu") for _ in range(2))
    recorded: dict[Hashable, Recorded] = {}
    replays: dict[Hashable, int] = {}
    seen: set[Hashable] = set()
    for _ in range(steps):
        variant = eager.variant()
        eager.step()
        if variant in recorded:
            recorded[variant].replay(captured.real())
            replays[variant] += 1
        elif variant in seen:
            recorded[variant], replays[variant] = Recorded.of(captured, variant), 0
        else:
            # the first round of a variant makes what later ones only change, such as moments
            captured.play(variant, captured.real())
        captured.count()
        seen.add(variant)
        _compare(eager, captured, variant)
        if recorded.keys() == seen and min(replays.values()) >= REPLAYS:
            break
    assert replays, f"no variant came twice in {steps} steps"


def _compare(eager: Engine, captured: Engine, variant: Hashable) -> None:
    there = dict(_tensors(captured))
    for name, tensor in _tensors(eager):
        if not torch.equal(tensor, there[name]):
            away = float((tensor.double() - there[name].double()).abs().max())
            raise AssertionError(
                f"{name} is {away:.3g} off after step {eager.step_number - 1}, variant {variant}: "
                "a part of this composition knows its step, or what follows from it, only in Python"
            )


def _tensors(engine: Engine) -> Iterator[tuple[str, Tensor]]:
    yield "the clock", engine.clock
    for file, tensors in snapshot(engine).items():
        yield from ((f"{name!r} of {file}", tensor) for name, tensor in tensors.items())


def _copied(batch: Batch) -> Batch:
    return Batch(*(None if t is None else t.clone() for t in _fields(batch)))  # type: ignore[arg-type]


def _put(into: Batch, batch: Batch) -> None:
    for old, new in zip(_fields(into), _fields(batch), strict=True):
        if old is not None and new is not None:
            old.copy_(new)


def _fields(batch: Batch) -> tuple[Tensor | None, ...]:
    return batch.images, batch.labels, batch.latents
