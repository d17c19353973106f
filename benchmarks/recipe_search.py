"""What the first recipe owes to each of its values: change one, train as long, and judge.

Every row changes the recipe `dcgan-digits` in one thing and trains for about the same time: the
steps of a row are scaled by what its step costs. Rewrites docs/first-recipe.md.

    python benchmarks/recipe_search.py
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import JudgeOptions, Lines, Panel
from benchmarks.judging.tables import markdown
from zoo_core import compose, load
from zoo_core.training import train

STEPS = 1000
COUNT = 4000
PARTS = {"generator": "dcgan", "loss": "wgan-gp"}
BOTH = ("generator", "critic")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "first-recipe.md"
FIGURES = PAGE.with_name("results") / "recipe-search.json"
FIRST_RUN = PAGE.with_name("results") / "first-run.json"


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


def main() -> None:
    """Train and judge every row, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="20 steps, and no page")
    parser.add_argument("--report-only", action="store_true", help="the page from the figures")
    options = parser.parse_args()
    if not options.report_only:
        rows = measured(20 if options.quick else STEPS, 200 if options.quick else COUNT)
        print(json.dumps(rows, indent=2))
        if options.quick:
            return
        FIGURES.parent.mkdir(parents=True, exist_ok=True)
        FIGURES.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")


def measured(steps: int, count: int) -> list[dict[str, Any]]:
    """Return a row of figures for each variant."""
    panel = Panel(compose(PARTS).dataset, JudgeOptions())
    rows = []
    with tempfile.TemporaryDirectory(prefix="zoo-recipe-") as folder:
        for number, variant in enumerate(VARIANTS):
            directory = Path(folder) / str(number)
            length = max(1, round(steps / variant.cost))
            options = _options(variant, length)
            composition = compose(PARTS, options, recipe="dcgan-digits")
            train(composition, directory, watcher=Lines(variant.change))
            found = panel.figures(load(directory, device="cpu").sample(count, seed=1))
            row = {
                "change": variant.change,
                "steps": length,
                "fid": round(found.fid, 2),
                "rarest": round(found.least_share, 4),
                "top": round(found.top_probability, 4),
                "images": count,
            }
            print(row, file=sys.stderr, flush=True)
            rows.append(row)
    return rows


def _options(variant: Variant, steps: int) -> dict[str, dict[str, Any]]:
    found = {name: dict(values) for name, values in variant.options.items()}
    for player in BOTH:
        found[player] = {**variant.players, **found.get(player, {})}
    quiet = {"checkpoint_every": 0, "sample_every": 0}
    found["run"] = {"steps": steps, **quiet, **found.get("run", {})}
    return found


def page(rows: list[dict[str, Any]]) -> str:
    """Return the text of docs/first-recipe.md."""
    cells = [["change", "steps", "FID", "rarest class", "top p"]]
    cells += [
        [
            row["change"],
            f"{row['steps']:,}",
            f"{row['fid']:.2f}",
            f"{row['rarest']:.1%}",
            f"{row['top']:.3f}",
        ]
        for row in rows
    ]
    text = PAGE_TEXT.replace("TABLE", markdown(cells)).replace("IMAGES", f"{rows[0]['images']:,}")
    return text.replace("STEPS", f"{rows[0]['steps']:,}").replace("JUDGED", judged())


def judged() -> str:
    """Return the table of what benchmarks/first_run.py found, controls last."""
    runs = json.loads(FIRST_RUN.read_text(encoding="utf-8"))["runs"]
    rows = {f"{run['name']}, {run['training']['seconds']:.0f} s": run["figures"] for run in runs}
    rows |= {f"*{name}*": figures for name, figures in runs[0]["controls"].items()}
    cells = [["", "rarest class", "top p", "nearest", "FID"]]
    cells += [
        [
            name,
            f"{figures['least_share']:.1%}",
            f"{figures['top_probability']:.3f}",
            f"{figures['nearest']:.3f}",
            f"{figures['fid']:.2f}",
        ]
        for name, figures in rows.items()
    ]
    return markdown(cells)


PAGE_TEXT = """# The first recipe, and what was tried

`zoo train --gen dcgan --loss wgan-gp` alone uses the recipe `dcgan-digits`: parts and values that
were tried together, so that readable digits come out of minutes on two cores. `zoo info
dcgan-digits` shows them all, with what departs from the paper of WGAN-GP (arXiv:1704.00028).
`--no-recipe` trains with the paper's own values instead.

## What it reaches

Three seeds, 1,000 samples each, beside controls, judged by a small classifier that was trained on
the real training digits: the share of the class it sees least, its mean highest probability
(ambiguous shapes have a low one), the median distance to the nearest training image (far below that
of held-out images would mean remembered ones), and FID in its features.

JUDGED

`python benchmarks/first_run.py --time --json docs/results/first-run.json` measures it and says
which requirements are met.

## What was tried

What each value is worth is measured by changing one and training about as long: the steps are
scaled by what a step of the row costs. A row is one short training of STEPS steps at the recipe's
cost, a third of the real one, with one seed, so small differences between rows mean nothing. FID is
between IMAGES samples and the training split, in the features of a small classifier of these digits
that every row shares; it compares rows of this table and nothing else.

TABLE

`python benchmarks/recipe_search.py` makes the table (`docs/results/recipe-search.json`).

What it comes to: many cheap steps of the generator at a high learning rate, against the paper's few
and careful ones. What loses clearly is momentum (a first beta of 0.5), a critic without layer
normalisation, more critic steps in the same time, and the first try, which has most of these at
once; schedule, upsampling and the length of the latent vectors hardly matter at this length. That
is a choice for a small budget on small images; for long trainings the paper's five critic steps and
low learning rate are the safer start.
"""


if __name__ == "__main__":
    main()
