"""Train every row of the results in three seeds, measure it on the way, and keep the scores.

python benchmarks/seeds.py                      # what has no scores yet
python benchmarks/seeds.py --only dcgan-wgan-gp --again
python benchmarks/seeds.py --quick              # three steps, two evaluations, a temporary folder

A row is trained for a tenth of its steps, so that three seeds of all rows take about an hour, and
measured four times on the way. `benchmarks/results.py --report-only` writes the page.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.seeds import FOLDER, FORMAT
from benchmarks.shared import program
from benchmarks.shared.program import Places
from benchmarks.shared.rows import DATA, ROWS, Row
from benchmarks.shared.trainings import trained, training_of
from zoo_core import compose
from zoo_core.runs.layout import SCORES
from zoo_core.runs.lines import read_scores

SEEDS = (0, 1, 2)
SHARE = 10
"""A row is trained for this part of its steps, unless `--share` says otherwise."""

EVALUATIONS = 4
METRICS = ("fid", "kid", "modes", "memorisation")
QUIET = {"monitor": False, "keep": 1, "sample_every": 0, "checkpoint_every": 0}


def make(row: Row, places: Places, given: argparse.Namespace) -> None:
    """Train a row in every seed and write its scores.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    steps = 3 if given.quick else row.options["run"]["steps"] // given.share
    seeds = SEEDS[:1] if given.quick else SEEDS
    runs = {str(seed): _run(row, places, given, seed, steps) for seed in seeds}
    last = read_scores(runs[str(seeds[-1])] / SCORES)[-1]
    result = {
        "format": FORMAT,
        "name": row.name,
        "steps": steps,
        "share": given.share,
        "command": f"python benchmarks/seeds.py --only {row.name} --share {given.share} --again",
        "digests": last.digests,
        "metrics": last.metrics,
        "protocol": last.protocol,
        "seeds": {seed: found(run) for seed, run in runs.items()},
    }
    program.write_json(places.figures(f"{FOLDER}/{row.name}"), result)


def _run(row: Row, places: Places, given: argparse.Namespace, seed: int, steps: int) -> Path:
    """Train a row with a seed; return its directory."""
    run = {
        **row.options["run"],
        **QUIET,
        "steps": steps,
        "seed": seed,
        "eval_every": max(1, steps // (2 if given.quick else EVALUATIONS)),
        "eval_count": 100 if given.quick else given.count,
        "keep_best": "fid",
    }
    composition = compose(
        {"data": DATA, **row.parts, "metric": METRICS},
        {**row.options, "run": run, "data": row.data(given.data_dir)},
        recipe="none",
    )
    directory, name = places.runs / f"{row.name}-{seed}", f"{row.name}, seed {seed}"
    return trained(composition, directory, name, every=10_000, again=given.again)


def found(run: Path) -> dict[str, Any]:
    """Return the scores of a run by step, and its time."""
    training = training_of(run)
    return {
        "evaluations": [
            {"step": one.step, **_rounded(one.scores)} for one in read_scores(run / SCORES)
        ],
        "seconds_per_step": round(training["seconds"] / training["steps"], 4),
        "environment": training["environment"],
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.5g}") for name, value in scores.items()}


def work(given: argparse.Namespace) -> None:
    """Make the rows that are wanted."""
    rows = [row for row in ROWS if not given.only or row.name in given.only]
    with program.places(given) as places:
        for row in rows[:2] if given.quick else rows:
            if program.wanted(given, places.figures(f"{FOLDER}/{row.name}"), row.name):
                make(row, places, given)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and write; return the exit status."""
    parser = program.parser(__doc__, quick="three steps of two rows, a temporary folder")
    program.add_places(parser, runs="seeds")
    program.add_data(parser)
    program.add_choice(parser, (row.name for row in ROWS))
    parser.add_argument("--count", type=int, default=1000, help="samples of an evaluation")
    parser.add_argument("--share", type=int, default=SHARE, help="part of a row's steps")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
