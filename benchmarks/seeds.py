"""Train every row of the results in three seeds, measure it on the way, and keep the scores.

python benchmarks/seeds.py                      # what has no scores yet
python benchmarks/seeds.py --only dcgan-wgan-gp --again
python benchmarks/seeds.py --quick              # three steps, two evaluations, a temporary folder

A row is trained for a tenth of its steps, so that three seeds of all rows take about an hour, and
measured four times on the way. `benchmarks/results.py --report-only` writes the page.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging.rows import DATA, ROWS, Row
from benchmarks.judging.seeds_page import FORMAT, SEEDS_FOLDER
from benchmarks.judging.trainings import Lines, say, training_of
from zoo_core import ZooError, compose
from zoo_core.runs.layout import SCORES
from zoo_core.runs.lines import read_scores
from zoo_core.training import train

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (0, 1, 2)
SHARE = 10
"""A row is trained for this part of its steps, unless `--share` says otherwise."""

EVALUATIONS = 4
METRICS = ("fid", "kid", "modes", "memorisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What this call of the program does.

    Args:
        docs: folder of the pages.
        runs: folder of the run directories.
        data_dir: folder of the downloaded data sets.
        count: samples of an evaluation.
        share: a row is trained for this part of its steps.
        steps: of every row, instead of its share.
        evaluations: how often a run is measured.
        seeds: of the trainings.
    """

    docs: Path
    runs: Path
    data_dir: str
    count: int
    share: int
    steps: int | None
    evaluations: int
    seeds: tuple[int, ...]

    def scores(self, row: Row) -> Path:
        """Return where a row's scores are."""
        return self.docs / SEEDS_FOLDER / f"{row.name}.json"


def make(row: Row, plan: Plan) -> None:
    """Train a row in every seed and write its scores.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    steps = plan.steps or row.options["run"]["steps"] // plan.share
    seeds = {str(seed): trained(row, plan, seed, steps) for seed in plan.seeds}
    last = read_scores(plan.runs / f"{row.name}-{plan.seeds[-1]}" / SCORES)[-1]
    result = {
        "format": FORMAT,
        "name": row.name,
        "steps": steps,
        "share": plan.share,
        "command": f"python benchmarks/seeds.py --only {row.name} --share {plan.share} --again",
        "digest": last.digest,
        "protocol": last.protocol,
        "seeds": seeds,
    }
    path = plan.scores(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def trained(row: Row, plan: Plan, seed: int, steps: int) -> dict[str, Any]:
    """Train a row with a seed; return its scores by step and its time."""
    directory = plan.runs / f"{row.name}-{seed}"
    shutil.rmtree(directory, ignore_errors=True)
    run = {
        **row.options["run"],
        "steps": steps,
        "seed": seed,
        "eval_every": max(1, steps // plan.evaluations),
        "eval_count": plan.count,
        "keep_best": "fid",
        "monitor": False,
        "keep": 1,
        "sample_every": 0,
        "checkpoint_every": 0,
    }
    data = {**row.options.get("data", {}), "root": plan.data_dir}
    if "seed" in data:
        data["seed"] = seed
    composition = compose(
        {"data": DATA, **row.parts, "metric": METRICS},
        {**row.options, "run": run, "data": data},
        recipe="none",
    )
    train(composition, directory, watcher=Lines(f"{row.name}, seed {seed}", every=10_000))
    training = training_of(directory)
    return {
        "evaluations": [
            {"step": one.step, **_rounded(one.scores)} for one in read_scores(directory / SCORES)
        ],
        "seconds_per_step": round(training.seconds / training.steps, 4),
        "environment": training.environment,
    }


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {name: float(f"{value:.5g}") for name, value in scores.items()}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[row.name for row in ROWS], metavar="NAME")
    parser.add_argument("--again", action="store_true", help="also what has scores already")
    parser.add_argument("--quick", action="store_true", help="three steps, a temporary folder")
    parser.add_argument("--count", type=int, default=1000, help="samples of an evaluation")
    parser.add_argument("--share", type=int, default=SHARE, help="part of a row's steps")
    parser.add_argument("--data-dir", default="data", help="folder of the data sets")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the pages")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "seeds")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and write; return the exit status."""
    given = parse(arguments)
    rows = [row for row in ROWS if not given.only or row.name in given.only]
    with tempfile.TemporaryDirectory(prefix="seeds-") as folder:
        plan = Plan(
            docs=Path(folder) / "docs" if given.quick else given.docs,
            runs=Path(folder) / "runs" if given.quick else given.runs,
            data_dir=given.data_dir,
            count=100 if given.quick else given.count,
            share=given.share,
            steps=3 if given.quick else None,
            evaluations=2 if given.quick else EVALUATIONS,
            seeds=SEEDS[:1] if given.quick else SEEDS,
        )
        try:
            for row in rows[:2] if given.quick else rows:
                if plan.scores(row).is_file() and not given.again:
                    say(f"{row.name}: has scores already (`--again` replaces them)")
                    continue
                make(row, plan)
        except ZooError as error:
            say(f"Error: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
