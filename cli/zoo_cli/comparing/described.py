"""A comparison as JSON data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from zoo_core.runs import History
from zoo_core.runs.columns import Column, Point, protocols_of
from zoo_core.runs.rows import Group, RunComparison


def described(found: RunComparison) -> dict[str, Any]:
    """Return all that is known of runs and of how they differ."""
    whole = {
        "same_data": len(found.data) == 1,
        "at": found.at,
        "runs": [_run(found, place) for place in range(len(found.runs))],
        "rows": [_row(found, group) for group in found.groups],
        "differences": [
            {"name": one.name, "values": one.values, "there": one.there}
            for one in found.differences
        ],
        "scores": [_column(found, column) for column in found.columns],
        "protocols": protocols_of(found.runs),
        "remarks": found.remarks,
    }
    cleaned: dict[str, Any] = _clean(whole)
    return cleaned


def _run(found: RunComparison, place: int) -> dict[str, Any]:
    run: History = found.runs[place]
    return {
        "run": str(run.path),
        "name": found.names[place],
        "outcome": run.outcome,
        "step": run.step,
        "steps": run.steps,
        "seconds": run.seconds,
        "seconds_per_step": run.seconds_per_step,
        "images_per_second": run.images_per_second,
        "parts": run.parts,
        "options": run.options,
        "environment": run.environment.to_json(),
        "last_terms": run.last_terms,
        "checkpoints": run.checkpoints,
        "events": [event.to_json() for event in run.events],
        "remarks": run.remarks,
    }


def _row(found: RunComparison, group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "runs": [str(found.runs[run].path) for run in group.runs],
        "data": found.data[group.data],
        "seconds": found.seconds(group),
    }


def _column(found: RunComparison, column: Column) -> dict[str, Any]:
    return {
        **asdict(column.kind),
        "better": column.better or None,
        "rows": [
            None if (score := found.score(group, column)) is None else asdict(score)
            for group in found.groups
        ],
        "runs": [
            {
                "best": _point(column.best(place)),
                "last": _point(column.last(place)),
                "points": [[point.step, point.value] for point in column.points[place]],
            }
            for place in range(len(found.runs))
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
