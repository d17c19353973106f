"""Train the zoo's models on MNIST, judge them, and write docs/results.md.

python benchmarks/results.py                    # what has no figures yet, up to 10 minutes each
python benchmarks/results.py --only dcgan-wgan-gp --again
python benchmarks/results.py --score-only       # the metrics again, of the runs that are there
python benchmarks/results.py --report-only      # the page again, from the stored figures
python benchmarks/results.py --quick            # three steps each, into a temporary folder
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import Figures, JudgeOptions, Lines, Panel, figures_table, training_of
from benchmarks.judging.measures import measured
from benchmarks.judging.overtraining_page import overtraining_text
from benchmarks.judging.results_page import (
    FIGURES,
    FORMAT,
    PAGE,
    PICTURES,
    read_results,
    results_page,
)
from benchmarks.judging.rows import DATA, ROWS, Row
from benchmarks.judging.scores_page import COLUMNS as METRICS
from benchmarks.judging.scores_page import scores_text
from benchmarks.judging.seeds_page import seeds_text
from benchmarks.judging.trainings import say
from benchmarks.judging.translations_page import translations_text
from zoo_core import Composition, Measures, Pretrained, ZooError, compose, evaluate, load
from zoo_core.pictures.sheets import save_grid
from zoo_core.runs.layout import CONFIG
from zoo_core.training import Run, train

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SEED = 1
GRID = 64
JUDGE = JudgeOptions(epochs=6)
JUDGE_ACCURACY = 0.97
PICTURE_BYTES = 200_000
BOOKKEEPING = {"log_every": 50, "sample_every": 1000, "checkpoint_every": 1000, "keep": 1}

QUICK_STEPS = 3
QUICK_COUNT = 100
QUICK_JUDGE = JudgeOptions(images=640, epochs=1)


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
        scored: samples that metrics are measured on.
    """

    docs: Path
    runs: Path
    data_dir: str
    minutes: float
    count: int
    judge: JudgeOptions
    accuracy: float
    again: bool
    scored: int

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
        loaded = load(run.path, device="cpu")
        model = Pretrained(composition, loaded.game, loaded.device)
        images = model.sample(self.plan.count, seed=SAMPLE_SEED)
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
            "measures": measured(row.measure, model, panel, self.plan.count, picture),
            "scores": scores_of(run.path, self.plan),
        }
        _write(self.plan.figures(row), json.dumps(result, indent=2) + "\n")

    def _composed(self, row: Row) -> Composition:
        run = {**BOOKKEEPING, **row.options["run"], "max_minutes": self.plan.minutes}
        data = {**row.options.get("data", {}), "root": self.plan.data_dir}
        options = {**row.options, "run": run, "data": data}
        return compose({"data": DATA, **row.parts}, options, recipe="none")

    def _panel(self, composition: Composition) -> tuple[Panel, dict[str, Figures]]:
        size = str(composition.dataset.image)
        if size not in self._panels:
            say(f"training the judge on {size} {DATA} images")
            panel = Panel(composition.dataset.whole, self.plan.judge)
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


def scores_of(run: Path, plan: Plan) -> dict[str, Any]:
    """Measure a run as `zoo eval` does; return the evaluation as JSON data."""
    measures = Measures(
        metrics=tuple(METRICS),
        count=plan.scored,
        splits=("test",),
        options={"data": {"root": plan.data_dir}},
    )
    (found,) = evaluate(run, measures, device="cpu")
    return found.to_json()


def score_again(plan: Plan, rows: list[Row]) -> None:
    """Measure the runs that are there, and put their scores beside the stored figures."""
    for row in rows:
        path, run = plan.figures(row), plan.runs / row.name
        if path.is_file() and (run / CONFIG).is_file():
            result = {
                **json.loads(path.read_text(encoding="utf-8")),
                "scores": scores_of(run, plan),
            }
            _write(path, json.dumps(result, indent=2) + "\n")
            say(f"{row.name}: {result['scores']['scores']}")


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
    names = [row.name for row in ROWS]
    texts = (scores_text(results), seeds_text(docs, names), overtraining_text(docs))
    scores = [text for text in texts if text]
    _write(docs / PAGE, results_page(results, translations_text(docs / FIGURES), scores))
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
            scored=10_000,
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
            scored=QUICK_COUNT,
            **common,
        )


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[row.name for row in ROWS], metavar="NAME")
    parser.add_argument("--again", action="store_true", help="also what has figures already")
    parser.add_argument(
        "--score-only", action="store_true", help="train nothing, measure the runs that are there"
    )
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
            if given.score_only:
                score_again(plan, rows)
            elif not given.report_only:
                make_missing(plan, [shortened(row) for row in rows] if given.quick else rows)
            write_page(plan.docs)
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
