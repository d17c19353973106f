"""What was measured, for a card: a table for people, results for the Hub."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from zoo_core.weights.publication.markdown import code, escaped, table

MOST = 12
"""Evaluations that a card shows."""

NONE = "None were measured: `zoo eval RUN` before `zoo push RUN REPO` measures some."


def distinct_scores(records: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Return the last evaluation of each protocol and direction, as far as it can be read."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for record in records:
        if isinstance(record, Mapping) and _numbers(record):
            key = str(record.get("digest", "")), str(record.get("direction", ""))
            found.pop(key, None)
            found[key] = record
    return list(found.values())[-MOST:]


def scores_text(records: Sequence[Any]) -> str:
    """Return scores with their protocols, as Markdown."""
    found = distinct_scores(records)
    if not found:
        return NONE
    rows = [
        [escaped(name), f"{value:.4g}", _way(record, name), code(_label(record))]
        for record in found
        for name, value in _numbers(record).items()
    ]
    shown = table(("score", "value", "better", "protocol"), rows)
    lines = [f"- {code(_label(record))}: {escaped(_protocol(record))}" for record in found]
    return "\n".join((shown, "", "Scores of one protocol can be compared.", "", *lines))


def results_of(records: Sequence[Any], task: str, data: str) -> list[dict[str, Any]]:
    """Return the arguments of the client's `EvalResult`s, one for each score.

    Args:
        records: as in `scores.jsonl`.
        task: the pipeline tag.
        data: the data set that was trained on.
    """
    results = []
    for record in distinct_scores(records):
        protocol = _protocol_of(record)
        for name, value in _numbers(record).items():
            results.append(
                {
                    "task_type": task,
                    "dataset_type": data,
                    "dataset_name": data,
                    "dataset_split": str(protocol.get("split", "")) or None,
                    "metric_type": name,
                    "metric_name": " ".join((name, str(record.get("direction", "")))).strip(),
                    "metric_value": value,
                    "metric_args": {
                        "protocol": str(record.get("digest", "")),
                        "weights": str(record.get("weights", "")),
                        **{
                            key: protocol[key]
                            for key in ("features", "fake_count", "real_count", "image", "seed")
                            if isinstance(protocol.get(key), int | str)
                        },
                    },
                }
            )
    return results


def _numbers(record: Mapping[str, Any]) -> dict[str, float]:
    scores = record.get("scores")
    if not isinstance(scores, Mapping):
        return {}
    return {
        str(name)[:80]: float(value)
        for name, value in scores.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    }


def _protocol_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    found = record.get("protocol")
    return found if isinstance(found, Mapping) else {}


def _way(record: Mapping[str, Any], name: str) -> str:
    better = record.get("better")
    way = better.get(name, "") if isinstance(better, Mapping) else ""
    return escaped(way)


def _label(record: Mapping[str, Any]) -> str:
    words = (record.get("direction", ""), record.get("digest", ""))
    return " ".join(str(word) for word in words if word) or "unknown"


def _protocol(record: Mapping[str, Any]) -> str:
    found = _protocol_of(record)
    facts = [
        f"{found[key]} {what}"
        for key, what in (("fake_count", "samples"), ("real_count", "real images"))
        if key in found
    ]
    facts += [
        f"{key} {found[key]}" for key in ("split", "data", "image", "features") if key in found
    ]
    facts += [f"seed {found['seed']}"] if "seed" in found else []
    digest = str(found.get("features_digest", ""))[:8]
    return ", ".join(facts + ([f"features {digest}"] if digest else [])) or "not recorded"
