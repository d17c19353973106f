"""A comparison as JSON data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from zoo_cli.comparing.differences import data_of, data_text, differences
from zoo_cli.comparing.scores import Column, Point, columns_of, protocol_differences, protocols_of
from zoo_core.runs import History


def described(runs: Sequence[History]) -> dict[str, Any]:
    """Return all that is known of runs and of how they differ."""
    data = [data_of(run) for run in runs]
    protocols = protocols_of(runs)
    found = {
        "same_data": all(one == data[0] for one in data),
        "runs": [_run(run) for run in runs],
        "differences": [
            {"name": one.name, "values": one.values, "there": one.there}
            for one in differences(runs)
        ],
        "scores": [_column(column, len(runs)) for column in columns_of(runs)],
        "protocols": protocols,
        "protocol_differences": protocol_differences(protocols),
    }
    cleaned: dict[str, Any] = _clean(found)
    return cleaned


def _run(run: History) -> dict[str, Any]:
    return {
        "run": str(run.path),
        "outcome": run.outcome,
        "step": run.step,
        "steps": run.steps,
        "seconds": run.seconds,
        "seconds_per_step": run.seconds_per_step,
        "images_per_second": run.images_per_second,
        "data": data_text(run),
        "parts": run.parts,
        "options": run.options,
        "environment": run.environment.to_json(),
        "last_terms": run.last_terms,
        "checkpoints": run.checkpoints,
        "events": [event.to_json() for event in run.events],
        "remarks": run.remarks,
    }


def _column(column: Column, count: int) -> dict[str, Any]:
    return {
        **asdict(column.kind),
        "better": column.better or None,
        "runs": [
            {
                "best": _point(column.best(number)),
                "last": _point(column.last(number)),
                "points": [[point.step, point.value] for point in column.points[number]],
            }
            for number in range(count)
        ],
    }


def _point(point: Point | None) -> dict[str, Any] | None:
    return None if point is None else asdict(point)


def _clean(value: Any) -> Any:
    """Return JSON data without numbers that JSON does not have."""
    if isinstance(value, Mapping):
        return {str(name): _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
