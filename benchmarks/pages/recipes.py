"""What a recipe reaches, and the page of the first recipe, from the stored figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages.scores import heading, protocol_text
from benchmarks.shared.program import RESULTS, read_json, write_text
from benchmarks.shared.tables import markdown

FOLDER = "recipes"
SEARCH = "recipe-search"
PAGE = "first-recipe.md"
FIRST = "dcgan-digits"

COLUMNS = {
    "fid": ("FID", "{:.1f}"),
    "kid": ("KID", "{:.1f}"),
    "modes.kl": ("uneven", "{:.3f}"),
    "precision": ("precision", "{:.3f}"),
    "recall": ("recall", "{:.3f}"),
    "memorisation": ("memorisation", "{:.1%}"),
}
"""Score to its column and form."""

TRIED = ("fid", "kid", "modes.kl", "precision", "recall")
"""Scores of what was tried."""


def cells(result: Mapping[str, Any]) -> list[list[str]]:
    """Return the table of what a recipe reaches: a seed a row, controls last."""
    run = next(iter(result["runs"].values()))
    rows = [["", *(heading(title, run) for title, _ in COLUMNS.values())]]
    for seed, run in result["runs"].items():
        took, threads = run["training"]["seconds"], run["training"]["environment"]["threads"]
        name = f"seed {seed}, {took:.0f} s on {threads} thread{'s' * (threads > 1)}"
        rows.append([name, *_texts(run["scores"], COLUMNS)])
    rows += [[f"*{name}*", *_texts(found, COLUMNS)] for name, found in result["controls"].items()]
    return rows


def write_page(docs: Path) -> None:
    """Write the page of the first recipe."""
    folder = docs / RESULTS
    first = read_json(folder / FOLDER / f"{FIRST}.json")
    search = read_json(folder / f"{SEARCH}.json")
    write_text(docs / PAGE, page(first, search))


def page(first: Mapping[str, Any], search: Mapping[str, Any]) -> str:
    """Return the page, of what the recipe reaches and of what was tried."""
    run = next(iter(first["runs"].values()))
    text = TEXT.replace("REACHED", markdown(cells(first))).replace("FIRST", protocol_text(run))
    rows = [["change", "steps", *(heading(COLUMNS[score][0], search) for score in TRIED)]]
    rows += [
        [row["change"], f"{row['steps']:,}", *_texts(row["scores"], TRIED)]
        for row in search["rows"]
    ]
    return (
        text.replace("TRIED", markdown(rows))
        .replace("SEARCH", protocol_text(search))
        .replace("STEPS", f"{search['rows'][0]['steps']:,}")
    )


def _texts(scores: Mapping[str, float], wanted: Sequence[str] | Mapping[str, Any]) -> list[str]:
    return [COLUMNS[score][1].format(scores[score]) for score in wanted]


TEXT = """# The first recipe, and what was tried

<!-- made by `python benchmarks/recipe_search.py --report-only`; do not edit -->

`zoo train --gen dcgan --loss wgan-gp` alone uses the recipe `dcgan-digits`: parts and values that
were tried together, so that readable digits come out of minutes on two cores. `zoo info
dcgan-digits` shows them all, with what departs from the paper of WGAN-GP (arXiv:1704.00028).
`--no-recipe` trains with the paper's own values instead.

## What it reaches

Three seeds, beside two controls: copies of training images, which show what the best FID is worth
without `memorisation`, and a Gaussian that has the means and covariances of the training images'
pixels. **uneven** is `modes.kl`, how far the classes are from their shares in the data.
[What each metric sees, and what it is blind to](metrics.md).

REACHED

FIRST

`python benchmarks/recipes.py --time` measures it and says which requirements are met.

## What was tried

What each value is worth is measured by changing one and training about as long: the steps are
scaled by what a step of the row costs. A row is one short training of STEPS steps at the recipe's
cost, a third of the real one, with one seed, so small differences between rows mean nothing.

TRIED

SEARCH

`python benchmarks/recipe_search.py` makes the table (`docs/results/recipe-search.json`).

What it comes to: many cheap steps of the generator at a high learning rate, against the paper's few
and careful ones. What loses clearly is momentum (a first beta of 0.5), a critic without layer
normalisation, more critic steps in the same time, and the first try, which has most of these at
once; upsampling, the moving average and the length of the latent vectors hardly matter at this
length, at which a learning rate that does not fall is ahead. That is a choice for a small budget on
small images; for long trainings the paper's five critic steps and low learning rate are the safer
start.
"""
