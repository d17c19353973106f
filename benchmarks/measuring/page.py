"""The tables of docs/metrics.md, from stored figures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.judging.tables import markdown
from benchmarks.measuring import controls

PAGE = "metrics.md"
FIGURES = "results"


def stored(docs: Path, part: str) -> Path:
    """Return where the figures of a part are: "agreement", "speed" or "controls"."""
    name = "controls" if part == "controls" else f"metrics-{part}"
    return docs / FIGURES / f"{name}.json"


def keep(docs: Path, part: str, figures: Mapping[str, Any]) -> None:
    """Store the figures of a part."""
    path = stored(docs, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def write_page(docs: Path) -> None:
    """Put the tables of all stored parts into the page, between their marks."""
    page = docs / PAGE
    text = page.read_text(encoding="utf-8")
    for part, table in TABLES.items():
        if stored(docs, part).is_file():
            figures = json.loads(stored(docs, part).read_text(encoding="utf-8"))
            text = _between_marks(text, part, table(figures))
    page.write_text(text, encoding="utf-8")


def _between_marks(text: str, part: str, table: str) -> str:
    begin, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", flags=re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n\n{table}\n\n{end}", text)


def agreement_table(figures: Mapping[str, Any]) -> str:
    """Return the relative differences from torch-fidelity, and of the FID from scipy, by case."""
    cases: dict[str, dict[str, Any]] = {}
    for row in figures["rows"]:
        cases.setdefault(f"{row['case']}, {row['shape']}", {})[row["score"]] = row
    scores = list(next(iter(cases.values())))
    head = ["features: samples / real x length", "fid", "fid from scipy's, float64", *scores[1:]]
    rows = [head]
    for name, found in cases.items():
        differences = [found[score]["to_fidelity"] for score in scores]
        differences.insert(1, found["fid"]["to_exact"])
        rows.append([name, *(_small(value) for value in differences)])
    return markdown(rows)


def speed_table(figures: Mapping[str, Any]) -> str:
    """Return seconds and memory of both."""
    theirs = "torch-fidelity"
    ratios = "ratio (least, greatest)"
    rows = [["", "seconds", theirs, ratios, "processor seconds", theirs, "added MiB", theirs]]
    for row in figures["rows"]:
        seconds, busy = ([f"{value:.1f}" for value in row[key]] for key in ("seconds", "busy"))
        ratio = "{:.2f} ({:.2f}, {:.2f})".format(*row["ratio"])
        added = [f"{value:,.0f}" for value in row["added"]]
        rows.append([f"`{row['metric']}`", *seconds, ratio, *busy, *added])
    return markdown(rows)


def controls_table(figures: Mapping[str, Any]) -> str:
    """Return every control before every score."""
    return markdown(controls.cells(figures))


def _small(value: float) -> str:
    return "0" if value < 1e-15 else f"{value:.0e}"


TABLES = {"agreement": agreement_table, "speed": speed_table, "controls": controls_table}
"""Part of the page to what makes its table."""
