"""Train a recipe in three seeds and measure what it reaches, beside images of known faults.

    python benchmarks/recipes.py                    # dcgan-digits, the first run
    python benchmarks/recipes.py cdcgan-digits --seeds 0
    python benchmarks/recipes.py --again --time     # train anew, and require the promised time

Prints a table, stores it, and exits 1 where a run misses a requirement.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.recipes import FOLDER, cells
from benchmarks.shared import program
from benchmarks.shared.controls import COPIES, GAUSSIAN, control_sets, measured, real_images
from benchmarks.shared.measures import labels_read
from benchmarks.shared.program import Places
from benchmarks.shared.tables import aligned
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Measures, compose, evaluate, load
from zoo_core.metrics import Panel
from zoo_core.pictures.sheets import save_grid

SEEDS = (0, 1, 2)
COUNT, QUICK_COUNT = 1000, 100
"""Samples of a run."""

PICTURED, PICTURE_SEED = 64, 1
METRICS = ("fid", "kid", "modes", "precision-recall", "memorisation")
CONTROLS = (COPIES, GAUSSIAN)
QUICK = {"steps": 4, "batch": 16, "log_every": 1}

CLASSES, UNEVEN = 10, 0.1
FID_SHARE = 0.25
"""Of the FID of the Gaussian, which has the right pixels and is no digit."""

MEMORISED, AS_ASKED = 0.05, 0.9

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One number and the bound that it has to keep.

    Args:
        name: what is required.
        value: what was found.
        bound: the limit.
        at_most: the value must not be above the bound; otherwise not below it.
    """

    name: str
    value: float
    bound: float
    at_most: bool = True

    @property
    def met(self) -> bool:
        """Return whether the value keeps the bound."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        verdict = "ok  " if self.met else "MISS"
        return f"{verdict} {self.name}: {self.value:.3f} {sign} {self.bound:.3f}"


def requirements(run: Result, controls: Mapping[str, Mapping[str, float]]) -> list[Requirement]:
    """Return what a run has to reach beside the controls."""
    scores, fid = run["scores"], FID_SHARE * controls[GAUSSIAN]["fid"]
    found = [
        Requirement(name="classes", value=scores["modes"], bound=CLASSES, at_most=False),
        Requirement(name="uneven classes, nats", value=scores["modes.kl"], bound=UNEVEN),
        Requirement(name="FID, of the Gaussian's", value=scores["fid"], bound=fid),
        Requirement(name="memorisation", value=scores["memorisation"], bound=MEMORISED),
    ]
    if "labels" in run:
        read = run["labels"]["scores"]["label-accuracy"]
        found.append(Requirement(name="read as asked", value=read, bound=AS_ASKED, at_most=False))
    return found


def reached(name: str, places: Places, given: argparse.Namespace) -> dict[str, Any]:
    """Train what is missing, measure it beside the controls, and return all as JSON data."""
    count = QUICK_COUNT if given.quick else COUNT
    seeds = given.seeds[:1] if given.quick else given.seeds
    command = f"python benchmarks/recipes.py {name} --seeds {' '.join(map(str, seeds))} --again"
    return {
        "name": name,
        "command": command,
        "runs": {str(seed): one_run(name, seed, count, places, given) for seed in seeds},
        "controls": controls_of(name, count),
    }


def one_run(
    name: str, seed: int, count: int, places: Places, given: argparse.Namespace
) -> dict[str, Any]:
    """Train a recipe with a seed, unless that is done, and return its figures."""
    composition = compose(
        options={"run": {"seed": seed, **(QUICK if given.quick else {})}}, recipe=name
    )
    label = f"{name}-{seed}"
    run = trained(composition, places.runs / label, label, every=300, again=given.again)
    if given.pictures:
        images = load(run, device="cpu").sample(PICTURED, seed=PICTURE_SEED)
        save_grid(images, given.pictures / f"{label}.png", columns=8)
    measures = Measures(metrics=METRICS, count=count, splits=("test",))
    (found,) = evaluate(run, measures, device="cpu")
    labels = {}
    if composition.plan.labelled:
        held_out = real_images(composition.dataset, "test")
        labels = {"labels": labels_read(run, composition, held_out, count)}
    return {"training": training_of(run), **found.to_json(), **labels}


def controls_of(name: str, count: int) -> dict[str, Mapping[str, float]]:
    """Return the scores of the controls, by the same protocol."""
    composition = compose({"metric": METRICS}, recipe=name)
    sets = control_sets(composition.dataset, count)
    found = measured(Panel(composition), sets, CONTROLS)
    return {control: scored.values for control, scored in found.items()}


def report(result: Result, minutes: float, *, timed: bool) -> bool:
    """Print a table and what each run has to reach; return whether all do."""
    print(aligned(cells(result)))
    met = True
    for seed, run in result["runs"].items():
        needed = requirements(run, result["controls"])
        taken = run["training"]["seconds"] / 60
        if timed:
            needed.append(Requirement(name="minutes", value=taken, bound=minutes))
        print(f"seed {seed}: {run['training']['steps']} steps in {taken:.1f} minutes")
        print("\n".join(f"  {each}" for each in needed))
        met = met and all(each.met for each in needed)
    return met


def work(given: argparse.Namespace) -> bool:
    """Measure the recipe; return whether it reaches what it should."""
    with program.places(given) as places:
        result = reached(given.name, places, given)
        program.write_json(places.figures(f"{FOLDER}/{given.name}"), result)
    recipe = compose(recipe=given.name).recipe
    minutes = recipe.entry.load().minutes if recipe else 0.0
    met = report(result, minutes, timed=given.time)
    if given.quick:
        print("quick: the requirements are shown, not asserted")
    return met or given.quick


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="four steps: only shows that everything works")
    program.add_places(parser, runs="recipes")
    parser.add_argument("name", nargs="?", default="dcgan-digits")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--again", action="store_true", help="train anew what is there")
    parser.add_argument("--time", action="store_true", help="require the recipe's minutes too")
    parser.add_argument("--pictures", type=Path, help="write 64 samples of each run to this folder")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
