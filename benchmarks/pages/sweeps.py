"""The tables of the page on sweeps, from the stored figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.pages.metrics import between_marks
from benchmarks.shared.program import RESULTS, read_json, write_text
from benchmarks.shared.tables import markdown

PAGE = "sweeps.md"
PRUNING = "pruning"
KILLS = "sweeps"


def write_pruning(docs: Path) -> None:
    """Write what pruning saved into the page."""
    _write(docs, PRUNING, pruning_text(read_json(docs / RESULTS / f"{PRUNING}.json")))


def write_kills(docs: Path) -> None:
    """Write what became of sweeps that were killed into the page."""
    _write(docs, KILLS, kills_text(read_json(docs / RESULTS / f"{KILLS}.json")))


def pruning_text(found: Mapping[str, Any]) -> str:
    """Return what pruning saved, a seed a row, and whether the best was lost."""
    head = ["seed", "pruned", "steps", "of", "saved", "seconds", "of", "best FID", "without"]
    rows = [_pruned(row) for row in found["rows"]]
    kept = sum(_is_kept(row) for row in found["rows"])
    steps = [sum(row[way]["steps"] for row in found["rows"]) for way in ("median", "none")]
    saved = 1 - steps[0] / steps[1]
    end = (
        f"Together {saved:.0%} of the steps were saved, and in {kept} of {len(rows)} seeds the "
        "best trial is the one that is best without pruning."
    )
    return f"{markdown([head, *rows])}\n\n{end}"


def kills_text(found: Mapping[str, Any]) -> str:
    """Return the trials of each killed sweep: how often they were begun, and what they became."""
    tables = [
        f"{each['title']}\n\n" + markdown([["trial", *each["headings"]], *each["rows"]])
        for each in found["sweeps"]
    ]
    return "\n\n".join(tables)


def _pruned(row: Mapping[str, Any]) -> list[str]:
    pruned, whole = row["median"], row["none"]
    return [
        str(row["seed"]),
        f"{pruned['pruned']} of {pruned['trials']}",
        f"{pruned['steps']:,}",
        f"{whole['steps']:,}",
        f"{1 - pruned['steps'] / whole['steps']:.0%}",
        f"{pruned['seconds']:.0f}",
        f"{whole['seconds']:.0f}",
        f"{pruned['best']['fid']:.1f} (trial {pruned['best']['trial']})",
        f"{whole['best']['fid']:.1f} (trial {whole['best']['trial']})",
    ]


def _is_kept(row: Mapping[str, Any]) -> bool:
    return bool(row["median"]["best"] == row["none"]["best"])


def _write(docs: Path, name: str, text: str) -> None:
    page = docs / PAGE
    write_text(page, between_marks(page.read_text(encoding="utf-8"), name, text))
