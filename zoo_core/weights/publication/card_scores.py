"""What was measured, for a card: a table for people, results for the Hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zoo_core.runs.lines import Evaluation, features_name
from zoo_core.weights.publication.markdown import code, escaped, table

MOST = 60
"""Scores that a card shows."""

NONE = "None were measured: `zoo eval RUN` before `zoo push RUN REPO` measures some."


@dataclass(frozen=True, slots=True, kw_only=True)
class CardScore:
    """A score with its protocol.

    Args:
        name: of the score, no longer than a card bears.
        value: of it.
        better: which way is better; empty where that is not said.
        direction: of a translation; empty otherwise.
        weights: "average" or "plain".
        digest: of the protocol.
        protocol: as far as it was recorded.
    """

    name: str
    value: float
    better: str
    direction: str
    weights: str
    digest: str
    protocol: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Return direction and protocol."""
        return " ".join(word for word in (self.direction, self.digest) if word) or "unknown"


def distinct_scores(evaluations: Sequence[Evaluation]) -> list[CardScore]:
    """Return the last value of each score, protocol and direction."""
    found: dict[tuple[str, str, str], CardScore] = {}
    for one in evaluations:
        for name, value in one.scores.items():
            key = (name, one.digest_of(name), one.direction)
            found.pop(key, None)
            found[key] = _card_score(one, name, value)
    return list(found.values())[-MOST:]


def _card_score(one: Evaluation, name: str, value: float) -> CardScore:
    return CardScore(
        name=name[:80],
        value=value,
        better=one.better.get(name, ""),
        direction=one.direction,
        weights=one.weights,
        digest=one.digest_of(name),
        protocol=one.protocol_of(name),
    )


def scores_text(evaluations: Sequence[Evaluation]) -> str:
    """Return scores with their features and protocols, as Markdown."""
    found = distinct_scores(evaluations)
    if not found:
        return NONE
    rows = [
        [
            escaped(one.name),
            f"{one.value:.4g}",
            one.better,
            escaped(features_name(one.protocol)),
            code(one.label),
        ]
        for one in found
    ]
    shown = table(("score", "value", "better", "features", "protocol"), rows)
    said: dict[str, list[str]] = {}
    for one in found:
        label = code(one.label)
        alike = said.setdefault(_protocol(one.protocol), [])
        alike += [] if label in alike else [label]
    lines = [f"- {', '.join(labels)}: {escaped(text)}" for text, labels in said.items()]
    return "\n".join((shown, "", "Scores of one protocol can be compared.", "", *lines))


def results_of(evaluations: Sequence[Evaluation], task: str, data: str) -> list[dict[str, Any]]:
    """Return the arguments of the client's `EvalResult`s, one for each score.

    Args:
        evaluations: what was measured.
        task: the pipeline tag.
        data: the data set that was trained on.
    """
    return [
        {
            "task_type": task,
            "dataset_type": data,
            "dataset_name": data,
            "dataset_split": str(one.protocol.get("split", "")) or None,
            "metric_type": one.name,
            "metric_name": _metric_name(one),
            "metric_value": one.value,
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
        for one in distinct_scores(evaluations)
    ]


def _metric_name(one: CardScore) -> str:
    features = features_name(one.protocol)
    return " ".join(filter(None, (one.name, features and f"({features})", one.direction)))


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
