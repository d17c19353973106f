"""Scores, protocols and places in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from zoo_cli.wording import number
from zoo_core.runs.columns import Column, Kind, protocol_differences
from zoo_core.runs.lines import features_name
from zoo_core.runs.rows import Spread

ABSENT = "-"
"""Shown where a row has nothing."""

_UNKNOWN = "unknown"


def letters(count: int) -> list[str]:
    """Return so many short marks: a, b, ... z, a2, ..."""
    rounds = (divmod(number, len(ascii_lowercase)) for number in range(count))
    return [ascii_lowercase[place] + (str(turn + 1) if turn else "") for turn, place in rounds]


def lettered(digests: Iterable[str]) -> dict[str, str]:
    """Return digest to a short mark."""
    known = list(digests)
    return dict(zip(known, letters(len(known)), strict=True))


def score_text(value: float) -> str:
    """Return a score with four digits: some are thousandths, some hundreds."""
    return f"{value:.4g}"


def spread_text(score: Spread | None) -> str:
    """Return mean and standard deviation with the digits that the deviation leaves, or one value.

    A deviation has two digits, and the mean as many decimals as it.
    """
    if score is None:
        return ABSENT
    if not score.deviation:
        return score_text(score.mean) + ("" if score.deviation is None else " ± 0")
    decimals = max(0, 1 - math.floor(math.log10(score.deviation)))
    return f"{score.mean:.{decimals}f} ± {score.deviation:.{decimals}f}"


def marks_of(columns: Sequence[Column]) -> dict[Kind, str]:
    """Return letters for those scores that have a title in common, and differ in their protocol."""
    titles: dict[str, list[Kind]] = {}
    for column in columns:
        titles.setdefault(column.kind.title, []).append(column.kind)
    return {
        kind: letter
        for kinds in titles.values()
        if len(kinds) > 1
        for kind, letter in zip(kinds, letters(len(kinds)), strict=True)
    }


def titled(column: Column, marks: Mapping[Kind, str]) -> str:
    """Return a score's title with its features, and its mark where it has one."""
    features, mark = features_name(column.protocol), marks.get(column.kind, "")
    beside = (f"({features})" if features else "", f"[{mark}]" if mark else "")
    return " ".join(filter(None, (column.kind.title, *beside)))


def protocol_text(protocol: Mapping[str, Any], weights: str = "") -> str:
    """Return the heart of a protocol in one line.

    Args:
        protocol: as far as it was recorded.
        weights: that made the samples, where all of them are of one kind.
    """

    def said(name: str) -> str:
        value = protocol.get(name, _UNKNOWN)
        return f"{value:,}" if type(value) is int else str(value)

    if not protocol:
        return "a protocol that was not recorded"
    features = features_name(protocol) or _UNKNOWN
    data = said("data").rpartition("/")[2]
    made_by = f", {weights} weights" if weights else ""
    what = "pictures" if "fake_split" in protocol else "samples"
    digest = str(protocol.get("features_digest", ""))[:8]
    return (
        f"{said('fake_count')} {what} (seed {said('seed')}{made_by}) against "
        f"{said('real_count')} {said('split')} images of {data}, {said('image')}, "
        f"features {features} {digest}".rstrip()
    )


def protocol_lines(columns: Sequence[Column]) -> list[str]:
    """Return how scores were measured, those that were measured alike in one line."""
    marks = marks_of(columns)
    found: dict[str, list[str]] = {}
    for column in columns:
        mark = f" [{marks[column.kind]}]" if column.kind in marks else ""
        text = protocol_text(column.protocol, column.kind.weights)
        found.setdefault(text, []).append(column.kind.title + mark)
    return [f"{', '.join(names)}: {text}" for text, names in found.items()]


def differing_protocols(
    columns: Sequence[Column],
) -> list[tuple[str, list[str], dict[str, tuple[str, ...]]]]:
    """Return titles that several columns have, their marks, and each entry that is not the same."""
    marks = marks_of(columns)
    found: dict[str, list[Column]] = {}
    for column in columns:
        if column.kind in marks:
            found.setdefault(column.kind.title, []).append(column)
    return [
        (title, [marks[one.kind] for one in same], protocol_differences(same))
        for title, same in found.items()
    ]


def number_text(value: Spread) -> str:
    """Return a term's mean with its deviation, or its one value."""
    return number(value.mean) if value.deviation is None else spread_text(value)
