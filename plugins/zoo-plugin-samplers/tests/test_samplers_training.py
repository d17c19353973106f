"""What is learned of a sampler is trained, averaged, saved, resumed, shipped and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from zoo_core import Registry, ZooError, compose, load
from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine.state import snapshot
from zoo_core.testing import check_capture, engine_of
from zoo_core.training import Run, Silent, resume, train
from zoo_core.weights.convert.exported import export
from zoo_core.weights.publication.writer import write_bundle
from zoo_plugin_samplers.gaussians import LearnedGaussian, Mixture

LEARNED = {
    "learned-gaussian": {},
    "mixture": {"components": 5},
    "gumbel-softmax": {"categories": 5, "rate": 0.1},
    "concrete": {"rate": 0.1, "hard": True},
}
STEPS = 6
INSTALLED = Registry.from_installed(strict=True)


def composed(name: str, **run: Any) -> Composition:
    options = {
        "sampler": LEARNED[name],
        "generator": {"width": 4},
        "critic": {"width": 4},
        "run": {
            "steps": STEPS,
            "batch": 8,
            "size": "8",
            "latent_dim": 10,
            "ema_images": 40,
            "device": "cpu",
            "checkpoint_every": 3,
            **run,
        },
    }
    nets = {"generator": "dcgan", "critic": "dcgan", "sampler": name}
    return compose(nets, options, registry=INSTALLED, recipe="none")


class StopAt(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 3:
            run.stop("the test says so")


def test_gradients_of_a_gaussian_are_those_of_its_formula() -> None:
    sampler = LearnedGaussian(latent_dim=3)
    with torch.no_grad():
        sampler.mean.copy_(torch.tensor([1.0, -2.0, 0.5]))
        sampler.log_scale.copy_(torch.tensor([0.0, 1.0, -1.0]))
    noise = CounterDraws(0, 0).normal(50, 3)
    latents = sampler(50, CounterDraws(0, 0), torch.device("cpu"))
    torch.testing.assert_close(latents, sampler.mean + sampler.log_scale.exp() * noise)
    latents.sum().backward()
    torch.testing.assert_close(sampler.mean.grad, torch.full((3,), 50.0))
    torch.testing.assert_close(sampler.log_scale.grad, sampler.log_scale.exp() * noise.sum(0))


def test_a_mixture_teaches_the_components_that_were_drawn() -> None:
    sampler = Mixture(latent_dim=2, components=4)
    sampler(3, CounterDraws(1, 0), torch.device("cpu")).sum().backward()
    which = set(CounterDraws(1, 0).integers(4, 3).tolist())
    assert len(which) < 4
    for number, gradient in enumerate(sampler.means.grad):
        assert bool(gradient.any()) == (number in which)


@pytest.mark.parametrize("name", LEARNED)
def test_parameters_move_with_the_generator_and_are_averaged(name: str) -> None:
    engine = engine_of(composed(name), device="cpu")
    sampler = engine.game.nets()["sampler"]
    own = {id(parameter) for parameter in sampler.parameters()}
    assert own <= {id(parameter) for parameter in engine.optimisers["generator"].parameters}
    before = [parameter.detach().clone() for parameter in sampler.parameters()]
    for _ in range(3):
        engine.step()
    for old, new, mean in zip(
        before, sampler.parameters(), engine.average.nets["sampler"].parameters(), strict=True
    ):
        assert not torch.equal(old, new)
        assert not torch.equal(mean, new)
        assert ((mean - old).abs() <= (new - old).abs().max() + 1e-6).all()


@pytest.mark.parametrize("name", LEARNED)
def test_a_recorded_step_replays(name: str) -> None:
    check_capture(composed(name))


@pytest.mark.parametrize("name", LEARNED)
def test_a_trained_sampler_resumes_ships_and_is_exported(name: str, tmp_path: Path) -> None:
    straight = train(composed(name), tmp_path / "straight")
    train(composed(name), tmp_path / "halves", watcher=StopAt())
    resumed = resume(tmp_path / "halves", registry=INSTALLED)
    one, other = snapshot(straight.engine), snapshot(resumed.engine)
    assert {"sampler", "sampler_ema"} <= one.keys()
    for file, tensors in one.items():
        for key, tensor in tensors.items():
            assert torch.equal(tensor, other[file][key]), f"{file}/{key}"

    bundle = write_bundle(tmp_path / "straight", tmp_path / "bundle", registry=INSTALLED)
    assert set(bundle.components) == {"generator", "sampler"}
    here, there = (
        load(str(place), device="cpu", registry=INSTALLED)
        for place in (tmp_path / "straight", bundle.directory)
    )
    assert torch.equal(here.sample(4, seed=2), there.sample(4, seed=2))
    if "rate" in LEARNED[name]:
        assert there.game.nets()["sampler"].temperature.step.item() == STEPS - 1

    exported = export(there, tmp_path / "net.safetensors", format="safetensors")
    assert exported.largest == 0


def test_latents_are_drawn_at_the_temperature_that_the_training_came_to() -> None:
    engine = engine_of(composed("concrete"), device="cpu")
    for _ in range(4):
        engine.step()
    sampler = engine.average.nets["sampler"]

    def taken(step: int) -> Tensor:
        found: Tensor = sampler(8, CounterDraws(0, 0).child(step), torch.device("cpu"))
        return found

    assert sampler.temperature(CounterDraws(0, 0)).item() == pytest.approx(2.718281828**-0.3)
    assert set(taken(0).unique().tolist()) <= {0.0, 1.0}


def test_latents_that_no_choices_fit_are_refused_before_anything_is_built() -> None:
    with pytest.raises(ZooError, match="5 categories, which do not divide 12 latents"):
        composed("gumbel-softmax", latent_dim=12)
