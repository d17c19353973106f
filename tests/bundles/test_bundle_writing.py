"""A bundle is written whole or not at all, and the same bytes for the same checkpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from zoo_core import Registry, ZooError, compose, load, train
from zoo_core.config.configuration import Environment
from zoo_core.runs.checkpoint import read_checkpoint
from zoo_core.weights.bundle.bundle import read_bundle
from zoo_core.weights.bundle.private import without_pushing
from zoo_core.weights.publication.contents import Contents, Wanted, gathered
from zoo_core.weights.publication.writer import write_bundle, write_contents


def contents_of(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_bundle_draws_what_its_run_draws(run: Path, whole: Path, registry: Registry) -> None:
    mine = load(run, registry=registry, device="cpu").sample(70, seed=4)
    theirs = load(whole, registry=registry, device="cpu").sample(70, seed=4)
    assert torch.equal(mine, theirs)


def test_the_same_checkpoint_gives_the_same_bytes(
    run: Path, whole: Path, tmp_path: Path, registry: Registry
) -> None:
    again = write_bundle(run, tmp_path / "bundle", registry=registry)
    assert contents_of(again.directory) == contents_of(whole)


def test_a_bundle_holds_what_drawing_needs_and_a_record_of_the_training(whole: Path) -> None:
    bundle = read_bundle(whole)
    assert bundle.components == {"generator": "generator.safetensors"}
    assert (bundle.weights, bundle.step, bundle.state) == ("average", 3, ())
    training = bundle.config.training
    assert training.images == 12
    assert training.seconds is not None
    assert training.seconds >= 0
    command = training.command
    assert command.startswith("zoo train --gen tiny --disc tiny")
    assert "-o run.steps=3" in command
    assert bundle.config.distributions.keys() == {"gan-zoo", "zoo-testing"}
    assert bundle.composition.environment == Environment()
    assert "environment" not in bundle.composition.to_json()
    assert {"README.md", "samples.png"} <= {file.name for file in whole.iterdir()}


def test_the_command_composes_what_was_trained(run: Path, whole: Path, registry: Registry) -> None:
    words = read_bundle(whole).config.training.command.split()
    options: dict[str, dict[str, str]] = {}
    for word in [words[i + 1] for i, word in enumerate(words) if word == "-o"]:
        key, _, value = word.partition("=")
        section, _, name = key.rpartition(".")
        options.setdefault(section, {})[name] = value
    parts = {"generator": "tiny", "critic": "tiny"}
    again = compose(parts, options, registry=registry, recipe="none").config()
    assert without_pushing(again) == read_bundle(whole).composition
    assert not [name for name in without_pushing(again).options["run"] if "push" in name]


def test_with_its_critic_a_bundle_scores_images(
    run: Path, whole: Path, tmp_path: Path, registry: Registry
) -> None:
    bundle = write_bundle(run, tmp_path / "b", with_critic=True, registry=registry)
    assert bundle.components.keys() == {"generator", "discriminator"}
    trained = load(bundle.directory, registry=registry, device="cpu")
    images = trained.sample(3)
    logits = load(run, registry=registry, device="cpu").score(images).logits
    assert torch.equal(trained.score(images).logits, logits)
    with pytest.raises(ZooError, match="came without their critic") as caught:
        load(whole, registry=registry).score(images)
    assert "written with its critic" in caught.value.hint
    assert "--" not in caught.value.hint


def test_plain_weights_are_another_bundle(run: Path, tmp_path: Path, registry: Registry) -> None:
    bundle = write_bundle(run, tmp_path / "b", average=False, registry=registry)
    assert bundle.weights == "plain"
    found = load_file(bundle.path("generator"))
    files, _ = read_checkpoint(run / "checkpoints" / "step-00000003", ("generator",))
    assert all(torch.equal(found[name], value) for name, value in files["generator"].items())


def test_an_average_has_no_plain_weights(whole: Path, registry: Registry) -> None:
    with pytest.raises(ZooError, match="has the moving average of the weights") as caught:
        load(whole, average=False, registry=registry)
    assert caught.value.hint == "leave `average=False` out"


def test_half_precision_is_half_as_large_and_loads_as_float32(
    run: Path, whole: Path, tmp_path: Path, registry: Registry
) -> None:
    bundle = write_bundle(run, tmp_path / "b", dtype="float16", registry=registry)
    assert {info.dtype for info in bundle.headers["generator"].values()} == {"F16"}
    trained = load(bundle.directory, registry=registry, device="cpu")
    assert {p.dtype for p in trained.generator.parameters()} == {torch.float32}
    exact = load(whole, registry=registry, device="cpu").sample(4)
    assert torch.allclose(trained.sample(4), exact, atol=1e-2)


def test_a_value_that_half_precision_cannot_hold_is_refused(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    contents = gathered(run, Wanted(), registry)
    next(iter(contents.tensors["generator"].values())).view(-1)[0] = 1e6
    with pytest.raises(ZooError, match="has values that float16 does not hold") as caught:
        write_contents(contents, tmp_path / "b", dtype="float16", registry=registry)
    assert "float32" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_a_type_that_no_bundle_holds_is_refused(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    contents = gathered(run, Wanted(), registry)
    nets = {"generator": {"flags": torch.tensor([True])}}
    wrong = Contents(composition=contents.composition, tensors=nets)
    with pytest.raises(ZooError, match="is of type bool, which no bundle holds"):
        write_contents(wrong, tmp_path / "b", registry=registry)


def test_weights_that_do_not_fit_leave_nothing(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    contents = gathered(run, Wanted(), registry)
    wrong = Contents(
        composition=contents.composition, tensors={"generator": {"more": torch.ones(2)}}
    )
    with pytest.raises(ZooError, match="does not fit its composition"):
        write_contents(wrong, tmp_path / "b", registry=registry)
    assert not list(tmp_path.iterdir())


def test_a_bundle_is_replaced_and_a_folder_of_something_else_is_not(
    run: Path, bundle: Path, tmp_path: Path, registry: Registry
) -> None:
    write_bundle(run, bundle, average=False, registry=registry)
    assert read_bundle(bundle).weights == "plain"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(ZooError, match="is not empty and holds no weights"):
        write_bundle(run, other, registry=registry)
    assert (other / "thesis.txt").read_text() == "mine"
    with pytest.raises(ZooError, match="is a file"):
        write_bundle(run, other / "thesis.txt", registry=registry)


def test_a_folder_that_cannot_be_written_is_an_error(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ZooError, match="cannot write"):
        write_bundle(run, tmp_path / "file" / "b", registry=registry)


def test_the_state_of_the_training_travels_when_asked(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    bundle = write_bundle(run, tmp_path / "b", with_state=True, registry=registry)
    assert {"manifest.json", "state.json", "config.json", "metrics.jsonl"} <= set(bundle.state)
    files, state = read_checkpoint(run / "checkpoints" / "step-00000003")
    (tmp_path / "checkpoint").mkdir()
    for name in bundle.state:
        shutil.copy(bundle.directory / "state" / name, tmp_path / "checkpoint" / name)
    found, same = read_checkpoint(tmp_path / "checkpoint")
    assert same == state
    assert found.keys() == files.keys()


def test_a_bundle_makes_another_bundle(
    run: Path, tmp_path: Path, whole: Path, registry: Registry
) -> None:
    full = write_bundle(
        run, tmp_path / "a", with_critic=True, with_state=True, registry=registry
    ).directory
    small = write_bundle(full, tmp_path / "b" / "bundle", registry=registry).directory
    assert contents_of(small) == contents_of(whole)
    with pytest.raises(ZooError, match="has no critic"):
        write_bundle(whole, tmp_path / "c", with_critic=True, registry=registry)
    with pytest.raises(ZooError, match="has no state"):
        write_bundle(whole, tmp_path / "c", with_state=True, registry=registry)


def test_directories_of_this_machine_stay_here(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    mine = Path(shutil.copytree(run, tmp_path / "mine"))
    config = json.loads((mine / "config.json").read_text())
    config["parts"]["data"] = "gan-zoo/folder"
    config["options"]["data"] = {"path": "/srv/secret/photos"}
    (mine / "config.json").write_text(json.dumps(config))
    folder = write_bundle(mine, tmp_path / "b", registry=registry).directory
    assert "secret" not in (folder / "config.json").read_text()
    assert read_bundle(folder).composition.value("data", "path") == "photos"


def test_parts_of_a_plugin_file_do_not_travel(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    mine = Path(shutil.copytree(run, tmp_path / "mine"))
    config = json.loads((mine / "config.json").read_text())
    config["parts"]["loss"] = "odd/squares"
    config["plugins"] = ["/elsewhere/odd.py"]
    (mine / "config.json").write_text(json.dumps(config))
    with pytest.raises(ZooError, match=r"loss 'squares' of .* comes from") as caught:
        write_bundle(mine, tmp_path / "b", registry=registry)
    assert "zoo plugin new" in caught.value.hint


def test_training_begins_with_a_bundle(whole: Path, tmp_path: Path, registry: Registry) -> None:
    parts = {"generator": "zoo-testing/tiny", "critic": "zoo-testing/tiny"}
    options: dict[str, dict[str, Any]] = {
        "run": {"steps": 1, "batch": 4, "size": "8", "latent_dim": 6},
        "generator": {"lr": 0},
    }
    composition = compose(parts, options, registry=registry, recipe="none")
    train(composition, tmp_path / "run", init=whole)
    begun = load(tmp_path / "run", registry=registry, device="cpu", average=False)
    for mine, theirs in zip(
        begun.generator.parameters(),
        load(whole, registry=registry, device="cpu").generator.parameters(),
        strict=True,
    ):
        assert torch.equal(mine, theirs)
    other = compose(
        parts, {**options, "run": {**options["run"], "latent_dim": 7}}, registry=registry
    )
    with pytest.raises(ZooError, match="has the shape"):
        train(other, tmp_path / "other", init=whole)
