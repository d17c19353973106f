"""What is said on the page of results of translations between sets of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.pages.scores import heading, protocol_text
from benchmarks.shared.program import read_json
from benchmarks.shared.tables import markdown, spread

FOLDER = "translations"
DIGITS = "digits-mnist"
MAPS = "maps"
VARIED = "jitter-maps"

Result = Mapping[str, Any]

ABOUT_DIGITS = """
## Translation between digits and MNIST

`cyclegan` at a quarter of its width between `digits` (side a) and `mnist` (side b) at 32 pixels,
without labels and without pairs. **FID** is that of translated held-out images to those of the side
they are translated to, and **as its source** the share of them that the classifier reads as the
class of their source (`label-accuracy`). Each stands beside the figure of the images **as they
are**: a translation should come much nearer to the other side and lose little of the class.
**cycle error** is the mean absolute difference of an image and its way there and back,
**changed** that of an image and its translation, both with values in [-1, 1].
"""

ABOUT_MAPS = """
## Maps

Aerial photographs and maps of 64 pixels, half the published width, trained for a fixed time on
one core each: a picture of what can be seen after ten minutes, not a measure.
"""

ABOUT_VARIED = """
## Maps, varied and as they are

`cyclegan` on the same maps without pairs, for the same steps each: with the random crops and mirror
images of its paper, and without them; both take as long. **cycle error** is that of held-out
images there and back, **changed** that of an image and its translation; the mean of three seeds
and their sample standard deviation.
"""

DIRECTIONS = {"ab": "digits to MNIST", "ba": "MNIST to digits"}


def translations_text(folder: Path) -> list[str]:
    """Return the sections of all stored translations; none where nothing is stored.

    Args:
        folder: of the figures.
    """
    results = [read_json(path) for path in sorted((folder / FOLDER).glob("*.json"))]
    digits = [result for result in results if result["name"].startswith(DIGITS)]
    maps = [result for result in results if result["name"].startswith(MAPS)]
    varied = [result for result in results if result["name"].startswith(VARIED)]
    sections = ((_digits, digits), (_maps, maps), (_varied, varied))
    return [section(found) for section, found in sections if found]


def _digits(results: Sequence[Result]) -> str:
    fid = heading("FID", results[0]["figures"]["ab"])
    head = ["", "seed", fid, "as they are", "as its source", "as they are"]
    cells = [[*head, "cycle error", "changed"]]
    cells += [_row(result, direction) for direction in DIRECTIONS for result in results]
    training = results[0]["training"]
    protocols = [protocol_text(results[0]["figures"][direction]) for direction in DIRECTIONS]
    return "\n\n".join(
        [
            ABOUT_DIGITS.strip(),
            markdown(cells),
            *protocols,
            f"Each was trained for {training['steps']:,} steps of 4 images a side "
            f"({training['seconds'] / 60:.0f} minutes for the first). Held-out images of the first "
            "seed; rows in turn: digits, their translations, MNIST, their translations.",
            f"![held-out images and translations](pictures/results/{results[0]['name']}.png)",
            "All figures are in results/translations/; again: "
            "`python benchmarks/translations.py --only digits-mnist --again`.",
        ]
    )


def _row(result: Result, direction: str) -> list[str]:
    found = result["figures"][direction]
    both = (found["scores"], found["untranslated"])
    return [
        DIRECTIONS[direction],
        str(result["seed"]),
        *(f"{scores['fid']:.1f}" for scores in both),
        *(f"{scores['label-accuracy']:.1%}" for scores in both),
        *(f"{found[key]:.3f}" for key in ("cycle_error", "changed")),
    ]


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


def _varied(results: Sequence[Result]) -> str:
    kinds = {said: [r for r in results if f"-{said}-" in r["name"]] for said in ("with", "without")}
    head = ["", "steps", *(f"{key}, {way}" for way in WAYS.values() for key in CHANGES.values())]
    rows = [
        [said, f"{mean(r['training']['steps'] for r in found):,.0f}", *_changes(found)]
        for said, found in kinds.items()
    ]
    parts = [ABOUT_VARIED.strip(), markdown([head, *rows])]
    for said, found in kinds.items():
        rows_of = ROWS[f"{MAPS}-cyclegan"]
        parts.append(f"**{said}**, the first seed. Rows in turn: {rows_of}.")
        parts.append(f"![{said} variation](pictures/results/{found[0]['name']}.png)")
    again = "python benchmarks/translations.py --only jitter-maps --maps maps/"
    return "\n\n".join([*parts, f"All figures are in results/translations/; again: `{again}`."])


def _changes(results: Sequence[Result]) -> list[str]:
    return [
        spread([result["figures"][way][key] for result in results], digits=3)
        for way in WAYS
        for key in CHANGES
    ]


WAYS = {"ab": "photographs", "ba": "maps"}
CHANGES = {"cycle_error": "cycle error", "changed": "changed"}

ROWS = {
    f"{MAPS}-cyclegan": "photographs, their translations, maps, their translations",
    f"{MAPS}-pix2pix": "photographs, their translations, the true maps",
}
"""What the rows of a run's picture are."""
