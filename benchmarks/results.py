"""Train the zoo's models on MNIST, judge them, and write docs/results.md.

python benchmarks/results.py                    # what has no figures yet, up to 10 minutes each
python benchmarks/results.py --only dcgan-wgan-gp --again
python benchmarks/results.py --report-only      # the page again, from the stored figures
python benchmarks/results.py --quick            # three steps each, into a temporary folder
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import Figures, JudgeOptions, Lines, Panel, figures_table, training_of
from benchmarks.judging.results_page import (
    FIGURES,
    FORMAT,
    PAGE,
    PICTURES,
    read_results,
    results_page,
)
from benchmarks.judging.trainings import say
from zoo_core import Composition, ZooError, compose, load
from zoo_core.engine import Run, train
from zoo_core.engine.run_directory import CONFIG
from zoo_core.pictures import save_grid

ROOT = Path(__file__).resolve().parents[1]
DATA = "mnist"
SAMPLE_SEED = 1
GRID = 64
JUDGE = JudgeOptions(epochs=6)
JUDGE_ACCURACY = 0.97
PICTURE_BYTES = 200_000
BOOKKEEPING = {"log_every": 50, "sample_every": 1000, "checkpoint_every": 1000, "keep": 1}

QUICK_STEPS = 3
QUICK_COUNT = 100
QUICK_JUDGE = JudgeOptions(images=640, epochs=1)

FLAGS = {
    "generator": "--gen",
    "critic": "--disc",
    "loss": "--loss",
    "penalty": "--penalty",
    "data": "--data",
    "steps": "--steps",
    "batch": "--batch",
    "critic_steps": "--critic-steps",
    "seed": "--seed",
}
"""What `zoo train` has a flag of its own for; anything else is an `-o`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model of the page.

    Args:
        name: of its files.
        about: one sentence.
        parts: role to name.
        options: section to values; "run" has the steps.
    """

    name: str
    about: str
    parts: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Mapping[str, Any]]

    @property
    def train_command(self) -> str:
        """Return what a user types for the same run."""
        words = ["zoo train"]
        for role, name in {**self.parts, "data": DATA}.items():
            words.append(f"{FLAGS[role]} {name if isinstance(name, str) else ','.join(name)}")
        for section, values in self.options.items():
            for name, value in values.items():
                flag = FLAGS.get(name) if section == "run" else None
                words.append(f"{flag} {value}" if flag else f"-o {section}.{name}={value}")
        return " ".join(words)


SMALL = {"generator": {"width": 32}, "critic": {"width": 32}}

ROWS = (
    Row(
        name="vanilla",
        about="Two multilayer perceptrons, the non-saturating loss, all defaults.",
        parts={"generator": "vanilla", "loss": "non-saturating"},
        options={"run": {"steps": 15_000, "seed": 0}},
    ),
    Row(
        name="mini-conv",
        about="The smallest convolutional pair, the non-saturating loss, all defaults.",
        parts={"generator": "mini-conv", "loss": "non-saturating"},
        options={"run": {"steps": 6000, "seed": 0}},
    ),
    Row(
        name="dcgan-non-saturating",
        about="DCGAN at half its width, the loss of its paper.",
        parts={"generator": "dcgan", "loss": "non-saturating"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
    Row(
        name="dcgan-wgan",
        about="DCGAN at half its width, the Wasserstein loss with clipped weights; ten times the "
        "learning rate of its paper, which needs more steps than fit here.",
        parts={"generator": "dcgan", "loss": "wgan"},
        options={
            "generator": {"width": 32, "lr": 5e-4},
            "critic": {"width": 32, "lr": 5e-4},
            "run": {"steps": 2500, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-wgan-gp",
        about="DCGAN at half its width, the Wasserstein loss with a gradient penalty; one critic "
        "step and a high, falling learning rate instead of the paper's five and low, constant one.",
        parts={"generator": "dcgan", "loss": "wgan-gp"},
        options={
            "generator": {"width": 32, "lr": 1e-3, "schedule": "linear"},
            "critic": {"width": 32, "lr": 1e-3, "schedule": "linear"},
            "run": {"steps": 4000, "batch": 64, "critic_steps": 1, "seed": 0},
        },
    ),
    Row(
        name="dcgan-lsgan",
        about="DCGAN at half its width, the least-squares loss.",
        parts={"generator": "dcgan", "loss": "lsgan"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
    Row(
        name="dcgan-hinge",
        about="DCGAN at half its width, the hinge loss with a spectrally normalised critic.",
        parts={"generator": "dcgan", "loss": "hinge"},
        options={
            "generator": {"width": 32},
            "critic": {"width": 32, "norm": "spectral"},
            "run": {"steps": 5000, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-relativistic",
        about="DCGAN at half its width, the relativistic pairing loss with penalties on the "
        "gradient at real and at generated images.",
        parts={"generator": "dcgan", "loss": "relativistic", "penalty": ("r1", "r2")},
        options={
            "generator": {"width": 32, "lr": 5e-4, "betas": "0,0.99"},
            "critic": {"width": 32, "lr": 5e-4, "betas": "0,0.99"},
            "penalty.r1": {"weight": 1},
            "penalty.r2": {"weight": 1},
            "run": {"steps": 4000, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-dragan",
        about="DCGAN at half its width, the non-saturating loss with the penalty of DRAGAN.",
        parts={"generator": "dcgan", "loss": "non-saturating", "penalty": "dragan"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What this call of the program does.

    Args:
        docs: folder of the page.
        runs: folder of the run directories.
        data_dir: folder of the downloaded data sets.
        minutes: time limit of one training.
        count: samples of a model.
        judge: how the judge is trained.
        accuracy: what the judge has to reach.
        again: train what has figures already.
    """

    docs: Path
    runs: Path
    data_dir: str
    minutes: float
    count: int
    judge: JudgeOptions
    accuracy: float
    again: bool

    def figures(self, row: Row) -> Path:
        """Return where a row's figures are."""
        return self.docs / FIGURES / f"{row.name}.json"

    def picture(self, row: Row) -> Path:
        """Return where a row's picture is."""
        return self.docs / PICTURES / f"{row.name}.png"


