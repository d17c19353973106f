"""What was measured, for a card: a table for people, results for the Hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoo_core.runs.lines import Evaluation
from zoo_core.weights.publication.markdown import code, escaped, table

MOST = 12
"""Evaluations that a card shows."""

NONE = "None were measured: `zoo eval RUN` before `zoo push RUN REPO` measures some."


def distinct_scores(scores: Sequence[Evaluation]) -> list[Evaluation]:
    """Return the last evaluation of each protocol and direction."""
    found: dict[tuple[str, str], Evaluation] = {}
    for one in scores:
        if one.scores:
            found.pop((one.digest, one.direction), None)
            found[one.digest, one.direction] = one
    return list(found.values())[-MOST:]


def scores_text(scores: Sequence[Evaluation]) -> str:
    """Return scores with their protocols, as Markdown."""
    found = distinct_scores(scores)
    if not found:
        return NONE
    rows = [
        [escaped(name), f"{value:.4g}", one.better.get(name, ""), code(_label(one))]
        for one in found
        for name, value in _named(one).items()
    ]
    shown = table(("score", "value", "better", "protocol"), rows)
    lines = [f"- {code(_label(one))}: {escaped(_protocol(one.protocol))}" for one in found]
    return "\n".join((shown, "", "Scores of one protocol can be compared.", "", *lines))


def results_of(scores: Sequence[Evaluation], task: str, data: str) -> list[dict[str, Any]]:
    """Return the arguments of the client's `EvalResult`s, one for each score.

    Args:
        scores: what was measured.
        task: the pipeline tag.
        data: the data set that was trained on.
    """
    results = []
    for one in distinct_scores(scores):
        for name, value in _named(one).items():
            results.append(
                {
                    "task_type": task,
                    "dataset_type": data,
                    "dataset_name": data,
                    "dataset_split": str(one.protocol.get("split", "")) or None,
                    "metric_type": name,
                    "metric_name": f"{name} {one.direction}".strip(),
                    "metric_value": value,
                    "metric_args": {
                        "protocol": one.digest,
                        "weights": one.weights,
                        **{
                            key: one.protocol[key]
                            for key in ("features", "fake_count", "real_count", "image", "seed")
                            if isinstance(one.protocol.get(key), int | str)
                        },
                    },
                }
            )
    return results


def _named(one: Evaluation) -> dict[str, float]:
    """Return the scores by names that are not too long for a card."""
    return {name[:80]: value for name, value in one.scores.items()}


def _label(one: Evaluation) -> str:
    return " ".join(word for word in (one.direction, one.digest) if word) or "unknown"


def _protocol(found: Mapping[str, Any]) -> str:
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
