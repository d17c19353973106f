"""A comparison as headings and rows, which every format writes in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo_cli.comparing.words import ABSENT, marks_of
from zoo_cli.wording import duration, plain
from zoo_core.runs.columns import Column
from zoo_core.runs.lines import features_name
from zoo_core.runs.rows import Group, RunComparison, Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above scores.

    Args:
        title: of the score.
        better: "lower", "higher" or empty.
        features: what the metric saw images through, in short; empty where that is not recorded.
        mark: tells columns of one title apart; empty where there is one.
    """

    title: str
    better: str
    features: str
    mark: str

    @property
    def name(self) -> str:
        """Return title, features and mark in one line."""
        features = f"({self.features})" if self.features else ""
        mark = f"[{self.mark}]" if self.mark else ""
        return " ".join(filter(None, (self.title, features, mark)))

    @property
    def arrow(self) -> str:
        """Return which way is better, as papers show it."""
        return {"lower": "↓", "higher": "↑"}.get(self.better, "")


@dataclass(frozen=True, slots=True)
class Cell:
    """A score of a row.

    Args:
        score: or None.
        wins: it is the best of its column.
    """

    score: Spread | None
    wins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What stands in a row: words, then scores."""

    words: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of the same data with their headings.

    Args:
        data: what they are trained on, in words; empty where rows of all data stand together.
        words: headings of what comes first.
        headings: of the scores.
        rows: as long as the headings.
    """

    data: str
    words: tuple[str, ...]
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


def sheets_of(found: RunComparison) -> list[Sheet]:
    """Return a sheet for each data, with those scores that a row of it has."""
    return [
        _sheet(found, [group for group in found.groups if group.data == place], data)
        for place, data in enumerate(found.data)
    ]


def whole_sheet(found: RunComparison) -> Sheet:
    """Return all rows in one sheet, which says of each what it is trained on, and plain seconds."""
    sheet = _sheet(found, found.groups, "")
    rows = [
        Row(
            words=(row.words[0], found.data[group.data], *row.words[1:-1], _seconds(found, group)),
            cells=row.cells,
        )
        for row, group in zip(sheet.rows, found.groups, strict=True)
    ]
    words = (sheet.words[0], "data", *sheet.words[1:-1], "seconds")
    return Sheet(data="", words=words, headings=sheet.headings, rows=tuple(rows))


def _seconds(found: RunComparison, group: Group) -> str:
    seconds = found.seconds(group)
    return "" if seconds is None else f"{seconds:.3f}"


def _sheet(found: RunComparison, groups: Sequence[Group], data: str) -> Sheet:
    columns = [one for one in found.columns if any(found.score(group, one) for group in groups)]
    marks = marks_of(found.columns)
    best = [found.best(column, groups) for column in columns]
    words = [
        {"run": group.name, "runs": str(len(group.runs)), **_words(found, group, groups)}
        for group in groups
    ]
    cells = [
        tuple(
            _cell(found.score(group, column), mean)
            for column, mean in zip(columns, best, strict=True)
        )
        for group in groups
    ]
    return Sheet(
        data=data,
        words=tuple(words[0]),
        headings=tuple(_heading(column, marks.get(column.kind, "")) for column in columns),
        rows=tuple(
            Row(words=tuple(said.values()), cells=scores)
            for said, scores in zip(words, cells, strict=True)
        ),
    )


def _cell(score: Spread | None, best: float | None) -> Cell:
    return Cell(score, wins=score is not None and score.mean == best)


def _heading(column: Column, mark: str) -> Heading:
    return Heading(
        title=column.kind.title,
        better=column.better,
        features=features_name(column.protocol),
        mark=mark,
    )


def _words(found: RunComparison, group: Group, groups: Sequence[Group]) -> dict[str, str]:
    """Return heading to text: what is not the same in these rows, steps and time."""
    least, most = found.steps(group)
    seconds = found.seconds(group)
    names = [
        one.name
        for one in found.differences
        if len({repr(row.settings.get(one.name)) for row in groups}) > 1
    ]
    return {
        **{name: setting_text(group, name) for name in names},
        "steps": f"{most}" if least == most else f"{least}-{most}",
        "time": ABSENT if seconds is None else duration(seconds),
    }


def setting_text(group: Group, name: str) -> str:
    """Return a row's value of an option, the last part of a part's name."""
    if name not in group.settings:
        return ABSENT
    text = plain(group.settings[name])
    return text.rpartition("/")[2] if "." not in name else text
