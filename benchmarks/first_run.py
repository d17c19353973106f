"""Judge the first run: what `zoo train --gen dcgan --loss wgan-gp` makes of the embedded digits.

    python benchmarks/first_run.py                  # trains three seeds, about 3 minutes each
    python benchmarks/first_run.py --runs runs/a    # judges what is there

Prints a table and exits 1 where a run misses a requirement.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import (
    Figures,
    JudgeOptions,
    Lines,
    Panel,
    Training,
    figures_table,
    training_of,
)
from benchmarks.judging.controls import GAUSSIAN, HELD_OUT
from benchmarks.judging.trainings import say
from zoo_core import ZooError, compose, load
from zoo_core.pictures.sheets import save_grid
from zoo_core.training import train

PARTS = {"generator": "dcgan", "loss": "wgan-gp"}
SEEDS = (0, 1, 2)
SAMPLE_SEED = 1

JUDGE_ACCURACY = 0.98
LEAST_SHARE = 0.05
TOP_RATIO = 0.70
TOP_ABOVE_GAUSSIAN = 0.08
SECONDS = 180.0

QUICK_OPTIONS = {"run": {"steps": 4, "batch": 16, "critic_steps": 1, "log_every": 1}}
QUICK_COUNT = 100


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
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Return whether the value keeps the bound."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        verdict = "ok  " if self.met else "MISS"
        return f"{verdict} {self.name}: {self.value:.3f} {sign} {self.bound:.3f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A judged run."""

    name: str
    figures: Figures
    controls: Mapping[str, Figures]
    training: Training
    requirements: tuple[Requirement, ...]
    panel: Panel

    @property
    def met(self) -> bool:
        """Return whether every requirement is met."""
        return all(requirement.met for requirement in self.requirements)


def requirements(found: Figures, controls: Mapping[str, Figures]) -> tuple[Requirement, ...]:
    """Return what a run has to reach beside the controls."""
    held_out, gaussian = controls[HELD_OUT], controls[GAUSSIAN]
    return (
        Requirement(
            name="share of the rarest class",
            value=found.least_share,
            bound=LEAST_SHARE,
        ),
        Requirement(
            name=f"top probability, {TOP_RATIO:.0%} of held-out's",
            value=found.top_probability,
            bound=TOP_RATIO * held_out.top_probability,
        ),
        Requirement(
            name=f"top probability, {TOP_ABOVE_GAUSSIAN} above the Gaussian's",
            value=found.top_probability,
            bound=gaussian.top_probability + TOP_ABOVE_GAUSSIAN,
        ),
        Requirement(
            name="distance to the nearest training image, held-out's",
            value=found.nearest,
            bound=held_out.nearest,
        ),
    )


class Bench:
    """Judge runs; those of one data set and size share a panel.

    Args:
        count: samples of a run.
        judge: how the judge is trained.
        timed: the training time is a requirement too.
    """

    def __init__(self, *, count: int, judge: JudgeOptions, timed: bool) -> None:
        self.count, self.judge, self.timed = count, judge, timed
        self._panels: dict[tuple[str, str], tuple[Panel, dict[str, Figures]]] = {}

    def verdict(self, directory: Path, picture: Path | None = None) -> Verdict:
        """Sample a run and judge it."""
        made = load(directory, device="cpu")
        images = made.sample(self.count, seed=SAMPLE_SEED)
        if picture is not None:
            save_grid(images[:64], picture / f"{directory.name}.png", columns=8)
        name = made.composition.plan.name("data")
        key = (name, str(made.composition.dataset.image))
        if key not in self._panels:
            say(f"training the judge on {name}")
            panel = Panel(made.composition.dataset, self.judge)
            self._panels[key] = (panel, panel.controls(self.count))
        panel, controls = self._panels[key]
        figures, training = panel.figures(images), training_of(directory)
        needed = [
            Requirement(name="judge's accuracy", value=panel.judge.accuracy, bound=JUDGE_ACCURACY),
            *requirements(figures, controls),
        ]
        if self.timed:
            needed.append(
                Requirement(
                    name="training seconds", value=training.seconds, bound=SECONDS, at_most=True
                )
            )
        return Verdict(
            name=directory.name,
            figures=figures,
            controls=controls,
            training=training,
            requirements=tuple(needed),
            panel=panel,
        )


