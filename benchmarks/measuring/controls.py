"""Sets of images whose faults are known, before every metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.shared.controls import REAL, SEED, control_sets, measured
from zoo_core import Composition, compose
from zoo_core.interfaces import Split
from zoo_core.metrics import Panel

FEATURES = "digit-classifier"
METRICS = (
    "fid",
    "kid",
    "inception-score",
    "precision-recall",
    "wasserstein",
    "modes",
    "memorisation",
)
MNIST_COUNT, QUICK_COUNT = 5000, 150
SPLIT: Split = "train"
"""What is compared with, so that held-out images are as new as a good model's samples."""

SEEN = 0.02
"""A score sees a fault that makes it worse than `REAL` by this part of its worst control."""

SPREADS = frozenset({"kid.std", "inception-score.std"})
"""Scores that say how sure another one is."""


def composition_of(data: str, data_dir: str) -> Composition:
    """Return what names the metrics, the features and the data; its nets take no part."""
    options = {"data": {"root": data_dir}} if data != "digits" else {}
    parts: dict[str, str | tuple[str, ...]] = {
        "generator": "dcgan",
        "data": data,
        "features": FEATURES,
        "metric": METRICS,
    }
    return compose(parts, {**options, "run": {"eval_count": MNIST_COUNT}}, recipe="none")


def controls(data: str, data_dir: str, count: int) -> dict[str, Any]:
    """Return the scores of every control, and the protocol, as JSON data.

    Raises:
        ZooError: the data are missing.
    """
    composition = composition_of(data, data_dir)
    panel = Panel(composition, split=SPLIT, seed=SEED)
    sets = control_sets(composition.dataset, count)
    found = measured(panel, sets)
    return {
        "format": 1,
        "data": data,
        "counts": {name: len(images) for name, images in sets.items()},
        "metrics": dict(found[REAL].metrics),
        "protocol": dict(found[REAL].protocol),
        "better": dict(found[REAL].better),
        "controls": {name: dict(scored.values) for name, scored in found.items()},
    }


def sees(
    values: Mapping[str, Mapping[str, float]], score: str, control: str, better: Mapping[str, str]
) -> bool:
    """Return whether a score is clearly worse for a control than for real test images."""
    if score in SPREADS:
        return False
    sign = 1 if better[score] == "lower" else -1
    worse = {name: sign * (found[score] - values[REAL][score]) for name, found in values.items()}
    worst = max(worse.values())
    return worst > 0 and worse[control] > SEEN * worst


def cells(result: Mapping[str, Any]) -> list[list[str]]:
    """Return the table: a control a row; what a score sees is bold."""
    scores = [score for score in result["controls"][REAL] if score not in SPREADS]
    head = ["", *(f"{score} {_ARROWS[result['better'][score]]}" for score in scores)]
    return [head, *(_cells_of(result, name, scores) for name in result["controls"])]


def _cells_of(result: Mapping[str, Any], name: str, scores: Sequence[str]) -> list[str]:
    values, better = result["controls"], result["better"]
    texts = {score: _text(values[name][score]) for score in scores}
    seen = {score for score in scores if sees(values, score, name, better)}
    return [name, *(f"**{text}**" if score in seen else text for score, text in texts.items())]


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


_ARROWS = {"lower": "↓", "higher": "↑"}
