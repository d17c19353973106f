from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from zoo_core import ZooError, compose, load, train
from zoo_core.testing import check_capture, engine_of
from zoo_plugin_stability.virtual_batch import VirtualBatchNorm

RUN = {"batch": 4, "size": 8, "latent_dim": 5, "steps": 2, "device": "cpu"}
SMALL = {"width": 4}


def composition(*, condition: str = "none", **options):
    parts = {"generator": "dcgan", "data": "digits", "constraint": "virtual-batch"}
    given = {"run": RUN, "generator": SMALL, "critic": SMALL, **options}
    return compose({**parts, "condition": condition}, given, recipe="none")


def test_an_image_is_normalised_by_the_reference_and_itself() -> None:
    norm = VirtualBatchNorm(nn.BatchNorm1d(1, eps=0), rows=3)
    found = norm(torch.tensor([[0.0], [3.0], [6.0], [7.0]]))
    # the reference has the mean 3 and the mean square 15; with 7 they are 4 and 23.5
    expected = [-3 / 6**0.5, 0, 3 / 6**0.5, 3 / 7.5**0.5]
    assert found.flatten().tolist() == pytest.approx(expected)


def test_an_image_does_not_depend_on_the_others_nor_on_the_mode() -> None:
    generator = engine_of(composition(), device="cpu").game.nets()["generator"]
    latents = torch.randn(4, 5)
    whole = generator(latents)
    torch.testing.assert_close(torch.cat([generator(latents[:1]), generator(latents[1:])]), whole)
    torch.testing.assert_close(generator.eval()(latents), whole)
    assert not [name for name in generator.state_dict() if "running" in name]


def test_it_is_trained_saved_and_loaded(tmp_path: Path) -> None:
    check_capture(composition())
    train(composition(), tmp_path / "run")
    model = load(tmp_path / "run")
    assert torch.equal(model.sample(3, seed=1), model.sample(3, seed=1))


def test_a_generator_without_batch_norm_is_refused() -> None:
    with pytest.raises(ZooError, match="batch norm"):
        composition(generator={**SMALL, "norm": "instance"})


def test_a_condition_that_adds_to_the_latents_is_refused() -> None:
    with pytest.raises(ZooError, match="latents alone"):
        check_capture(composition(condition="concat"))