def train_seeds(seeds: list[int], into: Path, *, quick: bool) -> list[Path]:
    """Train the first run with each seed; return the run directories."""
    found = []
    for seed in seeds:
        options = {"run": {**(QUICK_OPTIONS["run"] if quick else {}), "seed": seed}}
        directory = into / f"seed-{seed}"
        train(compose(PARTS, options), directory, watcher=Lines(directory.name, every=100))
        found.append(directory)
    return found


def report(verdicts: list[Verdict]) -> str:
    """Return a table for each panel, then what each training took and what it has to reach."""
    lines: list[str] = []
    for panel in dict.fromkeys(verdict.panel for verdict in verdicts):
        judged = [verdict for verdict in verdicts if verdict.panel is panel]
        judge = panel.judge
        lines += [
            f"judge: {judge.accuracy:.1%} right on {len(panel.held_out)} held-out images, "
            f"trained on {judge.trained_on} in {judge.seconds:.0f} s",
            figures_table({v.name: v.figures for v in judged}, judged[0].controls),
            f"nearest: RMS over pixels in [-1, 1], median; twins: nearer to another one than "
            f"{panel.twin_distance:.3f}",
            "",
        ]
    for verdict in verdicts:
        lines += [_training_line(verdict), *(f"  {each}" for each in verdict.requirements)]
    return "\n".join(lines)


def _training_line(verdict: Verdict) -> str:
    took = verdict.training
    how = f"recipe {took.recipe}" if took.recipe else "no recipe"
    return (
        f"{verdict.name}: {took.steps} steps in {took.seconds:.1f} s, "
        f"{took.images_per_second:.0f} images/s, {how}"
    )


def as_json(verdicts: list[Verdict]) -> dict[str, Any]:
    """Return every figure as JSON data."""
    return {
        "runs": [
            {
                "name": verdict.name,
                "figures": verdict.figures.rounded(),
                "controls": {name: c.rounded() for name, c in verdict.controls.items()},
                "training": asdict(verdict.training),
                "requirements": [
                    {**asdict(each), "met": each.met} for each in verdict.requirements
                ],
                "judge": verdict.panel.protocol(),
                "sample_seed": SAMPLE_SEED,
            }
            for verdict in verdicts
        ],
        "met": all(verdict.met for verdict in verdicts),
    }


@contextmanager
def run_directories(given: argparse.Namespace) -> Iterator[list[Path]]:
    """Give the run directories to judge: those that were named, or new ones."""
    if given.runs:
        yield given.runs
    elif given.into:
        yield train_seeds(given.seeds, given.into, quick=given.quick)
    else:
        with tempfile.TemporaryDirectory(prefix="first-run-") as folder:
            yield train_seeds(given.seeds, Path(folder), quick=given.quick)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", nargs="+", type=Path, help="judge these runs, train none")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--into", type=Path, help="keep the runs here (default: nowhere)")
    parser.add_argument("--count", type=int, help="samples of a run (default: 1000)")
    parser.add_argument("--time", action="store_true", help=f"require <= {SECONDS:.0f} s too")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--pictures", type=Path, help="write a grid of each run to this folder")
    parser.add_argument(
        "--quick", action="store_true", help="four steps: only shows that everything works"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Judge; return the exit status."""
    given = parse(arguments)
    judge = JudgeOptions(epochs=2 if given.quick else JudgeOptions().epochs)
    count = given.count or (QUICK_COUNT if given.quick else 1000)
    bench = Bench(count=count, judge=judge, timed=given.time)
    try:
        with run_directories(given) as directories:
            verdicts = [bench.verdict(path, given.pictures) for path in directories]
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    print(report(verdicts))
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(as_json(verdicts), indent=2) + "\n", encoding="utf-8")
    if given.quick:
        print("quick: the requirements are shown, not asserted")
        return 0
    return 0 if all(verdict.met for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
