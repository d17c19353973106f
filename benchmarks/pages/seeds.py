"""The part of the results page that has three seeds of every row, from the stored scores."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages.scores import by_digest, heading, link, protocol_text
from benchmarks.shared.program import read_json
from benchmarks.shared.tables import markdown, spread

FORMAT = 1
"""Version of the stored scores' form."""

FOLDER = "seeds"
"""Folder of the scores, below that of the figures."""

Result = Mapping[str, Any]


def seeds_text(folder: Path, names: Sequence[str]) -> str:
    """Return the section, or an empty text where nothing is stored.

    Args:
        folder: of the figures.
        names: of the rows, in their order.
    """
    found = [folder / FOLDER / f"{name}.json" for name in names]
    results = [read_json(path) for path in found if path.is_file()]
    tables = [
        f"{_table(group)}\n\n{protocol_text(group[0])}"
        for group in by_digest(results, lambda result: result)
    ]
    return "\n\n".join([HEAD, *tables]) if tables else ""


HEAD = """## Three seeds

Every row in three seeds, for a part of its steps that the table names, measured four times on the
way: mean ± standard deviation over the seeds. **last**: at the last step. **best**: the evaluation
with the lowest FID of each seed, which is what `--keep best=fid` keeps, and its step. Figures of
one table share a protocol; those of other tables cannot be compared with them.
`python benchmarks/seeds.py` makes them."""


def _table(results: Sequence[Result]) -> str:
    fid, kid = (heading(title, results[0]) for title in ("FID", "KID"))
    head = [
        "",
        "steps",
        "of its own",
        "s / step",
        f"{fid}, last",
        f"{fid}, best",
        "at step",
        f"{kid}, last",
        "modes",
        "memorisation",
    ]
    return markdown([head, *(_row(result) for result in results)])


def _row(result: Result) -> list[str]:
    seeds = list(result["seeds"].values())
    last = [seed["evaluations"][-1] for seed in seeds]
    best = [min(seed["evaluations"], key=lambda one: one["fid"]) for seed in seeds]
    return [
        link(result),
        f"{result['steps']:,}",
        f"1/{result['share']}",
        f"{statistics.median(seed['seconds_per_step'] for seed in seeds):.3f}",
        spread([one["fid"] for one in last]),
        spread([one["fid"] for one in best]),
        ", ".join(f"{one['step']:,}" for one in best),
        spread([one["kid"] for one in last]),
        spread([one["modes"] for one in last], digits=1),
        spread([100 * one["memorisation"] for one in last], digits=1) + " %",
    ]
