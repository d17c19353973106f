"""Pieces of a report that folders and tables share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import plural

if TYPE_CHECKING:
    from zoo_core.data.checking.balance import Labels
    from zoo_core.data.checking.duplicates import Duplicates

SHOWN = 10
"""Files that a list names before it counts the rest; `--json` has all."""

CLASSES = 20
"""Classes that are listed before the rest is counted."""

LABELS = 12
"""Characters of the names of facts."""


def show_labels(terminal: Terminal, labels: Labels) -> None:
    """Print the classes with their counts."""
    terminal.heading("labels")
    if not labels.classes:
        terminal.result("none")
        return
    table = columns("class", "training", "held out", fixed=(1, 2))
    for column in table.columns[1:]:
        column.justify = "right"
    for one in labels.classes[:CLASSES]:
        table.add_row(one.name, f"{one.train:,}", f"{one.test:,}")
    terminal.show(table)
    lines = [*_more(len(labels.classes), CLASSES, "class", "classes"), *_balance(labels)]
    if labels.unlabelled:
        lines.append(f"{plural(labels.unlabelled, 'image')} of unknown class")
    terminal.result(*lines)


def _balance(labels: Labels) -> Iterable[str]:
    if labels.ratio is None:
        return
    smallest = min(labels.classes, key=lambda one: one.total)
    largest = max(labels.classes, key=lambda one: one.total)
    yield (
        f"smallest {smallest.name} ({smallest.total:,}), largest {largest.name} "
        f"({largest.total:,}), {labels.ratio:g} times as many"
        if labels.ratio > 1
        else f"balanced: {smallest.total:,} each"
    )


def show_duplicates(terminal: Terminal, duplicates: Duplicates, *, what: str) -> None:
    """Print how many images are there more than once, and groups of them."""
    terminal.heading("duplicates")
    if not duplicates.groups:
        terminal.result(f"none: no two images have the same pixels {what}")
        return
    copies = plural(duplicates.extra, "image")
    terminal.result(
        f"{copies} too many: the same pixels {what}, in {plural(len(duplicates.groups), 'group')}"
    )
    marks = {group: _marks(group, duplicates) for group in duplicates.groups}
    ranked = sorted(marks, key=lambda group: -len(marks[group]))
    table = columns("", "", fixed=(0,))
    for group in ranked[:SHOWN]:
        table.add_row(", ".join(marks[group]) or "copies", _group(group))
    terminal.show(table)
    terminal.result(*_more(len(ranked), SHOWN, "group"))


def _marks(group: tuple[str, ...], duplicates: Duplicates) -> list[str]:
    names = set(group)
    kinds = {
        "both splits": duplicates.across_splits,
        "several labels": duplicates.across_classes,
    }
    return [kind for kind, found in kinds.items() if any(names & set(one) for one in found)]


def _group(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return " = ".join(names[:3]) + more


def show_list(terminal: Terminal, rows: Iterable[tuple[str, ...]], *headings: str) -> None:
    """Print the first rows of a table and count the rest."""
    found = list(rows)
    table = columns(*headings)
    for row in found[:SHOWN]:
        table.add_row(*row)
    terminal.show(table)
    terminal.result(*_more(len(found), SHOWN, ""))


def _more(count: int, shown: int, word: str, words: str = "") -> list[str]:
    if count <= shown:
        return []
    rest = count - shown
    what = f" {word if rest == 1 else words or word + 's'}" if word else ""
    return [f"and {rest:,} more{what}; `--json` has all"]


def counted(counts: Mapping[str, int]) -> str:
    """Return such as "4,050 JPEG, 8 PNG"; one kind alone without its count."""
    if len(counts) == 1:
        return next(iter(counts))
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())