class Results:
    """Train rows and judge them; those of one image size share a panel."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._panels: dict[str, tuple[Panel, dict[str, Figures]]] = {}

    def make(self, row: Row) -> None:
        """Train one row, judge it, and write its picture and figures.

        Raises:
            ZooError: the data are missing, training breaks down, or the judge is not good enough.
        """
        composition = self._composed(row)
        panel, controls = self._panel(composition)
        run = self._trained(row, composition)
        images = load(run.path, device="cpu").sample(self.plan.count, seed=SAMPLE_SEED)
        figures = panel.figures(images)
        print(figures_table({row.name: figures}, controls), flush=True)
        picture = self.plan.picture(row)
        save_grid(images[:GRID], picture, columns=8)
        _check_bytes(picture)
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
            "training": {**_training(run), "outcome": run.outcome},
            "samples": {"count": self.plan.count, "seed": SAMPLE_SEED},
            "judge": panel.protocol(),
            "figures": figures.rounded(),
            "controls": {name: found.rounded() for name, found in controls.items()},
        }
        _write(self.plan.figures(row), json.dumps(result, indent=2) + "\n")

    def _composed(self, row: Row) -> Composition:
        run = {**BOOKKEEPING, **row.options["run"], "max_minutes": self.plan.minutes}
        options = {**row.options, "run": run, "data": {"root": self.plan.data_dir}}
        return compose({**row.parts, "data": DATA}, options, recipe="none")

    def _panel(self, composition: Composition) -> tuple[Panel, dict[str, Figures]]:
        size = str(composition.dataset.image)
        if size not in self._panels:
            say(f"training the judge on {size} {DATA} images")
            panel = Panel(composition.dataset, self.plan.judge)
            accuracy = panel.judge.accuracy
            say(f"judge: {accuracy:.2%} right on held-out images, {panel.judge.seconds:.0f} s")
            if accuracy < self.plan.accuracy:
                raise ZooError(
                    f"the judge is right on {accuracy:.2%} of the held-out images only",
                    hint=f"{self.plan.accuracy:.0%} is needed; train it longer",
                )
            self._panels[size] = (panel, panel.controls(self.plan.count))
        return self._panels[size]

    def _trained(self, row: Row, composition: Composition) -> Run:
        directory = self.plan.runs / row.name
        if (directory / CONFIG).is_file():
            shutil.rmtree(directory)
        return train(composition, directory, watcher=Lines(row.name))


def _training(run: Run) -> dict[str, Any]:
    found = asdict(training_of(run.path))
    found.pop("recipe")
    return found


def _check_bytes(picture: Path) -> None:
    size = picture.stat().st_size
    if size > PICTURE_BYTES:
        raise ZooError(
            f"{str(picture)!r} has {size:,} bytes", hint=f"{PICTURE_BYTES:,} are allowed in docs/"
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_page(docs: Path) -> None:
    """Write the page from the stored figures.

    Raises:
        ZooError: there are none.
    """
    results = read_results(docs / FIGURES, [row.name for row in ROWS])
    if not results:
        raise ZooError(
            f"no figures in {str(docs / FIGURES)!r}", hint="`python benchmarks/results.py`"
        )
    _write(docs / PAGE, results_page(results))
    say(f"wrote {docs / PAGE} from {len(results)} results")


def shortened(row: Row) -> Row:
    """Return a row with three steps, for `--quick`."""
    run = {**row.options["run"], "steps": QUICK_STEPS}
    return replace(row, options={**row.options, "run": run})


@contextmanager
def planned(given: argparse.Namespace) -> Iterator[Plan]:
    """Give the plan that the command line asks for; `--quick` stays in a temporary folder."""
    common = {"data_dir": given.data_dir, "minutes": given.minutes, "again": given.again}
    if not given.quick:
        yield Plan(
            docs=given.docs or ROOT / "docs",
            runs=given.runs or ROOT / "runs" / "results",
            count=given.count or 1000,
            judge=JUDGE,
            accuracy=JUDGE_ACCURACY,
            **common,
        )
        return
    with tempfile.TemporaryDirectory(prefix="results-") as folder:
        yield Plan(
            docs=given.docs or Path(folder) / "docs",
            runs=given.runs or Path(folder) / "runs",
            count=given.count or QUICK_COUNT,
            judge=QUICK_JUDGE,
            accuracy=0.0,
            **common,
        )


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[row.name for row in ROWS], metavar="NAME")
    parser.add_argument("--again", action="store_true", help="also what has figures already")
    parser.add_argument("--report-only", action="store_true", help="train nothing, write the page")
    parser.add_argument("--quick", action="store_true", help="three steps, a temporary folder")
    parser.add_argument("--minutes", type=float, default=10.0, help="limit of one training")
    parser.add_argument("--count", type=int, help="samples of a model (default: 1000)")
    parser.add_argument("--data-dir", default="data", help="folder of the data sets")
    parser.add_argument("--docs", type=Path, help="folder of the page (default: docs)")
    parser.add_argument("--runs", type=Path, help="folder of the runs (default: runs/results)")
    return parser.parse_args(arguments)


def make_missing(plan: Plan, rows: list[Row]) -> None:
    """Make the rows that have no figures, or all of them again."""
    results = Results(plan)
    for row in rows:
        if plan.figures(row).is_file() and not plan.again:
            say(f"{row.name}: has figures already (`--again` replaces them)")
            continue
        results.make(row)


def main(arguments: list[str] | None = None) -> int:
    """Train, judge and write; return the exit status."""
    given = parse(arguments)
    rows = [row for row in ROWS if not given.only or row.name in given.only]
    try:
        with planned(given) as plan:
            if not given.report_only:
                make_missing(plan, [shortened(row) for row in rows] if given.quick else rows)
            write_page(plan.docs)
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
