"""The lines of a run's logs, typed: what was logged, measured and remarked.

Whatever a line says is taken as far as it goes: it may be of an older version, or a stranger's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from zoo_core.runs.jsonl import read_lines

if TYPE_CHECKING:
    from zoo_core.interfaces.metrics import Better


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A log point.

    Args:
        step: rounds done.
        seconds: of training, over all sessions; None where that is not known.
        images_per_second: of training, over all sessions; None where that is not known.
        scalars: terms, notes and scores by name; they may not be finite.
        protocols: of each score among them, the digest of its protocol.
    """

    step: int
    seconds: float | None = None
    images_per_second: float | None = None
    scalars: Mapping[str, float] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON data; no scalar takes the place of what stands beside them."""
        speed = {"seconds": self.seconds, "images_per_second": self.images_per_second}
        head = {"step": self.step, **{key: v for key, v in speed.items() if v is not None}}
        tail = {"protocols": dict(self.protocols)} if self.protocols else {}
        return {**head, **self.scalars, **head, **tail}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """Read a line that has a step."""
        beside = {"step", "seconds", "images_per_second", "protocols"}
        return cls(
            step=line["step"],
            seconds=number(line.get("seconds")),
            images_per_second=number(line.get("images_per_second")),
            scalars={name: v for name, v in line.items() if name not in beside and is_number(v)},
            protocols=_texts(line.get("protocols")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The scores of some weights against one split, in one direction.

    A protocol belongs to a metric: that of a score is what all scores here share, and what is its
    own. So a score has the same protocol whatever is measured beside it.

    Args:
        step: of the weights; None where it is not known.
        by: "train" or "eval".
        weights: "average" or "plain".
        direction: of a translation, such as "ab"; empty otherwise.
        scores: score to value.
        better: score to which way is better.
        protocol: what the protocols of all scores here share, as JSON data.
        metrics: score to what is its own: its metric, with version and options.
        digests: score to the digest of its whole protocol; scores of different digests must not be
            compared.
        remarks: why a score should not be believed, and what could not be kept; not recorded.
    """

    step: int | None
    by: str
    weights: str
    direction: str
    scores: Mapping[str, float]
    better: Mapping[str, Better]
    protocol: Mapping[str, Any]
    metrics: Mapping[str, Any]
    digests: Mapping[str, str]
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as JSON data."""
        return {
            "step": self.step,
            "by": self.by,
            "weights": self.weights,
            "direction": self.direction,
            "scores": dict(self.scores),
            "better": dict(self.better),
            "digests": dict(self.digests),
            "metrics": dict(self.metrics),
            "protocol": dict(self.protocol),
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """Read what can be read; only finite scores count."""
        step, direction = line.get("step"), str(line.get("direction", ""))
        values = {name: number(value) for name, value in mapping(line.get("scores")).items()}
        ways = mapping(line.get("better"))
        return cls(
            step=step if type(step) is int else None,
            by=str(line.get("by", "")),
            weights=str(line.get("weights", "")),
            direction=direction,
            scores={_bare(name, direction): v for name, v in values.items() if v is not None},
            better={_bare(n, direction): w for n, w in ways.items() if w in ("lower", "higher")},
            protocol=mapping(line.get("protocol")),
            metrics=mapping(line.get("metrics")),
            digests=_texts(line.get("digests")),
        )

    def protocol_of(self, score: str) -> dict[str, Any]:
        """Return all that another score must share to be compared, as far as it was recorded."""
        own = mapping(self.metrics.get(score))
        return {**self.protocol, **({"metric": dict(own)} if own else {})}

    def digest_of(self, score: str) -> str:
        """Return the digest of a score's protocol; empty where it was not recorded."""
        return self.digests.get(score, "")

    def named(self, *, several: bool) -> dict[str, float]:
        """Return the scores as the log names them.

        Args:
            several: the game has several directions, each of which names its scores.
        """
        return {f"{self.direction}.{n}" if several else n: v for n, v in self.scores.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A remark of the monitor or of the run.

    Args:
        step: at which it was made.
        since: the step from which on it was so; None where that is not known.
        kind: one word for what it is, such as "collapse".
        text: what was seen.
        advice: what to try.
        more: further JSON data.
    """

    step: int
    since: int | None = None
    kind: str = ""
    text: str = ""
    advice: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the event as JSON data."""
        head = {"step": self.step, "since": self.since, "kind": self.kind}
        return {**head, "text": self.text, "advice": self.advice, **self.more}

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """Read a line that has a step."""
        since, own = line.get("since"), ("step", "since", "kind", "text", "advice")
        return cls(
            step=line["step"],
            since=since if type(since) is int else None,
            kind=str(line.get("kind", "")),
            text=str(line.get("text", "")),
            advice=str(line.get("advice") or ""),
            more={key: value for key, value in line.items() if key not in own},
        )


def read_log(path: Path, remarks: list[str] | None = None) -> list[LogLine]:
    """Return the log; `remarks` as `read_lines` takes them."""
    return [LogLine.from_json(line) for line in read_lines(path, remarks)]


def read_scores(path: Path, remarks: list[str] | None = None) -> list[Evaluation]:
    """Return the evaluations; `remarks` as `read_lines` takes them."""
    return [Evaluation.from_json(line) for line in read_lines(path, remarks)]


def read_events(path: Path, remarks: list[str] | None = None) -> list[Event]:
    """Return the events; `remarks` as `read_lines` takes them."""
    return [Event.from_json(line) for line in read_lines(path, remarks)]


def best_step(evaluations: Iterable[Evaluation], score: str) -> int | None:
    """Return the step with the best score among the evaluations while training, if any.

    Scores of the newest protocol count, and of equal ones the first.

    Args:
        evaluations: in the order in which they were made.
        score: as the log names it.
    """
    made = [one for one in evaluations if one.by == "train"]
    several = len({one.direction for one in made}) > 1
    found = [(one, value) for one in made if (value := one.named(several=several).get(score))]
    if not found:
        return None
    newest = found[-1][0]
    bare = _bare(score, newest.direction)
    sign = -1 if newest.better.get(bare) == "higher" else 1
    digest = newest.digest_of(bare)
    same = [(one.step, sign * value) for one, value in found if one.digest_of(bare) == digest]
    return min(same, key=lambda pair: pair[1])[0]


def is_number(value: object) -> bool:
    """Return whether a JSON value is a number; a truth value is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    if not is_number(value):
        return None
    with suppress(OverflowError):
        return float(value) if math.isfinite(value) else None
    return None


def mapping(value: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def features_name(protocol: Mapping[str, Any]) -> str:
    """Return what a metric saw images through, in short; empty where it was not recorded."""
    return str(protocol.get("features", "")).rpartition("/")[2]


def _texts(value: object) -> dict[str, str]:
    return {name: text for name, text in mapping(value).items() if isinstance(text, str)}


def _bare(name: str, direction: str) -> str:
    """Return a score's name without the direction that the log, and older files, put before it."""
    return name.removeprefix(f"{direction}.")
