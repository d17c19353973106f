"""Train a DCGAN far past its best, and show what `--keep best=fid` saves.

python benchmarks/overtraining.py               # about ten minutes, or the run that is there
python benchmarks/overtraining.py --quick       # a few steps, a temporary folder

Writes docs/results/overtraining.json and two pictures: samples of the best and of the last step.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.program import Places
from benchmarks.shared.tables import aligned
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Measures, compose, evaluate, load
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import as_floats
from zoo_core.pictures.sheets import save_each, save_grid
from zoo_core.runs.layout import EVENTS, SCORES
from zoo_core.runs.lines import best_step, read_events, read_scores

SCORE = "fid"
PARTS = {
    "generator": "dcgan",
    "loss": "non-saturating",
    "features": "digit-classifier",
    "metric": "fid",
}
OPTIONS: dict[str, dict[str, Any]] = {
    "generator": {"width": 16, "lr": 1e-3},
    "critic": {"width": 32, "lr": 1e-3},
    "data": {"held_out": 0.5},
    "run": {"batch": 32, "seed": 0, "keep_best": SCORE, "checkpoint_every": 0},
}
"""200 images to train on: the critic learns them by heart, as of any small data set."""

IMAGES = 400
STEPS, EVERY, COUNT = 3000, 200, 1000


def few_images(folder: Path) -> Path:
    """Write the first of the embedded digits as files, half of which will be held out."""
    if not folder.is_dir():
        rows = Digits(size=(32, 32)).tables("train")["images"].take(torch.arange(IMAGES))
        save_each(as_floats(rows.images), folder)
    return folder


def found(directory: Path, *, count: int) -> dict[str, Any]:
    """Return the curve, and both checkpoints measured anew with other samples.

    The best step was chosen by its score; samples of another seed keep that choice from flattering
    it.
    """
    lines = read_scores(directory / SCORES)
    best = best_step(lines, SCORE)
    measures = Measures(metrics=("fid",), count=count, splits=("test",), seed=1)
    fresh = {
        name: evaluate(f"{directory}@{name}", measures, device="cpu")[0].to_json()
        for name in ("best", "last")
    }
    return {
        "command": "python benchmarks/overtraining.py",
        "best": best,
        "last": lines[-1].step,
        "curve": [{"step": line.step, **line.scores} for line in lines],
        "fresh": fresh,
        "events": [event.to_json() for event in read_events(directory / EVENTS)],
        "training": training_of(directory),
    }


def table(result: dict[str, Any]) -> str:
    """Return both checkpoints as text."""
    rows = [["", "step", "FID"]]
    for name, one in result["fresh"].items():
        scores = one["scores"]
        rows.append([name, f"{one['step']:,}", f"{scores['fid']:.1f}"])
    return aligned(rows)


def make(places: Places, *, steps: int, every: int, count: int) -> None:
    """Train, measure, and write the figures and the pictures."""
    data = f"folder:{few_images(places.runs / 'few-digits')}"
    run = {"steps": steps, "eval_every": every, "eval_count": count, "sample_every": 0}
    options = {**OPTIONS, "run": {**OPTIONS["run"], **run}}
    composition = compose({**PARTS, "data": data}, options, recipe="none")
    directory = trained(composition, places.runs / "overtraining", "overtraining")
    result = found(directory, count=count)
    program.write_json(places.figures("overtraining"), result)
    for name in ("best", "last"):
        images = load(f"{directory}@{name}", device="cpu").sample(32)
        save_grid(images, places.docs / "pictures" / f"overtraining-{name}.png", columns=8)
    print(table(result))


def work(given: argparse.Namespace) -> None:
    """Make it, or a small one."""
    with program.places(given) as places:
        if given.quick:
            make(places, steps=6, every=2, count=64)
        else:
            make(places, steps=STEPS, every=EVERY, count=COUNT)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="a few steps, a temporary folder")
    program.add_places(parser, runs="overtraining")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
