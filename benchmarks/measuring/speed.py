"""Seconds and peak memory of a metric beside torch-fidelity's, each call in its own process."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from benchmarks.shared.timing import ratios

PROGRAM = Path(__file__).resolve().parents[1] / "metrics.py"
ZOO, THEIRS = "zoo", "torch-fidelity"
WARM = 64
"""Rows of a first call that is not measured."""

CLASSES = 1008
"""Logits of InceptionV3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured.

    Args:
        count: rows of each side.
        length: of a feature.
        subset_size: of the KID.
        rounds: how often everything is measured, in turns.
    """

    count: int
    length: int
    subset_size: int
    rounds: int


FULL = Size(count=50_000, length=2048, subset_size=1000, rounds=3)
QUICK = Size(count=2000, length=64, subset_size=200, rounds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric: medians over the rounds, and the ratios round by round.

    Args:
        metric: its name.
        seconds: of ours and theirs.
        busy: seconds of all processors, of ours and theirs: what a machine with other work shows.
        ratio: ours over theirs: median, least and greatest.
        peak: MiB of the whole process, of ours and theirs.
        added: MiB above what the process had with its features, of ours and theirs.
    """

    metric: str
    seconds: tuple[float, float]
    busy: tuple[float, float]
    ratio: tuple[float, float, float]
    peak: tuple[float, float]
    added: tuple[float, float]

    def json(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        return asdict(self)


def speed(size: Size) -> list[Row]:
    """Measure every metric of both in turns."""
    return [_row(metric, size) for metric in METRICS]


def _row(metric: str, size: Size) -> Row:
    found: dict[str, list[dict[str, float]]] = {ZOO: [], THEIRS: []}
    for _ in range(size.rounds):
        for whose, measured in found.items():
            measured.append(_in_a_process(metric, whose, size))

    def medians(key: str) -> tuple[float, float]:
        ours, theirs = (statistics.median(one[key] for one in found[w]) for w in (ZOO, THEIRS))
        return ours, theirs

    seconds = [[one["seconds"] for one in found[whose]] for whose in (ZOO, THEIRS)]
    return Row(
        metric=metric,
        seconds=medians("seconds"),
        busy=medians("busy"),
        ratio=ratios(*seconds),
        peak=medians("peak"),
        added=medians("added"),
    )


def _in_a_process(metric: str, whose: str, size: Size) -> dict[str, float]:
    arguments = [metric, whose, str(size.count), str(size.length), str(size.subset_size)]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--call", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def call(metric: str, whose: str, count: int, length: int, subset_size: int) -> dict[str, float]:
    """Compute one metric once; return seconds, and MiB at the peak and above the features."""
    rng = torch.Generator().manual_seed(0)
    function = METRICS[metric](whose, subset_size)
    if metric == "inception-score":
        given: tuple[Tensor, ...] = (torch.empty(count, CLASSES).normal_(generator=rng),)
    else:
        given = tuple(torch.empty(count, length).normal_(generator=rng).abs_() for _ in range(2))
    # what loading code and starting threads takes belongs to neither
    METRICS[metric](whose, WARM // 2)(*(rows[:WARM] for rows in given))
    before, began, busy = _peak(), time.perf_counter(), time.process_time()
    value = function(*given)
    seconds, busy, peak = time.perf_counter() - began, time.process_time() - busy, _peak()
    added = peak - before
    return {"seconds": seconds, "busy": busy, "peak": peak, "added": added, "value": value}


def _peak() -> float:
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found / (1 << 20 if sys.platform == "darwin" else 1 << 10)


Function = Callable[..., float]


def _fid(whose: str, _: int) -> Function:
    if whose == ZOO:
        from zoo_plugin_metrics.fid import frechet_distance
        from zoo_plugin_metrics.moments import moments

        return lambda fake, real: frechet_distance(moments(fake), moments(real))
    from torch_fidelity import metric_fid

    def theirs(fake: Tensor, real: Tensor) -> float:
        both = [metric_fid.fid_features_to_statistics(rows) for rows in (fake, real)]
        return float(*metric_fid.fid_statistics_to_metric(*both, verbose=False).values())

    return theirs


def _kid(whose: str, size: int) -> Function:
    if whose == ZOO:
        from zoo_core.draws import CounterDraws
        from zoo_plugin_metrics.kid import Kid

        metric, rng = Kid(subset_size=size), CounterDraws(0, 0)
        return lambda fake, real: metric.between(fake, real, rng)["kid"]
    from torch_fidelity.metric_kid import kid_features_to_metric

    return lambda fake, real: float(
        kid_features_to_metric(fake, real, kid_subset_size=size, verbose=False)[
            "kernel_inception_distance_mean"
        ]
    )


def _inception_score(whose: str, _: int) -> Function:
    if whose == ZOO:
        from zoo_plugin_metrics.inception_score import inception_score

        return lambda logits: inception_score(logits, 10)[0]
    from torch_fidelity.metric_isc import isc_features_to_metric

    return lambda logits: float(
        isc_features_to_metric(logits, splits=10, shuffle=False)["inception_score_mean"]
    )


METRICS: dict[str, Callable[[str, int], Function]] = {
    "fid": _fid,
    "kid": _kid,
    "inception-score": _inception_score,
}
"""What makes the function that is measured; it imports what that needs."""
