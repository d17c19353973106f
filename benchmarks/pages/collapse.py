"""The part of the results page on modes that are covered or lost, from the stored figures."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.shared.program import read_json
from benchmarks.shared.tables import markdown, spread

FORMAT = 1
"""Version of the stored figures' form."""

FOLDER = "collapse"
"""Folder of the figures, below that of the others."""

Result = Mapping[str, Any]


def collapse_text(folder: Path) -> str:
    """Return the section, or an empty text where nothing is stored.

    Args:
        folder: of the figures.
    """
    results = [read_json(path) for path in sorted((folder / FOLDER).glob("*.json"))]
    if not results:
        return ""
    return f"{HEAD}\n\n{markdown([COLUMNS, *map(_row, _in_order(results))])}"


HEAD = """## Modes covered and lost

A GAN with and without [parts against collapse](collapse.md), in three seeds; small nets and few
steps. **25 Gaussians**: two hidden layers of 128 for either net; a mode counts if one of 2,500
samples lies within three standard deviations of its centre, and **near** is the share of samples
that lie so near to any. **Stacked MNIST**: a DCGAN of a few channels; a mode is one of a thousand
classes that one of 5,000 samples has, as the digit classifier reads it, and **KL** compares the
shares of the classes with those of held-out images, in nats (lower is better). A classifier reads
a digit in anything, so modes alone flatter. `python benchmarks/collapse.py` makes the table."""

COLUMNS = ["data", "with", "steps", "s / step", "modes", "mean modes", "near", "KL"]
REMEDIES = ("none", "minibatch-discrimination", "unrolled", "spectral")


def _in_order(results: Sequence[Result]) -> list[Result]:
    return sorted(results, key=lambda one: (one["data"], REMEDIES.index(one["remedy"])))


def _row(result: Result) -> list[str]:
    seeds = list(result["seeds"].values())
    modes = [seed["scores"]["modes"] for seed in seeds]
    seconds = [seed["training"]["seconds"] / seed["training"]["steps"] for seed in seeds]
    return [
        result["data"],
        result["remedy"],
        f"{seeds[0]['training']['steps']:,}",
        f"{statistics.median(seconds):.3f}",
        ", ".join(f"{count:.0f}" for count in modes),
        spread(modes, digits=1),
        _near(seeds),
        spread([s["scores"]["kl"] for s in seeds], digits=2) if _has(seeds, "kl") else "",
    ]


def _near(seeds: Sequence[Result]) -> str:
    if not _has(seeds, "near"):
        return ""
    return spread([100 * seed["scores"]["near"] for seed in seeds], digits=0) + " %"


def _has(seeds: Sequence[Result], score: str) -> bool:
    return all(score in seed["scores"] for seed in seeds)
