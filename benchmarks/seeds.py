"""Train every row of the results in three seeds, measure it on the way, and keep the scores.

python benchmarks/seeds.py                      # what has no scores yet
python benchmarks/seeds.py --only dcgan-wgan-gp --again
python benchmarks/seeds.py --quick              # three steps, two evaluations, a temporary folder

A row is trained for a tenth of its steps, so that three seeds of all rows take about an hour, and
measured four times on the way. `benchmarks/results.py --report-only` writes the page.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.seeds import FOLDER, FORMAT
from benchmarks.shared import program
from benchmarks.shared.program import Places
from benchmarks.shared.rows import DATA, ROWS, Row
from benchmarks.shared.trainings import training_of
from zoo_core import Sweep, sweep, vary
from zoo_core.runs.layout import SCORES
from zoo_core.runs.lines import read_scores
from zoo_core.sweeps.sweep import Swept

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
    swept = _swept(row, places.runs / row.name, given, seeds, steps)
    runs = {str(seed): run for seed, run in zip(seeds, swept.runs, strict=True)}
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


def _swept(
    row: Row, folder: Path, given: argparse.Namespace, seeds: Sequence[int], steps: int
) -> Swept:
    """Train a row with every seed, as far as that is not done."""
    run = {
        **row.options["run"],
        **QUIET,
        "steps": steps,
        "eval_every": max(1, steps // (2 if given.quick else EVALUATIONS)),
        "eval_count": 100 if given.quick else given.count,
        "keep_best": "fid",
    }
    asked = Sweep(
        parts={"data": DATA, **row.parts, "metric": METRICS},
        options={**row.options, "run": run, "data": row.data(given.data_dir)},
        axes=vary({"run.seed": seeds}),
        recipe="none",
    )
    if given.again:
        shutil.rmtree(folder, ignore_errors=True)
    program.say(f"{row.name}: {len(seeds)} seeds of {steps} steps in {folder}")
    return sweep(asked, folder)


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
