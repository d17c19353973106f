"""Train the zoo's models on MNIST, measure them, and write docs/results.md.

python benchmarks/results.py                    # what has no figures yet
python benchmarks/results.py --only dcgan-wgan-gp --again
python benchmarks/results.py --report-only      # the page again, from the stored figures
python benchmarks/results.py --quick            # three steps each, into a temporary folder

What was interrupted goes on where it stopped, and a finished run is only measured.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.results import FORMAT, write_page
from benchmarks.pages.scores import COLUMNS
from benchmarks.shared import program
from benchmarks.shared.measures import measured
from benchmarks.shared.program import Places
from benchmarks.shared.rows import DATA, ROWS, Row
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Composition, Measures, Pretrained, compose, evaluate, load
from zoo_core.pictures.sheets import save_grid

PICTURED, SEED = 64, 1
"""Samples of a row's picture, and their seed."""

COUNT, QUICK_COUNT = 10_000, 100
"""Samples that are measured."""

QUICK_STEPS = 3
BOOKKEEPING = {"log_every": 50, "sample_every": 1000, "checkpoint_every": 1000, "keep": 1}


def make(row: Row, places: Places, data_dir: str, count: int, *, again: bool) -> None:
    """Train one row, measure it, and write its picture and figures.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    composition = composed(row, data_dir)
    run = trained(composition, places.runs / row.name, row.name, again=again)
    loaded, picture = load(run, device="cpu"), places.picture(row.name)
    model = Pretrained(composition, loaded.game, loaded.device)
    save_grid(model.sample(PICTURED, seed=SEED), picture, columns=8)
    program.check_bytes(picture)
    scores = scores_of(run, data_dir, count)
    result = {
        "format": FORMAT,
        "name": row.name,
        "about": row.about,
        "data": DATA,
        "row": {"parts": dict(row.parts), "options": dict(row.options)},
        "commands": {
            "result": f"python benchmarks/results.py --only {row.name} --again",
            "train": row.train_command,
        },
        "training": training_of(run),
        "scores": scores,
        "measures": measured(row.measure, run, model, count, picture),
    }
    program.write_json(places.figures(row.name), result)
    program.say(f"{row.name}: {scores['scores']}")


def composed(row: Row, data_dir: str) -> Composition:
    """Return what a row trains."""
    run = {**BOOKKEEPING, **row.options["run"]}
    options = {**row.options, "run": run, "data": row.data(data_dir)}
    return compose({"data": DATA, **row.parts}, options, recipe="none")


def scores_of(run: Path, data_dir: str, count: int) -> dict[str, Any]:
    """Measure a run as `zoo eval` does; return the evaluation as JSON data."""
    measures = Measures(
        metrics=tuple(COLUMNS),
        count=count,
        splits=("test",),
        options={"data": {"root": data_dir}},
    )
    (found,) = evaluate(run, measures, device="cpu")
    return found.to_json()


def shortened(row: Row) -> Row:
    """Return a row with three steps, for `--quick`."""
    run = {**row.options["run"], "steps": QUICK_STEPS}
    return replace(row, options={**row.options, "run": run})


def work(given: argparse.Namespace) -> None:
    """Make the rows that are wanted, and write the page."""
    rows = [row for row in ROWS if not given.only or row.name in given.only]
    with program.places(given) as places:
        for row in [] if given.report_only else rows:
            if not program.wanted(given, places.figures(row.name), row.name):
                continue
            if given.quick:
                make(shortened(row), places, given.data_dir, QUICK_COUNT, again=True)
            else:
                make(row, places, given.data_dir, COUNT, again=given.again)
        write_page(places.docs)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and write; return the exit status."""
    parser = program.parser(__doc__, quick="three steps each, into a temporary folder")
    program.add_places(parser, runs="results")
    program.add_data(parser)
    program.add_choice(parser, (row.name for row in ROWS))
    parser.add_argument("--report-only", action="store_true", help="the page from the figures")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
