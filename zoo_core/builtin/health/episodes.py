"""What is said, and when: a remark once, and again only after all was well in between."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo_core.builtin.health.checks import CHECKS, Check
from zoo_core.builtin.health.finding import PREFIX, Finding
from zoo_core.builtin.health.series import Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a run's user should be told.

    Args:
        kind: what it is, one of `CHECKS` or "non-finite".
        text: what was seen.
        since: the first step of it.
    """

    kind: str
    text: str
    since: int


class Episodes:
    """Follow a log and say what goes wrong in it.

    All that it knows comes from the lines that it is given, in their order: given the lines of a
    log again, it stands where it stood.

    Args:
        checks: what is looked for.
        warmup: the last step whose measurements of images do not count: a generator that has just
            begun makes one kind of blur.
    """

    def __init__(self, checks: Iterable[Check] = CHECKS, *, warmup: float = 0) -> None:
        self.series = Series()
        self.warmup = warmup
        self._checks = tuple(checks)
        self._open: set[tuple[str, str]] = set()

    def take(self, step: int, scalars: Mapping[str, float]) -> list[Remark]:
        """Take a log point; return what is to be said of it."""
        early = step <= self.warmup
        self.series.add(
            step, {n: v for n, v in scalars.items() if not (early and n.startswith(PREFIX))}
        )
        found = [
            remark
            for check in self._checks
            for side in check.sides(self.series.now)
            for remark in self._judged(check, side)
        ]
        return [*_not_finite(step, scalars), *found]

    def _judged(self, check: Check, side: str) -> list[Remark]:
        finding, key = check.look(self.series, side), (check.kind, side)
        if finding is None:
            return []
        if finding.over:
            self._open.discard(key)
        if not finding.bad or key in self._open:
            return []
        self._open.add(key)
        return [_remark(check, finding)]


def _remark(check: Check, finding: Finding) -> Remark:
    return Remark(kind=check.kind, text=finding.text, since=finding.since)


def _not_finite(step: int, scalars: Mapping[str, float]) -> list[Remark]:
    broken = [n for n, v in scalars.items() if isinstance(v, float) and not math.isfinite(v)]
    if not broken:
        return []
    text = f"{broken[0]} is {scalars[broken[0]]}"
    return [Remark(kind="non-finite", text=text, since=step)]
