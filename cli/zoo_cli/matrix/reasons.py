"""Why cells do not fit: equal reasons once, with the names in which they differ."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from zoo_cli.matrix.cells import Cell

_NAME = re.compile(r"'([^']*)'")

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some cells do not fit.

    Args:
        text: the refusal; names that take each other's place are joined with "or".
        hint: the way out.
        cells: how many cells it is about.
    """

    text: str
    hint: str
    cells: int


@dataclass(frozen=True, slots=True)
class Reasons:
    """All reasons, those of most cells first.

    Args:
        found: the reasons.
        numbers: message of a cell to the number of its reason, from 1.
    """

    found: tuple[Reason, ...]
    numbers: Mapping[tuple[str, str], int]

    def number(self, cell: Cell) -> int:
        """Return the number of a cell's reason."""
        return self.numbers[cell.reason, cell.hint]


def reasons_of(cells: Iterable[Cell]) -> Reasons:
    """Return why cells do not fit.

    Reasons that differ in names alone are one where every combination of those names occurs.
    """
    counts: dict[tuple[str, str], int] = {}
    for cell in cells:
        if not cell.fits:
            key = (cell.reason, cell.hint)
            counts[key] = counts.get(key, 0) + 1
    groups = [(hint, group) for hint, group in _alike(counts)]
    totals = {n: sum(counts[text, hint] for text in g) for n, (hint, g) in enumerate(groups)}
    order = sorted(totals, key=lambda number: -totals[number])
    found = tuple(Reason(_joined(groups[n][1]), groups[n][0], totals[n]) for n in order)
    numbers = {
        (text, groups[n][0]): place for place, n in enumerate(order, 1) for text in groups[n][1]
    }
    return Reasons(found, numbers)


def _alike(counts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Give hints with the messages that can be said in one sentence."""
    forms: dict[tuple[str, str], list[str]] = {}
    for text, hint in counts:
        forms.setdefault((_NAME.sub("''", text), hint), []).append(text)
    for (_, hint), texts in forms.items():
        for group in _complete([_NAME.findall(text) for text in texts], texts):
            yield hint, group


def _complete(names: Sequence[Sequence[str]], texts: Sequence[str]) -> Iterator[list[str]]:
    """Give groups of messages in which every combination of the names occurs."""
    values = [list(dict.fromkeys(place)) for place in zip(*names, strict=True)]
    if {tuple(each) for each in names} == set(product(*values)):
        yield list(texts)
        return
    place = next(number for number, found in enumerate(values) if len(found) > 1)
    for value in values[place]:
        chosen = [n for n, each in enumerate(names) if each[place] == value]
        yield from _complete([names[n] for n in chosen], [texts[n] for n in chosen])


def _joined(texts: Sequence[str]) -> str:
    """Return one sentence for messages that differ in names."""
    every = [_NAME.findall(text) for text in texts]
    places = [_either(list(dict.fromkeys(place))) for place in zip(*every, strict=True)]
    pieces = iter(places)
    return _NAME.sub(lambda _: next(pieces), texts[0])


def _either(names: Sequence[str]) -> str:
    *others, last = [f"'{name}'" for name in names]
    return f"{', '.join(others)} or {last}" if others else last
