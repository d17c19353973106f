"""What a user should know of a data set although it stops no training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoo_core.data.checking.balance import Labels
    from zoo_core.data.checking.duplicates import Duplicates
    from zoo_core.data.checking.reports import Splits

UNBALANCED = 3
"""Ratio of the largest class to the smallest from which on classes count as unbalanced."""

FEW = 1000
"""Training images below which a critic soon knows them by heart."""

SHOWN = 3
"""Names in a remark before the rest is counted."""


def remarks_on(labels: Labels, duplicates: Duplicates, splits: Splits | None) -> tuple[str, ...]:
    """Return sentences on labels, duplicates and counts; on these only where splits are clear."""
    return (*_on_labels(labels), *_on_duplicates(duplicates), *_on_counts(splits))


def _on_labels(labels: Labels) -> Iterator[str]:
    if len(labels.classes) == 1:
        yield f"there is one class, {labels.classes[0].name!r}: its label says nothing"
    elif labels.classes:
        yield (
            f"{len(labels.classes)} classes are found; only a part that reads labels uses them: "
            "`--condition NAME`, `zoo list condition`"
        )
    if labels.ratio is not None and labels.ratio >= UNBALANCED:
        yield f"the largest class has {labels.ratio:g} times the images of the smallest"
    if any(one.train == 0 for one in labels.classes):
        empty = [one.name for one in labels.classes if one.train == 0]
        yield f"no training image in {named(empty)}"
    if labels.ignored_folders:
        count = len(labels.ignored_folders)
        yield (
            f"{count} folder{'s' * (count != 1)} ({named(labels.ignored_folders)}) could be "
            "classes and are ignored: `-o data.labels=none`"
        )
    if labels.label_files:
        yield f"not read, though it looks like labels: {named(labels.label_files)}"


def _on_duplicates(duplicates: Duplicates) -> Iterator[str]:
    across = len(duplicates.across_splits)
    if across:
        yield (
            f"{across:,} image{'s' * (across != 1)} in both splits: what is held out was trained "
            "on, which flatters every score"
        )
    if duplicates.across_classes:
        count = len(duplicates.across_classes)
        yield (
            f"{count:,} image{'s' * (count != 1)} with more than one label, such as "
            f"{' = '.join(duplicates.across_classes[0][:SHOWN])}"
        )


def _on_counts(splits: Splits | None) -> Iterator[str]:
    if splits is None:
        return
    train = splits.train
    if train < FEW:
        few = f"{train:,} training image{'s' * (train != 1)}"
        yield f"{few}: a critic soon knows so few by heart"
    if not splits.test:
        yield "nothing is held out, so nothing can be measured against unseen images"


def named(names: tuple[str, ...] | list[str]) -> str:
    """Return the first few names and count the rest."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
