"""Show what the health monitor says of runs that go wrong, and of healthy ones, and what it costs.

    python benchmarks/health.py --data-dir data              # all, three seeds each
    python benchmarks/health.py --only won --seeds 1
    python benchmarks/health.py --cost                       # its share of the time of training

A run that should be spoken of ends when it is; one that should not runs to its end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.tables import markdown
from benchmarks.shared.timing import interleaved, ratios
from zoo_core import compose
from zoo_core.builtin.health.measurements import Gauge
from zoo_core.engine.assembling import engine_of
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import read_events
from zoo_core.training import Run, Silent, train

STEPS = 5000
TENTH = 0.1
ROUNDS = 7

Options = Mapping[str, Mapping[str, Any]]

FAST = {"lr": 1e-3, "betas": (0.9, 0.999)}
GRID = {"generator": "vanilla", "critic": "vanilla", "loss": "non-saturating", "data": "gaussians"}
GRID_OPTIONS: Options = {"generator": FAST, "critic": FAST, "run": {"latent_dim": 16}}
STACKED = {"generator": "mini-conv", "loss": "non-saturating", "data": "stacked-mnist"}
SMALL = {"generator": {"width": 16}, "critic": {"width": 16}}
SMALL_RUN = {"batch": 32, "latent_dim": 32, "size": "16x16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One kind of run.

    Args:
        name: what it is called.
        parts: role to name.
        options: section to values.
        expects: kinds of remark of which one should come; none for a run that is well.
        recipe: the recipe that is used, or none.
        until: share of the run after which it is ended, where all of it takes long.
    """

    name: str
    parts: Mapping[str, str]
    options: Options = field(default_factory=dict)
    expects: frozenset[str] = frozenset()
    recipe: str | None = "none"
    until: float = 1.0


COLLAPSE = frozenset({"collapse"})
WON = frozenset({"critic-won"})

CASES = (
    Case(name="grid", parts=GRID, options=GRID_OPTIONS, expects=COLLAPSE),
    Case(
        name="grid-r1",
        parts={**GRID, "penalty": "r1"},
        options={**GRID_OPTIONS, "penalty.r1": {"weight": 10.0}},
    ),
    Case(name="stacked", parts=STACKED, expects=COLLAPSE),
    Case(name="stacked-r1", parts={**STACKED, "penalty": "r1"}, until=0.3),
    Case(
        name="won",
        parts={"generator": "vanilla", "loss": "minimax", "data": "digits"},
        options={"generator": {"lr": 1e-5}, "run": {"critic_steps": 3}},
        expects=WON,
    ),
    Case(
        name="won-dcgan",
        parts={"generator": "dcgan", "loss": "minimax", "data": "digits"},
        options={
            "generator": {"width": 16},
            "critic": {"width": 16, "lr": 4e-3},
            "run": {**SMALL_RUN, "critic_steps": 3},
        },
        expects=WON,
    ),
    Case(name="digits", parts={"generator": "dcgan", "loss": "wgan-gp"}, recipe="dcgan-digits"),
    Case(
        name="vanilla",
        parts={"generator": "vanilla", "loss": "non-saturating", "data": "digits"},
        options={"run": {"size": "16x16"}},
    ),
    Case(
        name="dcgan",
        parts={"generator": "dcgan", "loss": "non-saturating", "data": "digits"},
        options={**SMALL, "run": SMALL_RUN},
    ),
)


class UntilSpoken(Silent):
    """End a run when one of the expected remarks is recorded, or after a share of its steps."""

    def __init__(self, expected: frozenset[str], until: float) -> None:
        self.expected, self.until = expected, until

    def stepped(self, run: Run) -> None:
        if run.step >= self.until * run.options.steps:
            run.stop("the benchmark looks no further")
        if self.expected & {event.kind for event in read_events(run.directory.events)}:
            run.stop("the monitor has spoken")


def row_of(case: Case, seed: int, data_dir: str, place: Path) -> tuple[bool, list[str]]:
    """Train one case; return whether the monitor is right, and the row of the table."""
    run = {"device": "cpu", "seed": seed, "checkpoint_every": 0, "sample_every": 0}
    options = {name: dict(values) for name, values in case.options.items()}
    if case.recipe == "none":
        run["steps"] = STEPS
    options["run"] = {**options.get("run", {}), **run}
    if case.parts.get("data") == "stacked-mnist":
        options["data"] = {"root": data_dir}
    composition = compose(case.parts, options, recipe=case.recipe)
    done = train(composition, place, watcher=UntilSpoken(case.expects, case.until))
    found, steps = read_events(done.directory.events), composition.run.steps
    said = ", ".join(f"{event.kind} at {event.step}" for event in found) or "nothing"
    first = next((event.step for event in found if event.kind in case.expects), None)
    right = not found if not case.expects else first is not None and first <= TENTH * steps
    share = "" if first is None else f"{first / steps:.1%}"
    verdict = "right" if right else "WRONG"
    return right, [case.name, str(seed), str(steps), str(done.step), said, share, verdict]


HEAD = ["run", "seed", "of steps", "trained", "the monitor said", "after", ""]


def shown(cases: tuple[Case, ...], seeds: int, data_dir: str) -> bool:
    """Train all cases and print the table; return whether the monitor is always right."""
    rows, all_right = [HEAD], True
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            for seed in range(seeds):
                right, row = row_of(case, seed, data_dir, Path(folder) / f"{case.name}-{seed}")
                program.say("  ".join(row))
                rows.append(row)
                all_right = all_right and right
    print(markdown(rows))
    return all_right


def cost_of(case: Case) -> tuple[float, float, float]:
    """Return the share of a run's time that measuring takes: median, least and most of rounds."""
    composition = compose(case.parts, case.options, recipe=case.recipe)
    engine, options = engine_of(composition), composition.run
    run = Run(composition, RunDirectory(Path("none")), engine, engine.hardware, Silent())
    gauge = Gauge(run)

    def trained() -> Iterator[int]:
        while True:
            for number in range(options.log_every):
                engine.step(watch=number == options.log_every - 1)
            engine.sums.take()
            yield run.step

    points = trained()
    plain = interleaved(
        {
            "without": lambda: _ignore(next(points)),
            "with": lambda: _ignore(gauge.measure(next(points))),
        },
        rounds=ROUNDS,
        seconds=3.0,
    )
    middle, least, most = ratios(plain["without"], plain["with"])
    return middle - 1, least - 1, most - 1


def _ignore(_: object) -> None:
    """Make a call whose result nobody needs."""


def costs(cases: tuple[Case, ...]) -> None:
    """Print what watching costs."""
    print("| run | share of the time | least | most |\n|---|---|---|---|")
    for case in cases:
        shares = " | ".join(f"{share:.1%}" for share in cost_of(case))
        print(f"| {case.name} | {shares} |", flush=True)


def work(given: argparse.Namespace) -> bool:
    """Run what was asked for; return whether the monitor is right."""
    only = ["won-dcgan"] if given.quick else given.only
    cases = tuple(case for case in CASES if not only or case.name in only)
    if given.cost:
        costs(tuple(case for case in cases if "stacked-mnist" not in case.parts.values()))
        return True
    return shown(cases, 1 if given.quick else given.seeds, given.data_dir)


def main() -> int:
    """Run the program; return 1 where the monitor is not right."""
    parser = program.parser(__doc__, quick="one run, whose critic wins")
    parser.add_argument("--only", nargs="*", choices=[case.name for case in CASES])
    parser.add_argument("--seeds", type=int, default=3)
    program.add_data(parser)
    parser.add_argument("--cost", action="store_true", help="time it instead")
    given = parser.parse_args()
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
