"""Small runs that trackers are told of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zoo_core import Entry, Registry, compose
from zoo_core.builtin import plugin as builtin
from zoo_core.training import Run, Silent, resume, train
from zoo_plugin_trackers import plugin

PARTNERS = {
    "generator": "TinyGenerator",
    "discriminator": "TinyCritic",
    "loss": "Squares",
}


class Heard(Silent):
    """Keep the remarks."""

    def __init__(self) -> None:
        self.remarks: list[str] = []

    def said(self, run: Run, text: str) -> None:
        self.remarks.append(text)


@pytest.fixture
def registry() -> Registry:
    """Return a registry of what the core and this distribution offer, and small partners."""
    found = Registry(strict=True)
    found.register(builtin, name="gan-zoo")
    found.register(plugin, name="zoo-plugin-trackers")
    for kind, name in PARTNERS.items():
        target = f"zoo_core.testing.partners:{name}"
        found.add(Entry(kind, "tiny", target, "Small."), source="partners")
    return found


@pytest.fixture
def heard() -> Heard:
    """Return who keeps the remarks of runs."""
    return Heard()


@pytest.fixture
def trained(registry: Registry, heard: Heard) -> Callable[..., Run]:
    """Return what trains four steps, with a log line for each and a picture for every second."""

    def train_tiny(place: Path, *trackers: str) -> Run:
        run = {"steps": 4, "batch": 4, "size": 8, "log_every": 1, "track": trackers}
        run |= {"sample_every": 2, "checkpoint_every": 2, "monitor": False}
        parts = {"generator": "tiny", "critic": "tiny", "loss": "tiny", "data": "digits"}
        return train(compose(parts, {"run": run}, registry=registry), place, watcher=heard)

    return train_tiny


@pytest.fixture
def resumed(registry: Registry, heard: Heard) -> Callable[..., Run]:
    """Return what goes on with such a run for two steps more than it was asked for."""

    def resume_tiny(place: Path, *trackers: str) -> Run:
        more = {"steps": 6, "track": trackers}
        return resume(place, overrides=more, registry=registry, watcher=heard)

    return resume_tiny


@pytest.fixture
def logged() -> Callable[[Path, str], list[float]]:
    """Return what reads a term from a run's own log."""

    def values(place: Path, name: str) -> list[float]:
        lines: list[dict[str, Any]] = [
            json.loads(line) for line in (place / "metrics.jsonl").read_text().splitlines()
        ]
        return [line[name] for line in lines]

    return values
