"""No step reads a value back from the device: nothing in it becomes a Python number."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from zoo_core import Registry, compose
from zoo_core.testing import engine_of

WAITS = ("_local_scalar_dense", "is_nonzero", "nonzero", "equal", "unique", "masked_select")
SMALL = {"generator": {"width": 4}, "critic": {"width": 4}}
COMPOSITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vanilla": ({"generator": "vanilla"}, {}),
    "dcgan-wgan-gp": ({"generator": "dcgan", "loss": "wgan-gp"}, SMALL),
    "dcgan-wgan": ({"generator": "dcgan", "loss": "wgan"}, SMALL),
    "cyclegan": ({"generator": "cyclegan", "data": "unpaired:digits,digits"}, SMALL),
    "sgd, clipped gradients": (
        {"generator": "mini-conv", "loss": "minimax", "sampler": "uniform"},
        {player: {"optimizer": "sgd", "clip_norm": 1.0} for player in ("generator", "critic")},
    ),
    "stranger": ({"generator": "tiny", "game": "together", "penalty": "slow"}, {}),
}


class Watch(TorchDispatchMode):
    """Collect the operations that wait for a device."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []
        self.calls = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls += 1
        name = func.overloadpacket.__name__
        if name in WAITS:
            self.waits.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_a_step_reads_nothing_back_from_the_device(name: str, registry: Registry) -> None:
    parts, options = COMPOSITIONS[name]
    run = {"batch": 8, "size": "8", "critic_steps": 2}
    engine = engine_of(compose(parts, {**options, "run": run}, registry=registry))
    # step 1 makes the optimisers' state; 2 to 4 have every variant of a lazy penalty
    engine.step()
    with Watch() as watch:
        for _ in range(3):
            engine.step(watch=True)
    assert watch.calls > 100
    assert watch.waits == []


def test_the_watch_sees_what_waits() -> None:
    with Watch() as watch:
        float(torch.ones(()))
    assert watch.waits == ["_local_scalar_dense"]
