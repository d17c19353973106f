"""Sources by name: pretrained names, folders in wheels, and what is told of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from zoo_core import Entry, Registry, ZooError, load
from zoo_core.config.configuration import Environment
from zoo_core.metrics.evaluation import keep_scores
from zoo_core.runs import Evaluation
from zoo_core.testing import check_weights
from zoo_core.weights.shipped import Told, folder_of, told_of
from zoo_core.weights.sources import config_of, find_source

NAME = "tiny.digits-8"


@pytest.fixture
def named(
    whole: Path, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Registry:
    """Return the registry with weights that lie in a package on the path."""
    package = tmp_path / "site" / "zoo_plugin_tiny"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('nothing here need be imported')")
    shutil.copytree(whole, package / "weights" / NAME)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.chdir(tmp_path)
    found = Registry(strict=True)
    for item in registry.entries():
        found.add(item.entry, source=item.source)
    target = f"zoo_plugin_tiny:weights/{NAME}"
    tags = ("licence:cc0-1.0",)
    found.add(Entry("weights", NAME, target, "Tiny digits.", tags=tags), source="zoo-plugin-tiny")
    missing = Entry("weights", "gone.digits-8", "zoo_plugin_tiny:weights/gone", "Gone.")
    found.add(missing, source="zoo-plugin-tiny")
    return found


def test_a_pretrained_name_draws_without_importing_its_package(
    named: Registry, whole: Path
) -> None:
    images = load(NAME, registry=named, device="cpu").sample(3)
    assert torch.equal(images, load(whole, registry=named, device="cpu").sample(3))
    qualified = load(f"zoo-plugin-tiny/{NAME}", registry=named, device="cpu").sample(3)
    assert torch.equal(images, qualified)


def test_weights_in_a_wheel_keep_the_contract(named: Registry) -> None:
    check_weights(named.find("weights", NAME), named)


def test_weights_that_the_wheel_lacks_are_said(named: Registry) -> None:
    item = named.find("weights", "gone.digits-8")
    with pytest.raises(ZooError, match="zoo-plugin-tiny has no weights there") as caught:
        folder_of(item)
    assert caught.value.hint.endswith("`pip install --force-reinstall zoo-plugin-tiny`")
    with pytest.raises(AssertionError, match="has no weights there"):
        check_weights(item, named)


def test_an_unknown_pretrained_name_is_said_with_the_nearest(named: Registry) -> None:
    with pytest.raises(ZooError, match=r"no weights named 'tiny\.digit-8'") as caught:
        find_source("tiny.digit-8", registry=named)
    assert "did you mean 'tiny.digits-8'?" in caught.value.hint


def test_a_folder_of_that_name_comes_first(named: Registry, whole: Path) -> None:
    folder = Path(shutil.copytree(whole, NAME))
    assert find_source(NAME, registry=named) == folder


def test_what_is_told_of_weights(named: Registry) -> None:
    told = told_of(named.find("weights", NAME))
    assert told == Told(data="digits at 8x8", mb=told.mb, licence="cc0-1.0")
    assert 0 < float(told.mb) < 0.1
    tags = ("data:maps", "metric:fid 3.2", "licence:mit", "mb:44")
    on_hub = Entry("weights", "x.maps-256", "hf://ada/maps@v1", "Maps.", tags=tags)
    named.add(on_hub, source="zoo-plugin-tiny")
    assert told_of(named.find("weights", "x.maps-256")) == Told(
        data="maps", mb="44", metric="fid 3.2", licence="mit", hub="ada/maps@v1"
    )


def test_a_source_that_is_nowhere_is_said(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    for source in ("runs/nothing", "nothing", "a/b/c"):
        with pytest.raises(ZooError, match="no run at") as caught:
            find_source(source, registry=registry)
        assert "give the directory that `zoo train` made" in caught.value.hint


def test_the_composition_of_any_source_can_be_had(run: Path, whole: Path) -> None:
    of_run, of_bundle = config_of(run), config_of(whole)
    assert of_run.environment.facts["device"] == "cpu"
    assert of_bundle.environment == Environment()
    # a bundle does not say where its author pushed to
    options = {
        section: {name: value for name, value in values.items() if not name.startswith("push_")}
        for section, values in of_run.options.items()
    }
    assert options == of_bundle.options
    assert of_run.parts == of_bundle.parts


def test_scores_are_not_written_into_a_bundle(bundle: Path) -> None:
    before = {file.name: file.read_bytes() for file in bundle.iterdir()}
    one = Evaluation(
        step=3,
        by="eval",
        weights="average",
        direction="",
        scores={"fid": 1.0},
        better={"fid": "lower"},
        protocol={},
        metrics={},
        digests={"fid": "0"},
    )
    assert keep_scores(bundle, [one]) is None
    assert {file.name: file.read_bytes() for file in bundle.iterdir()} == before


def test_mistyped_name_gets_the_nearest_one(named: Registry) -> None:
    for wrong in (NAME + "x", NAME.replace(".", "-")):
        with pytest.raises(ZooError) as caught:
            load(wrong, registry=named)
        assert f"did you mean {NAME!r}?" in caught.value.hint
