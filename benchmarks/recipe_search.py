"""What the first recipe owes to each of its values: change one, train as long, and measure.

Every row changes the recipe `dcgan-digits` in one thing and trains for about the same time: the
steps of a row are scaled by what its step costs. Rewrites docs/first-recipe.md.

    python benchmarks/recipe_search.py
    python benchmarks/recipe_search.py --report-only        # the page, from the figures
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.recipes import FIRST, SEARCH, write_page
from benchmarks.shared import program
from benchmarks.shared.program import Places
from benchmarks.shared.trainings import trained
from zoo_core import Evaluation, Measures, compose, evaluate

STEPS, QUICK_STEPS = 1000, 20
COUNT, QUICK_COUNT = 4000, 200
PARTS = {"generator": "dcgan", "loss": "wgan-gp"}
BOTH = ("generator", "critic")
METRICS = ("fid", "kid", "modes", "precision-recall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One change to the recipe.

    Args:
        change: what, in words.
        cost: of a step, beside one of the recipe.
        players: values for both players.
        options: section to values.
    """

    change: str
    cost: float = 1.0
    players: dict[str, Any] = field(default_factory=dict)
    options: dict[str, dict[str, Any]] = field(default_factory=dict)


VARIANTS = (
    Variant(change="the recipe"),
    Variant(change="learning rate 1e-3", players={"lr": 1e-3}),
    Variant(change="learning rate 4e-3", players={"lr": 4e-3}),
    Variant(change="constant learning rate", players={"schedule": "constant"}),
    Variant(change="cosine schedule", players={"schedule": "cosine"}),
    Variant(change="betas (0.5, 0.9)", players={"betas": (0.5, 0.9)}),
    Variant(change="no norm in the critic", options={"critic": {"norm": "none"}}),
    Variant(change="batch 64", cost=1.7, options={"run": {"batch": 64}}),
    Variant(change="2 critic steps", cost=1.8, options={"run": {"critic_steps": 2}}),
    Variant(change="latent vectors of length 100", options={"run": {"latent_dim": 100}}),
    Variant(change="penalty weight 1", options={"penalty": {"weight": 1}}),
    Variant(
        change="nearest-neighbour upsampling",
        cost=1.1,
        options={"generator": {"upsample": "nearest"}},
    ),
    Variant(change="no moving average", options={"run": {"ema_images": 0}}),
    Variant(
        change="first try: batch 64, 5e-4 constant, 5 critic steps, no norm",
        cost=6.0,
        players={"lr": 5e-4, "schedule": "constant"},
        options={"run": {"batch": 64, "critic_steps": 5}, "critic": {"norm": "none"}},
    ),
)


def searched(places: Places, steps: int, count: int, *, again: bool) -> dict[str, Any]:
    """Return a row of figures for each variant, as JSON data."""
    rows = []
    for variant in VARIANTS:
        length = max(1, round(steps / variant.cost))
        found = evaluated(variant, places.runs, length, count, again=again)
        rows.append({"change": variant.change, "steps": length, "scores": dict(found.scores)})
        program.say(f"{variant.change}: {rows[-1]['scores']}")
    how = {"digests": found.digests, "metrics": found.metrics, "protocol": found.protocol}
    return {**{name: dict(value) for name, value in how.items()}, "rows": rows}


def evaluated(variant: Variant, runs: Path, steps: int, count: int, *, again: bool) -> Evaluation:
    """Train a variant, unless that is done, and measure it."""
    composition = compose(PARTS, _options(variant, steps), recipe=FIRST)
    name = "".join(letter if letter.isalnum() else "-" for letter in variant.change)
    run = trained(composition, runs / name, variant.change, again=again)
    measures = Measures(metrics=METRICS, count=count, splits=("test",))
    (found,) = evaluate(run, measures, device="cpu")
    return found


def _options(variant: Variant, steps: int) -> dict[str, dict[str, Any]]:
    found = {name: dict(values) for name, values in variant.options.items()}
    for player in BOTH:
        found[player] = {**variant.players, **found.get(player, {})}
    quiet = {"checkpoint_every": 0, "sample_every": 0}
    found["run"] = {"steps": steps, **quiet, **found.get("run", {})}
    return found


def work(given: argparse.Namespace) -> None:
    """Train and measure every row, then write the page."""
    with program.places(given) as places:
        if given.quick:
            searched(places, QUICK_STEPS, QUICK_COUNT, again=True)
            return
        if not given.report_only:
            found = searched(places, STEPS, COUNT, again=given.again)
            program.write_json(places.figures(SEARCH), found)
        write_page(places.docs)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="20 steps, and no page")
    program.add_places(parser, runs=SEARCH)
    parser.add_argument("--again", action="store_true", help="train anew what is there")
    parser.add_argument("--report-only", action="store_true", help="the page from the figures")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
