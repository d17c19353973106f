"""What pruning saves, and whether it loses the best: one study with and without, in three seeds.

python benchmarks/pruning.py                    # about six minutes on one core
python benchmarks/pruning.py --report-only      # the table, from the figures
python benchmarks/pruning.py --quick            # two trials of one seed, a temporary folder

Both studies draw at random from the same seed, so they try the same values: a trial that is pruned
in one is trained to its end in the other. Steps are counted, which no other program on the machine
changes; seconds are of training. Writes a table into docs/sweeps.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.sweeps import PRUNING, write_pruning
from benchmarks.shared import program
from benchmarks.shared.program import Places
from zoo_core import Range, Search, Sweep, sweep, vary
from zoo_core.config.request import Parts
from zoo_core.sweeps.definition import Pruner, domain_text
from zoo_core.sweeps.sweep import Swept

SEEDS = (0, 1, 2)
TRIALS, STEPS, EVERY, COUNT = 10, 120, 15, 400
AXES = vary(
    {
        "loss": ["non-saturating", "hinge"],
        "generator.lr critic.lr": Range(low=1e-5, high=1e-2, log=True),
    }
)
PARTS: Parts = {"generator": "dcgan", "data": "digits", "metric": ("fid",)}
RUN = {
    "size": "16",
    "batch": 16,
    "latent_dim": 32,
    "monitor": False,
    "checkpoint_every": 0,
    "sample_every": 0,
}


def study(seed: int, pruner: Pruner, *, quick: bool) -> Sweep:
    """Return a study of a seed."""
    length = {"steps": 8, "eval_every": 2} if quick else {"steps": STEPS, "eval_every": EVERY}
    count = 100 if quick else COUNT
    return Sweep(
        parts=PARTS,
        options={
            "run": {**RUN, **length, "eval_count": count, "seed": seed},
            "generator": {"width": 8},
            "critic": {"width": 8},
        },
        axes=AXES,
        trials=2 if quick else TRIALS,
        search=Search(how="random", pruner=pruner, startup=1 if quick else 5, seed=seed),
        recipe="none",
    )


def compared(seed: int, places: Places, *, quick: bool) -> dict[str, Any]:
    """Run both studies of a seed; return their figures."""
    found: dict[str, Any] = {"seed": seed}
    pruners: tuple[Pruner, ...] = ("none", "median")
    for pruner in pruners:
        swept = sweep(study(seed, pruner, quick=quick), places.runs / f"{pruner}-{seed}")
        found[pruner] = figures(swept)
        program.say(f"seed {seed}, pruner {pruner}: {found[pruner]}")
    return found


def figures(swept: Swept) -> dict[str, Any]:
    """Return what a study took and found."""
    best = swept.best
    return {
        "trials": len(swept.records),
        "pruned": sum(one.outcome == "pruned" for one in swept.records),
        "steps": sum(one.step for one in swept.records),
        "seconds": round(sum(one.seconds or 0.0 for one in swept.records), 1),
        "best": None if best is None else {"trial": best.number, "fid": best.score, "at": best.at},
    }


def work(given: argparse.Namespace) -> None:
    """Run all studies, and write the table."""
    with program.places(given) as places:
        if not given.report_only:
            seeds = SEEDS[:1] if given.quick else SEEDS
            rows = [compared(seed, places, quick=given.quick) for seed in seeds]
            about = {axis.name: domain_text(axis) for axis in AXES}
            content = {"axes": about, "steps": STEPS, "every": EVERY, "count": COUNT, "rows": rows}
            program.write_json(places.figures(PRUNING), content)
        if not given.quick:
            write_pruning(places.docs)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="two trials of one seed, a temporary folder")
    program.add_places(parser, runs=PRUNING)
    parser.add_argument("--report-only", action="store_true", help="the table from the figures")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
