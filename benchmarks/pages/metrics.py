"""The tables of docs/metrics.md, from stored figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import controls
from benchmarks.shared.program import RESULTS, read_json, write_text
from benchmarks.shared.tables import markdown

PAGE = "metrics.md"


def stored(docs: Path, part: str) -> Path:
    """Return where the figures of a part are: "agreement", "speed" or "controls"."""
    name = "controls" if part == "controls" else f"metrics-{part}"
    return docs / RESULTS / f"{name}.json"


def write_page(docs: Path) -> None:
    """Put the tables of all stored parts into the page, between their marks."""
    page = docs / PAGE
    text = page.read_text(encoding="utf-8")
    for part, table in TABLES.items():
        if stored(docs, part).is_file():
            text = between_marks(text, part, table(read_json(stored(docs, part))))
    write_text(page, text)


def between_marks(text: str, part: str, table: str) -> str:
    """Return a page with another table between the marks of a part."""
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
