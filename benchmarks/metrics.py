"""Show what the metrics of zoo-plugin-metrics compute, how fast, and what they are blind to.

python benchmarks/metrics.py                    # agreement with torch-fidelity and scipy
python benchmarks/metrics.py --speed            # seconds and memory at 50,000 x 2048
python benchmarks/metrics.py --controls --data-dir data     # known faults, on MNIST
python benchmarks/metrics.py --report-only      # the tables of docs/metrics.md again
python benchmarks/metrics.py --quick            # all of them, small; nothing is written
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measuring.controls import MNIST_COUNT, QUICK_COUNT, controls
from benchmarks.pages.metrics import TABLES, stored, write_page
from benchmarks.shared import program
from zoo_core import ZooError

BOUNDS = {"fid": 1e-3, "kid": 1e-4, "inception-score": 1e-4, "precision": 5e-3, "recall": 5e-3}
"""Relative differences from torch-fidelity, and of the FID from scipy too, that are allowed.

Precision and recall count; torch-fidelity's distances in float32 put a few on another side.
"""


def agreement(*, quick: bool) -> dict[str, Any]:
    """Compare with torch-fidelity and scipy.

    Raises:
        ZooError: a difference above the bounds.
    """
    from benchmarks.measuring.agreement import CASES, QUICK, agreement

    rows = agreement(QUICK if quick else CASES)
    for row in rows:
        worst = max(row.to_fidelity, row.to_exact or 0)
        if not worst <= BOUNDS[row.score]:
            raise ZooError(f"{row.score} of {row.case!r} differs by {worst:.1e}", hint=str(row))
    return {"format": 1, "rows": [row.json() for row in rows]}


def speed(*, quick: bool, rounds: int) -> dict[str, Any]:
    """Measure seconds and memory beside torch-fidelity's."""
    from benchmarks.measuring.speed import FULL, QUICK, speed

    size = QUICK if quick else replace(FULL, rounds=rounds)
    return {
        "format": 1,
        "count": size.count,
        "length": size.length,
        "rounds": size.rounds,
        "threads": torch.get_num_threads(),
        "processor": platform.processor() or platform.machine(),
        "load": round(os.getloadavg()[0], 2),
        "rows": [row.json() for row in speed(size)],
    }


def made(given: argparse.Namespace) -> Mapping[str, dict[str, Any]]:
    """Measure the parts that are asked for."""
    quick = given.quick
    asked = [part for part in TABLES if quick or getattr(given, part)] or ["agreement"]
    found = {}
    for part in asked:
        program.say(f"measuring: {part}")
        if part == "controls":
            data, count = ("digits", QUICK_COUNT) if quick else ("mnist", MNIST_COUNT)
            found[part] = controls(data, given.data_dir, count)
        elif part == "speed":
            found[part] = speed(quick=quick, rounds=given.rounds)
        else:
            found[part] = agreement(quick=quick)
        print(TABLES[part](found[part]), end="\n\n", flush=True)
    return found


def work(given: argparse.Namespace) -> None:
    """Measure, print and write."""
    for part, figures in (made(given) if not given.report_only else {}).items():
        if not given.quick:
            program.write_json(stored(given.docs, part), figures)
    if not given.quick:
        write_page(given.docs)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="all, small; nothing is written")
    program.add_docs(parser)
    program.add_data(parser)
    parser.add_argument("--agreement", action="store_true", help="this alone is the default")
    parser.add_argument("--speed", action="store_true", help="seconds and memory")
    parser.add_argument("--controls", action="store_true", help="known faults, on MNIST")
    parser.add_argument("--report-only", action="store_true", help="measure nothing")
    parser.add_argument("--rounds", type=int, default=3, help="of --speed, both sides in turns")
    parser.add_argument("--call", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.call:
        from benchmarks.measuring.speed import call

        metric, whose, *numbers = given.call
        print(json.dumps(call(metric, whose, *map(int, numbers))))
        return 0
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
