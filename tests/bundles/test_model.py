"""What `zoo_core.load` returns tells of itself and saves what it holds."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch

import zoo_core
from zoo_core import Registry, ZooError, ZooValueError, load
from zoo_core.weights.bundle.bundle import read_bundle


def test_what_is_saved_draws_the_same_pictures(
    run: Path, registry: Registry, tmp_path: Path
) -> None:
    model = load(run, registry=registry, device="cpu")
    folder = model.save(tmp_path / "mine")
    again = load(folder, registry=registry, device="cpu")
    assert torch.equal(again.sample(5), model.sample(5))
    assert folder == tmp_path / "mine"
    assert (folder / "samples.png").is_file()
    # also from a bundle
    third = load(again.save(tmp_path / "third"), registry=registry, device="cpu")
    assert torch.equal(third.sample(5), model.sample(5))


def test_what_is_saved_is_what_the_nets_are_now(
    run: Path, registry: Registry, tmp_path: Path
) -> None:
    model = load(run, registry=registry, device="cpu")
    before = model.sample(5)
    for parameter in model.generator.parameters():
        parameter.mul_(0.5)
    again = load(model.save(tmp_path / "mine"), registry=registry, device="cpu")
    assert torch.equal(again.sample(5), model.sample(5))
    assert not torch.equal(again.sample(5), before)


def test_weights_themselves_are_saved_where_they_were_loaded(
    run: Path, registry: Registry, tmp_path: Path
) -> None:
    model = load(run, registry=registry, device="cpu", average=False)
    folder = model.save(tmp_path / "mine", with_critic=True, dtype="float16")
    bundle = read_bundle(folder)
    assert (bundle.weights, bundle.config.dtype) == ("plain", "float16")
    assert set(bundle.components) == {"generator", "discriminator"}


def test_card_of_a_run_is_what_a_bundle_of_it_would_have(
    run: Path, whole: Path, registry: Registry
) -> None:
    assert load(whole, registry=registry, device="cpu").card == (whole / "README.md").read_text()
    page = load(run, registry=registry, device="cpu").card
    assert f"zoo_core.load({run.name!r})" in page


def test_nets_that_were_not_loaded_are_not_saved(
    run: Path, registry: Registry, tmp_path: Path
) -> None:
    found = load(run, registry=registry, device="cpu")
    built = zoo_core.Model(found.composition, found.game, found.device)
    with pytest.raises(ZooError, match="were not loaded"):
        built.save(tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_repr_says_what_it_is(run: Path, registry: Registry) -> None:
    model = load(run, registry=registry, device="cpu")
    assert repr(model).startswith("<tiny: 1x8x8, ")
    assert repr(model).endswith(f"on cpu, from {str(run)!r}>")


def test_value_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ZooValueError("a value", hint="another")))
    assert (type(error), error.message, error.hint) == (ZooValueError, "a value", "another")
