"""Write the page of the documentation that says what composes with what.

`python tools/make_matrix.py` composes every generator, critic, loss and condition of the
first-party distributions and writes `docs/matrix.md`, with the figures of those that
`make results` has trained; with `--check` it writes nothing and fails where the page is not
current.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo_cli.matrix.cells import AXES, Cell, Matrix, matrix_of
from zoo_cli.matrix.reasons import Reasons, reasons_of
from zoo_core import Registry
from zoo_core.composition.selection import Choice, select
from zoo_core.config.request import NOTHING, Layer
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.lookup import CORE
from zoo_core.runs.lines import features_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "matrix.md"
RESULTS = ROOT / "docs" / "results"
DATA, SIZE = "digits", "32"
FEW = 2
"""Losses that are named where no others fit, or where all others do."""

ABROAD = "\\*"
"""The mark of what fits only with another data set."""

NOTE = "<!-- written by tools/make_matrix.py; `make docs` writes it again -->\n\n"

Place = tuple[str, str, str]
"""A generator, a critic and a condition."""

Result = Mapping[str, Any]


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; return the exit status."""
    text = page(Registry.from_installed())
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print("docs/matrix.md is not current: `make docs` writes it", file=sys.stderr)
    return 1


def page(registry: Registry, asked: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the page as Markdown.

    Args:
        registry: where names are looked up.
        asked: role to names, for axes that are not to have all parts.
    """
    run = {"run": {"size": SIZE}}
    matrix = matrix_of(registry, asked=asked, data=DATA, options=run, sources=first_party())
    cells = [matrix.cell(parts) for parts in matrix.wanted()]
    reasons = reasons_of(cells)
    results = trained(registry)
    measured = frozenset((n["generator"], n["critic"], n["condition"]) for n, _ in results)
    tables = conditions(matrix, cells, reasons, measured)
    parts = [introduction(matrix, cells), *tables, figures(results), why_not(reasons)]
    return NOTE + "\n\n".join(parts) + "\n"


def first_party() -> frozenset[str]:
    """Return the distributions of this repository."""
    return frozenset({CORE, *FIRST_PARTY})


def introduction(matrix: Matrix, cells: Sequence[Cell]) -> str:
    """Return what was tried, and how the tables are read."""
    generators, critics, losses, conditions = (len(names) for names in matrix.axes.values())
    good = sum(cell.fits for cell in cells)
    text = f"""# What fits together

Every generator with every critic, loss and condition of the first-party distributions, on the
embedded digits at {SIZE}x{SIZE}: {generators} generators x {critics} critics x {losses} losses,
without a condition and with each of {conditions - 1}. Of these {len(cells):,} compositions
**{good:,} fit**. Each was composed as `zoo train` does before it trains, with all defaults; the
tests of the repository also train every one that fits, at a small size. `zoo matrix` prints this
for what is installed, with any data, size and options.

The tables say with how many losses a generator and a critic fit. A number in brackets is the reason
[below](#why-not). In bold: a composition of the two [was trained and measured](#trained)."""
    reading = [f"`{name}`" for name in sorted(matrix.translators)]
    around = " ".join(f"--{role} {name}" for role, name in matrix.translating.items())
    if reading:
        text += f"""

{ABROAD} These generators read images instead of drawing from latents, so they fit only with data
that has two sides: {" and ".join(reading)} are tried with `{around}`."""
    return text


def conditions(
    matrix: Matrix, cells: Sequence[Cell], reasons: Reasons, measured: frozenset[Place]
) -> Iterator[str]:
    """Give a table for each condition; conditions with equal tables share one."""
    places: dict[Place, list[Cell]] = {}
    for cell in cells:
        generator, critic, _, condition = cell.place
        places.setdefault((generator, critic, condition), []).append(cell)
    texts = {place: fitting(found, reasons) for place, found in places.items()}
    texts |= {place: f"**{texts[place]}**" for place in measured if place in texts}
    tables: dict[str, list[str]] = {}
    for condition in matrix.axes["condition"]:
        rows = [["", *(f"`{critic}`" for critic in matrix.axes["critic"])]]
        for generator in matrix.axes["generator"]:
            star = f" {ABROAD}" if generator in matrix.translators else ""
            row = [texts[generator, critic, condition] for critic in matrix.axes["critic"]]
            rows.append([f"`{generator}`{star}", *row])
        tables.setdefault(markdown(rows), []).append(condition)
    for table, names in tables.items():
        yield f"## {heading(names)}\n\n{table}"


def heading(names: Sequence[str]) -> str:
    """Return the title of a table for some conditions."""
    if list(names) == [NOTHING]:
        return "Without a condition"
    *others, last = (f"`{name}`" for name in names)
    return "With condition " + (f"{', '.join(others)} or {last}" if others else last)


def fitting(cells: Sequence[Cell], reasons: Reasons) -> str:
    """Return with which losses a generator and a critic fit, and why not with others."""
    good = [str(cell.parts["loss"]) for cell in cells if cell.fits]
    bad = [str(cell.parts["loss"]) for cell in cells if not cell.fits]
    why = sorted({reasons.number(cell) for cell in cells if not cell.fits})
    mark = f" [{', '.join(map(str, why))}]" if why else ""
    if not bad:
        return f"all {len(good)}"
    if not good:
        return f"none{mark}"
    if len(good) <= FEW:
        return f"only {', '.join(f'`{name}`' for name in good)}{mark}"
    if len(bad) <= FEW:
        return f"all but {', '.join(f'`{name}`' for name in bad)}{mark}"
    return f"{len(good)} of {len(cells)}{mark}"


def trained(registry: Registry) -> list[tuple[dict[str, str], Result]]:
    """Return the parts of each stored result, by role, and the result."""
    found: list[tuple[dict[str, str], Result]] = []
    for file in sorted(RESULTS.glob("*.json")):
        result = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(result, dict) and "row" in result:
            parts = {"data": result["data"], **result["row"]["parts"]}
            chosen = select(registry, [Layer("row", parts, strict=True)])
            found.append(({role: _spelt(choice) for role, choice in chosen.items()}, result))
    return found


def _spelt(choice: Choice) -> str:
    """Return the part of a role as a user types it."""
    if not choice.items:
        return NOTHING
    name = choice.items[0].entry.name
    return f"{name}:{choice.argument}" if choice.argument else name


def figures(results: Sequence[tuple[Mapping[str, str], Result]]) -> str:
    """Return the figures of the compositions that were trained."""
    features = features_name(results[0][1]["scores"]["protocol"])
    fid, kid = (f"{title} ({features})" for title in ("FID", "KID"))
    rows = [[*AXES, "data", "steps", fid, kid, "result"]]
    for names, result in results:
        found, name = result["scores"]["scores"], result["name"]
        rows.append(
            [
                *(f"`{names[role]}`" if names[role] != NOTHING else "" for role in AXES),
                f"`{names['data']}`" + ("" if names["data"] == DATA else f" {ABROAD}"),
                f"{result['training']['steps']:,}",
                f"{found['fid']:.1f}",
                f"{found['kid']:.1f}",
                f"[{name}](results.md#{name})",
            ]
        )
    return f"""## Trained

Figures of [the results](results.md), which say how each was trained and measured, and what such
figures do not say. The features are those of a small classifier of digits: compare them with no
other's.

{markdown(rows)}

{ABROAD} Trained on another data set than the one of the tables above."""


def why_not(reasons: Reasons) -> str:
    """Return why compositions do not fit, those of most cells first."""
    rows = [["", "compositions", "reason", "what to do"]]
    rows += [
        [f"[{number}]", f"{each.cells:,}", each.text, each.hint]
        for number, each in enumerate(reasons.found, 1)
    ]
    return f"## Why not\n\n{markdown(rows)}"


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first row is its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
