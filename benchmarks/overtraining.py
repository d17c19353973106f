"""Train a DCGAN far past its best, and show what `--keep best=fid` saves.

python benchmarks/overtraining.py               # about ten minutes, or the run that is there
python benchmarks/overtraining.py --quick       # a few steps, a temporary folder

Writes docs/results/overtraining.json and two pictures: samples of the best and of the last step.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from benchmarks.judging.tables import aligned
from benchmarks.judging.trainings import Lines, say, training_of
from zoo_core import Measures, ZooError, compose, evaluate, load
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import as_floats
from zoo_core.pictures.sheets import save_each, save_grid
from zoo_core.runs.layout import EVENTS, SCORES
from zoo_core.runs.lines import best_step, read_events, read_scores
from zoo_core.training import train

ROOT = Path(__file__).resolve().parents[1]
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


def trained(directory: Path, *, steps: int, every: int, count: int) -> None:
    """Train and measure on the way, unless that is done."""
    if (directory / SCORES).is_file():
        return
    data = f"folder:{few_images(directory.with_name('few-digits'))}"
    run = {"steps": steps, "eval_every": every, "eval_count": count, "sample_every": 0}
    options = {**OPTIONS, "run": {**OPTIONS["run"], **run}}
    composition = compose({**PARTS, "data": data}, options, recipe="none")
    train(composition, directory, watcher=Lines("overtraining"))


def found(directory: Path, *, count: int) -> dict[str, Any]:
    """Return the curve, and both checkpoints measured anew with other samples.

    The best step was chosen by its score; samples of another seed keep that choice from flattering
    it.
    """
    scores = read_scores(directory / SCORES)
    best = best_step(scores, SCORE)
    measures = Measures(metrics=("fid",), count=count, splits=("test",), seed=1)
    fresh = {
        name: evaluate(f"{directory}@{name}", measures, device="cpu")[0].to_json()
        for name in ("best", "last")
    }
    return {
        "command": "python benchmarks/overtraining.py",
        "best": best,
        "last": scores[-1].step,
        "curve": [{"step": one.step, **one.scores} for one in scores],
        "fresh": fresh,
        "events": [event.to_json() for event in read_events(directory / EVENTS)],
        "training": {"steps": training_of(directory).steps},
    }


def table(result: dict[str, Any]) -> str:
    """Return both checkpoints as text."""
    rows = [["", "step", "FID"]]
    for name, one in result["fresh"].items():
        scores = one["scores"]
        rows.append([name, f"{one['step']:,}", f"{scores['fid']:.1f}"])
    return aligned(rows)


def make(docs: Path, runs: Path, *, steps: int, every: int, count: int) -> None:
    """Train, measure, and write the figures and the pictures."""
    directory = runs / "overtraining"
    trained(directory, steps=steps, every=every, count=count)
    result = found(directory, count=count)
    path = docs / "results" / "overtraining.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for name in ("best", "last"):
        images = load(f"{directory}@{name}", device="cpu").sample(32)
        save_grid(images, docs / "pictures" / f"overtraining-{name}.png", columns=8)
    print(table(result))


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few steps, a temporary folder")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the pages")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs")
    given = parser.parse_args(arguments)
    try:
        if given.quick:
            with tempfile.TemporaryDirectory(prefix="overtraining-") as folder:
                make(Path(folder) / "docs", Path(folder), steps=6, every=2, count=64)
        else:
            make(given.docs, given.runs, steps=STEPS, every=EVERY, count=COUNT)
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
