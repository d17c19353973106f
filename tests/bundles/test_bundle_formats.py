"""A bundle of format 1 loads for ever; newer formats are refused, older ones are brought up."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from zoo_core import Registry, ZooError, load
from zoo_core.weights.bundle import bundle as bundles
from zoo_core.weights.bundle import formats

DATA = Path(__file__).parents[1] / "data"


def test_a_bundle_of_format_1_loads_and_draws_what_it_drew() -> None:
    """Written once; a change that this test finds needs a migration, not another bundle."""
    pytest.importorskip("zoo_plugin_dcgan")
    expected = json.loads((DATA / "format-1.json").read_text())
    trained = load(DATA / "format-1", device="cpu")
    images = trained.sample(2, seed=expected["seed"])
    assert images.shape == (2, 1, 8, 8)
    wanted = torch.tensor(expected["images"]).view_as(images)
    assert torch.allclose(images, wanted, atol=1e-4)
    assert trained.score(images).logits.shape == (2,)


def test_a_newer_format_is_refused_with_the_upgrade(
    changed: Callable[..., Path], registry: Registry
) -> None:
    folder = changed(lambda config: config.update(format=2))
    with pytest.raises(ZooError) as caught:
        load(folder, registry=registry)
    assert caught.value.message == "these weights have the format 2; this version reads 1"
    assert caught.value.hint == "`pip install --upgrade gan-zoo`"


@pytest.mark.parametrize("value", [0, -1, 1.0, "1", None, True, [1]])
def test_a_format_that_never_was_is_refused(
    changed: Callable[..., Path], registry: Registry, value: Any
) -> None:
    folder = changed(lambda config: config.update(format=value))
    with pytest.raises(ZooError, match="which never was"):
        load(folder, registry=registry)


def test_an_older_format_is_brought_up_step_by_step(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "FORMAT", 3)
    monkeypatch.setattr(
        formats,
        "MIGRATIONS",
        {
            1: lambda config: {**config, "licence": "one"},
            2: lambda config: {**config, "licence": config["licence"] + " two"},
        },
    )
    found = bundles.read_bundle_config(whole / "config.json")
    assert found.licence == "one two"
