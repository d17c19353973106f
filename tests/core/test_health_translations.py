"""The monitor in games that translate: a side each, with its own critic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from zoo_core import compose
from zoo_core.training import Run, train

pytest.importorskip("zoo_plugin_cyclegan")

RUN = {
    "steps": 4,
    "batch": 16,
    "size": "8",
    "log_every": 2,
    "sample_every": 0,
    "checkpoint_every": 0,
    "device": "cpu",
}
TINY = {"generator": {"width": 3}, "critic": {"width": 3}}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure at every log point: these runs are too short for the usual budget."""
    monkeypatch.setattr("zoo_core.builtin.health.measurements.SHARE", 1.0)


def measured(run: Run) -> set[str]:
    text = run.directory.log.read_text(encoding="utf-8")
    last: dict[str, Any] = json.loads(text.splitlines()[-1])
    return {name.removeprefix("health.") for name in last if name.startswith("health.")}


def names(side: str) -> set[str]:
    diversity = {"modes", "spread", "nearest", "distance"}
    scores = {"D(train)", "D(held-out)", "D(fake)", "D(spread)"}
    return {side + name for name in diversity | scores}


def test_both_sides_of_a_cycle_are_measured(tmp_path: Path) -> None:
    parts = {"game": "cycle", "generator": "cyclegan", "data": "unpaired:digits,digits"}
    run = train(compose(parts, {**TINY, "run": RUN}), tmp_path / "run")
    assert measured(run) == names("a.") | names("b.")


def test_translations_of_pairs_are_measured_with_their_sources(tmp_path: Path) -> None:
    for split, count in (("train", 40), ("val", 40)):
        (tmp_path / "pairs" / split).mkdir(parents=True)
        for number in range(count):
            image = Image.new("RGB", (16, 8), (5 * number, 250 - 5 * number, 100))
            image.save(tmp_path / "pairs" / split / f"{number}.png")
    parts = {"game": "paired", "generator": "pix2pix", "data": f"paired:{tmp_path / 'pairs'}"}
    run = train(compose(parts, {**TINY, "run": RUN}), tmp_path / "run")
    assert measured(run) == names("")
