"""The same promises on a CUDA device: `python -m pytest -m gpu`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from zoo_core import Registry, compose, load
from zoo_core.engine.state import snapshot
from zoo_core.testing import engine_of
from zoo_core.training import Run, Silent, resume, train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
]
RUN = {"steps": 12, "batch": 8, "size": "16", "log_every": 4, "checkpoint_every": 5}
SMALL = {"generator": {"width": 8}, "critic": {"width": 8}}
COMPOSITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dcgan": ({"generator": "dcgan"}, SMALL),
    "dcgan-wgan-gp": ({"generator": "dcgan", "loss": "wgan-gp"}, SMALL),
    "vanilla": ({"generator": "vanilla"}, {}),
    "stranger": ({"generator": "tiny", "game": "together", "penalty": "slow"}, {}),
}


def composed(registry: Registry, name: str, **run: Any) -> Any:
    parts, options = COMPOSITIONS[name]
    return compose(parts, {**options, "run": {**RUN, **run}}, registry=registry)


class StopAt(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 7:
            run.stop("the test says so")


@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_composition_trains_and_samples_on_cuda(
    name: str, precision: str, registry: Registry, tmp_path: Path
) -> None:
    parts = composed(registry, name, device="cuda", precision=precision)
    assert train(parts, tmp_path / "run").outcome == "done"
    on_cuda = load(tmp_path / "run", device="cuda", registry=registry).sample(4)
    on_cpu = load(tmp_path / "run", device="cpu", registry=registry).sample(4)
    assert torch.allclose(on_cuda, on_cpu, atol=1e-2)


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_resuming_is_exact_under_deterministic(
    name: str, registry: Registry, tmp_path: Path
) -> None:
    parts = composed(registry, name, device="cuda", deterministic=True)
    straight = snapshot(train(parts, tmp_path / "straight").engine)
    train(parts, tmp_path / "halves", watcher=StopAt())
    resumed = snapshot(resume(tmp_path / "halves", registry=registry).engine)
    assert straight.keys() == resumed.keys()
    for stem, tensors in straight.items():
        for key, tensor in tensors.items():
            assert torch.equal(tensor, resumed[stem][key]), f"{stem}/{key}"


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_the_first_step_is_that_of_the_cpu(name: str, registry: Registry) -> None:
    weights = []
    for device in ("cpu", "cuda"):
        engine = engine_of(composed(registry, name), device=device)
        engine.step()
        weights.append({key: p.cpu() for key, p in engine.game.named_parameters()})
    for key, value in weights[0].items():
        # Adam's first step has the size of the learning rate, whatever the gradient's size
        assert torch.allclose(value, weights[1][key], atol=1e-3), key


def test_a_step_does_not_wait_for_the_device(registry: Registry) -> None:
    engine = engine_of(composed(registry, "dcgan-wgan-gp"), device="cuda")
    for _ in range(3):
        engine.step()
    torch.cuda.set_sync_debug_mode("error")
    try:
        engine.step()
    finally:
        torch.cuda.set_sync_debug_mode("default")
