"""What is said on the page of results of translations between sets of images."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging.tables import markdown

FOLDER = "translations"
DIGITS = "digits-mnist"
MAPS = "maps"

Result = Mapping[str, Any]

ABOUT_DIGITS = """
## Translation between digits and MNIST

`cyclegan` at a quarter of its width between `digits` (side a) and `mnist` (side b) at 32 pixels,
without labels and without pairs. A judge of the target side, which has seen real images of that
side only, reads the translations of held-out images: **read right** is the share that it reads as
the class of the source. **untranslated** is the share of the source images that it reads right as
they are: where that is higher, translating has cost more than it gave. **cycle error** is the mean
absolute difference of an image and its way there and back, **changed** that of an image and its
translation, both with values in [-1, 1].
"""

ABOUT_MAPS = """
## Maps

Aerial photographs and maps of 64 pixels, half the published width, trained for a fixed time on
one core each: a picture of what can be seen after ten minutes, not a measure.
"""


def translations_text(docs_figures: Path) -> list[str]:
    """Return the sections of all stored translations; none where nothing is stored."""
    paths = sorted((docs_figures / FOLDER).glob("*.json"))
    results = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    digits = [result for result in results if result["name"].startswith(DIGITS)]
    maps = [result for result in results if result["name"].startswith(MAPS)]
    return [*([_digits(digits)] if digits else []), *([_maps(maps)] if maps else [])]


def _digits(results: Sequence[Result]) -> str:
    cells = [["", "seed", "read right", "untranslated", "cycle error", "changed"]]
    for direction, name in (("ab", "digits to MNIST"), ("ba", "MNIST to digits")):
        for result in results:
            found = result["figures"][direction]
            shares = [f"{found[key]:.1%}" for key in ("read_right", "untranslated")]
            lengths = [f"{found[key]:.3f}" for key in ("cycle_error", "changed")]
            cells.append([name, str(result["seed"]), *shares, *lengths])
    judges = results[0]["judges"]
    training = results[0]["training"]
    pictures = [
        f"![held-out images and translations, seed {r['seed']}](pictures/results/{r['name']}.png)"
        for r in results[:1]
    ]
    return "\n\n".join(
        [
            ABOUT_DIGITS.strip(),
            markdown(cells),
            f"Each was trained for {training['steps']:,} steps of 4 images a side "
            f"({training['seconds'] / 60:.0f} minutes for the first). The judge of digits is right "
            f"on {judges['a']['accuracy']:.1%} of their held-out images, that of MNIST on "
            f"{judges['b']['accuracy']:.1%}. Held-out images of the first seed; rows in turn: "
            "digits, their translations, MNIST, their translations.",
            *pictures,
            "All figures are in results/translations/; again: "
            "`python benchmarks/translations.py --only digits-mnist --again`.",
        ]
    )


def _maps(results: Sequence[Result]) -> str:
    parts = [ABOUT_MAPS.strip()]
    for result in results:
        training = result["training"]
        rows = ROWS[result["name"]]
        parts.append(
            f"**{result['name']}**: {training['steps']:,} steps in "
            f"{training['seconds'] / 60:.0f} minutes. Rows in turn: {rows}."
        )
        parts.append(f"![{result['name']}](pictures/results/{result['name']}.png)")
    return "\n\n".join(parts)


ROWS = {
    f"{MAPS}-cyclegan": "photographs, their translations, maps, their translations",
    f"{MAPS}-pix2pix": "photographs, their translations, the true maps",
}
"""What the rows of a run's picture are."""
