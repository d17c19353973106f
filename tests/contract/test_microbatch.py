"""A batch that is played in parts equals the whole batch, for nets that do not mix one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from zoo_core import Registry, ZooError, compose
from zoo_core.engine import Engine
from zoo_core.engine.state import snapshot
from zoo_core.testing import engine_of

INSTALLED = Registry.from_installed(strict=True)
STEPS = 4
PLAIN = {"width": 4, "norm": "none"}
RUN = {"batch": 8, "size": "8", "latent_dim": 5, "device": "cpu", "layout": "channels-first"}
CASES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "dcgan": ({}, {}),
    "spectral": ({}, {"critic": {"norm": "spectral"}}),
    "wgan-gp": ({"loss": "wgan-gp"}, {"run": {"critic_steps": 3}, "game": {"share": False}}),
    "lazy": ({"loss": "relativistic", "penalty": ["r1", "r2"]}, {"penalty.r1": {"every": 3}}),
    "ac": ({"condition": "ac"}, {}),
    "infogan": ({"condition": "infogan"}, {}),
    "minibatch-discrimination": (
        {"head": "minibatch-discrimination"},
        {"head": {"group": 1, "kernels": 3}},
    ),
    "weight-norm": (
        {"constraint": "weight-norm", "penalty": "historical-averaging"},
        {"constraint": {"player": "generator"}},
    ),
    "spectral-constraint": ({"constraint": "spectral", "augment": "instance-noise"}, {}),
    "gumbel-softmax": ({"sampler": "gumbel-softmax"}, {"sampler": {"categories": 5}}),
    "mixture": ({"sampler": "mixture"}, {}),
    "projection": ({"condition": "projection", "loss": "hinge"}, {}),
}


@pytest.fixture(autouse=True)
def _float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def played(
    parts: Mapping[str, Any], options: Mapping[str, Any], part: int | None
) -> tuple[Engine, dict[str, float]]:
    """Return an engine after some steps, and what it logged."""
    found: dict[str, Any] = {"generator": PLAIN, "critic": PLAIN, "run": RUN}
    for section, values in options.items():
        found[section] = {**found.get(section, {}), **values}
    found["run"] = {**found["run"], "microbatch": part}
    nets = {"generator": "dcgan", "critic": "dcgan"}
    engine = engine_of(compose({**nets, **parts}, found, registry=INSTALLED, recipe="none"))
    for _ in range(STEPS):
        engine.step()
    return engine, engine.sums.take()


@pytest.mark.parametrize("part", [1, 2, 4])
@pytest.mark.parametrize("name", CASES)
def test_parts_equal_the_whole(name: str, part: int) -> None:
    whole, log = played(*CASES[name], None)
    parts, mine = played(*CASES[name], part)
    assert_alike(parts, whole)
    assert mine == pytest.approx(log, abs=1e-6)


def test_parts_of_images_that_are_cropped_at_random_equal_the_whole(tmp_path: Path) -> None:
    colours = torch.Generator().manual_seed(0)
    for number in range(20):
        pixels = torch.randint(0, 256, (8, 8, 3), dtype=torch.uint8, generator=colours)
        Image.fromarray(pixels.numpy()).save(tmp_path / f"{number}.png")
    data = {"data": f"folder:{tmp_path}"}
    varied = {"data": {"jitter": 1.5, "mirror": True}}
    whole, log = played(data, varied, None)
    parts, mine = played(data, varied, 2)
    assert_alike(parts, whole)
    assert mine == pytest.approx(log, abs=1e-6)
    assert played(data, {}, None)[1] != pytest.approx(log, abs=1e-6)


def assert_alike(one: Engine, other: Engine) -> None:
    there = snapshot(one)
    for file, tensors in snapshot(other).items():
        assert tensors.keys() == there[file].keys()
        for key, tensor in tensors.items():
            torch.testing.assert_close(there[file][key], tensor, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["minibatch-discrimination", "minibatch-stddev"])
def test_parts_of_whole_groups_equal_the_whole(name: str) -> None:
    case = ({"head": name}, {"head": {"group": 4}})
    engines = [played(*case, part)[0] for part in (None, 4, 2)]
    whole, parts, smaller = (snapshot(engine)["discriminator"] for engine in engines)
    for key, tensor in whole.items():
        torch.testing.assert_close(parts[key], tensor, rtol=0, atol=1e-12)
    # two images alone are no group of four
    assert any(not torch.allclose(smaller[key], whole[key], atol=1e-9) for key in whole)


def test_a_running_mean_is_that_of_all_parts() -> None:
    still = {"lr": 0.0, "norm": "batch"}
    options = {"generator": still, "critic": still, "run": {"ema_images": 0}}
    engines = [played({}, options, part)[0] for part in (None, 4)]
    whole, parts = (dict(engine.game.named_buffers()) for engine in engines)
    means = [name for name in whole if name.endswith("running_mean")]
    assert means
    for name in means:
        torch.testing.assert_close(parts[name], whole[name], rtol=0, atol=1e-12)
    # a variance is one of fewer images: these nets mix their batch
    spreads = [name for name in whole if name.endswith("running_var")]
    assert not any(torch.equal(parts[name], whole[name]) for name in spreads)


def test_a_part_that_does_not_divide_the_batch_is_refused() -> None:
    with pytest.raises(ZooError, match="parts of 3 images do not divide a batch of 8") as caught:
        played({}, {}, 3)
    assert caught.value.hint == "`--microbatch 2`"
