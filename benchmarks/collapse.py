"""Count the modes that a GAN covers with and without parts against collapse, in three seeds.

python benchmarks/collapse.py                   # what has no figures yet
python benchmarks/collapse.py --only gaussians-unrolled --again
python benchmarks/collapse.py --quick           # three steps of every row, a temporary folder

25 Gaussians in the plane and Stacked MNIST, with small nets and few steps: a training takes a
minute or two on one core. `benchmarks/results.py --report-only` writes the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.collapse import FOLDER, FORMAT
from benchmarks.shared import planar, program
from benchmarks.shared.program import Places
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Composition, Measures, Registry, compose, evaluate, load
from zoo_core.data.sets.gaussians import Gaussians

SEEDS = (0, 1, 2)
NEAR = 3
"""A point belongs to a Gaussian within so many standard deviations (arXiv:1705.07761, sec. 4)."""

Options = Mapping[str, Mapping[str, Any]]

QUIET = {"monitor": False, "keep": 1, "sample_every": 0, "checkpoint_every": 0, "device": "cpu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What is trained on.

    Args:
        nets: role to name.
        options: section to values; "run" has the steps.
        count: samples that are looked at.
    """

    nets: Mapping[str, str]
    options: Options
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What a GAN is given against collapse.

    Args:
        parts: role to name.
        options: section to values.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    options: Options = field(default_factory=dict)


FAST = {"lr": 1e-3}
DATA = {
    "gaussians": Data(
        nets={"generator": "planar", "critic": "planar", "data": "gaussians"},
        options={
            "generator": FAST,
            "critic": FAST,
            "run": {"steps": 2000, "batch": 64, "latent_dim": 2},
        },
        count=2500,
    ),
    "stacked-mnist": Data(
        nets={"generator": "dcgan", "critic": "dcgan", "data": "stacked-mnist"},
        options={
            "generator": {"width": 8, **FAST},
            "critic": {"width": 4, "norm": "none", **FAST},
            "run": {"steps": 500, "batch": 32, "latent_dim": 32},
        },
        count=5000,
    ),
}

REMEDIES = {
    "none": Remedy(),
    "minibatch-discrimination": Remedy(
        parts={"head": "minibatch-discrimination"}, options={"head": {"kernels": 16, "length": 4}}
    ),
    "unrolled": Remedy(parts={"game": "unrolled"}),
    "spectral": Remedy(parts={"constraint": "spectral"}),
}
ROWS = {f"{data}-{remedy}": (data, remedy) for data in DATA for remedy in REMEDIES}


def make(name: str, places: Places, given: argparse.Namespace) -> None:
    """Train a row in every seed, count its modes, and write the figures.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    data, remedy = ROWS[name]
    seeds = SEEDS[:1] if given.quick else SEEDS
    rows = {str(seed): _seed(name, places, given, seed) for seed in seeds}
    environments = [row["training"].pop("environment") for row in rows.values()]
    result = {
        "format": FORMAT,
        "name": name,
        "data": data,
        "remedy": remedy,
        "parts": {**DATA[data].nets, **REMEDIES[remedy].parts},
        "options": merged(DATA[data].options, REMEDIES[remedy].options),
        "count": 100 if given.quick else DATA[data].count,
        "command": f"python benchmarks/collapse.py --only {name} --again",
        "seeds": rows,
        "environment": environments[-1],
    }
    program.write_json(places.figures(f"{FOLDER}/{name}"), result)
    program.say(f"{name}: {[row['scores'] for row in rows.values()]}")


def _seed(name: str, places: Places, given: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Train a row with a seed; return its scores and what the training took."""
    composition = composed(name, given, seed)
    directory = places.runs / f"{name}-{seed}"
    trained(composition, directory, f"{name}, seed {seed}", every=10_000, again=given.again)
    count = 100 if given.quick else DATA[ROWS[name][0]].count
    measure = points_covered if ROWS[name][0] == "gaussians" else classes_covered
    return {"scores": measure(directory, composition, count), "training": training_of(directory)}


def composed(name: str, given: argparse.Namespace, seed: int) -> Composition:
    """Return what a row trains."""
    data, remedy = ROWS[name]
    run = {**QUIET, "seed": seed, **({"steps": 3} if given.quick else {})}
    files = {"root": given.data_dir} if data == "stacked-mnist" else {}
    options = merged(DATA[data].options, REMEDIES[remedy].options, {"run": run, "data": files})
    parts = {**DATA[data].nets, **REMEDIES[remedy].parts}
    return compose(parts, options, registry=registry(), recipe="none")


def registry() -> Registry:
    """Return all installed parts, and the small nets for points."""
    found = Registry.from_installed()
    for entry in planar.ENTRIES:
        found.add(entry, source=planar.SOURCE)
    return found


def merged(*layers: Options) -> dict[str, dict[str, Any]]:
    """Return options of which later layers win."""
    found: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for section, values in layer.items():
            found[section] = {**found.get(section, {}), **values}
    return found


def points_covered(directory: Path, composition: Composition, count: int) -> dict[str, float]:
    """Return how many Gaussians have a sample, and the share of samples that are near one."""
    model = load(str(directory), device="cpu", registry=composition.registry)
    points = model.sample(count, seed=1).flatten(1).double()
    data = composition.dataset
    assert isinstance(data, Gaussians)
    away, nearest = torch.cdist(points, data.centres()).min(1)
    near = away < NEAR * data.spread
    return {"modes": len(set(nearest[near].tolist())), "near": float(near.double().mean())}


def classes_covered(directory: Path, composition: Composition, count: int) -> dict[str, float]:
    """Return how many of the thousand classes have a sample, and the divergence of their shares."""
    root = composition.settings["data"].plain(("root",))
    options = {"metric.modes": {"covered": 0.0}, "data": root}
    asked = Measures(metrics=("modes",), count=count, splits=("test",), seed=1, options=options)
    (found,) = evaluate(directory, asked, device="cpu")
    return {"modes": found.scores["modes"], "kl": found.scores["modes.kl"]}


def work(given: argparse.Namespace) -> None:
    """Make the rows that are wanted."""
    with program.places(given) as places:
        for name in ROWS:
            chosen = not given.only or name in given.only
            if chosen and program.wanted(given, places.figures(f"{FOLDER}/{name}"), name):
                make(name, places, given)


def main(arguments: list[str] | None = None) -> int:
    """Train, count and write; return the exit status."""
    parser = program.parser(__doc__, quick="three steps of every row, a temporary folder")
    program.add_places(parser, runs="collapse")
    program.add_data(parser)
    program.add_choice(parser, ROWS)
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
