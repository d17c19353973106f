"""The part of the results page that has three seeds of every row, from the stored scores."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging.tables import markdown

FORMAT = 1
"""Version of the stored scores' form."""

SEEDS_FOLDER = Path("results") / "seeds"

Result = Mapping[str, Any]


def seeds_text(folder: Path, names: Sequence[str]) -> str:
    """Return the section, or an empty text where nothing is stored.

    Args:
        folder: of the pages.
        names: of the rows, in their order.
    """
    found = [folder / SEEDS_FOLDER / f"{name}.json" for name in names]
    results = [json.loads(path.read_text(encoding="utf-8")) for path in found if path.is_file()]
    if not results:
        return ""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result["digest"], []).append(result)
    tables = [f"{_table(group)}\n\n{protocol_text(group[0])}" for group in groups.values()]
    return "\n\n".join([HEAD, *tables])


HEAD = """## Three seeds

Every row in three seeds, for a part of its steps that the table names, measured four times on the
way: mean ± standard deviation over the seeds. **last**: at the last step. **best**: the evaluation
with the lowest FID of each seed, which is what `--keep best=fid` keeps, and its step. Figures of
one table share a protocol; those of other tables, and the FID of the judge above, cannot be
compared with them. `python benchmarks/seeds.py` makes them."""


def _table(results: Sequence[Result]) -> str:
    head = [
        "",
        "steps",
        "of its own",
        "s / step",
        "FID, last",
        "FID, best",
        "at step",
        "KID, last",
        "modes",
        "memorisation",
    ]
    return markdown([head, *(_row(result) for result in results)])


def _row(result: Result) -> list[str]:
    seeds = list(result["seeds"].values())
    last = [seed["evaluations"][-1] for seed in seeds]
    best = [min(seed["evaluations"], key=lambda one: one["fid"]) for seed in seeds]
    return [
        f"[{result['name']}](#{result['name']})",
        f"{result['steps']:,}",
        f"1/{result['share']}",
        f"{statistics.median(seed['seconds_per_step'] for seed in seeds):.3f}",
        _spread([one["fid"] for one in last]),
        _spread([one["fid"] for one in best]),
        ", ".join(f"{one['step']:,}" for one in best),
        _spread([one["kid"] for one in last]),
        _spread([one["modes"] for one in last], digits=1),
        _spread([100 * one["memorisation"] for one in last], digits=1) + " %",
    ]


def _spread(values: Sequence[float], *, digits: int | None = None) -> str:
    mean = statistics.fmean(values)
    places = digits if digits is not None else (1 if mean >= 10 else 2 if mean >= 1 else 3)
    if len(values) < 2:
        return f"{mean:.{places}f}"
    return f"{mean:.{places}f} ± {statistics.stdev(values):.{places}f}"


def protocol_text(scores: Mapping[str, Any]) -> str:
    """Return a sentence on the protocol of an evaluation, as `scores.jsonl` has it."""
    protocol = scores["protocol"]
    versions = ", ".join(f"{name} {version}" for name, version in protocol["versions"].items())
    return (
        f"Protocol `{scores['digest']}`: {protocol['fake_count']:,} samples of the averaged "
        f"weights against {protocol['real_count']:,} {protocol['split']} images of "
        f"{protocol['data']} at {protocol['image']}, features `{protocol['features']}` "
        f"(sha256 {protocol['features_digest'][:12]}…; {protocol['reads']}), values "
        f"{protocol['range']}, seed {protocol['seed']}; {versions}."
    )
