"""A small run of the parts that are always there, and what changes a bundle of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zoo_core import Registry, compose, train
from zoo_core.builtin.datasets import DATASETS
from zoo_core.builtin.plugin import PARTS
from zoo_core.digests import sha256_of
from zoo_core.testing.cases import PAIR, with_partners
from zoo_core.weights.bundle.untrusted import digest_of
from zoo_core.weights.publication.writer import write_bundle

RUN = {
    "steps": 3,
    "batch": 4,
    "size": "8",
    "latent_dim": 6,
    "ema_images": 100,
    "log_every": 1,
    "sample_every": 3,
    "device": "cpu",
}

Change = Callable[[dict[str, Any]], None]
Changed = Callable[..., Path]


@pytest.fixture(autouse=True)
def strict_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_STRICT_PLUGINS", "1")


def built_in() -> Registry:
    """Return a registry of the built-in parts and the pair of nets that plugins are tried with."""
    found = Registry(strict=True)
    for entry in (*PARTS, *DATASETS):
        found.add(entry, source="gan-zoo")
    return with_partners(found)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return built_in()


@pytest.fixture(scope="session")
def run(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of three steps; tests must not change it."""
    directory = tmp_path_factory.mktemp("trained") / "run"
    train(compose(PAIR, {"run": RUN}, registry=registry, recipe="none"), directory)
    return directory


@pytest.fixture(scope="session")
def whole(run: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of the run; tests must not change it."""
    folder = tmp_path_factory.mktemp("whole") / "bundle"
    return write_bundle(run, folder, registry=registry).directory


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of the bundle."""
    return Path(shutil.copytree(whole, tmp_path / "bundle"))


@pytest.fixture
def changed(bundle: Path) -> Changed:
    """Return what changes the configuration of a bundle as a stranger would: signed again."""

    def change(act: Change) -> Path:
        path = bundle / "config.json"
        config = json.loads(path.read_text())
        for name in config["sha256"]:
            if (bundle / name).is_file():
                config["sha256"][name] = sha256_of(bundle / name)
        act(config)
        config["digest"] = digest_of(config)
        path.write_text(json.dumps(config))
        return bundle

    return change
