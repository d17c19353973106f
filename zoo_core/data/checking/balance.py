"""How many images each class has, and which labels nothing reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from zoo_core.data.folders.labelling import class_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zoo_core.data.folders.labelling import LabelMode
    from zoo_core.data.folders.listing import Listing
    from zoo_core.data.folders.split_files import SplitFiles
    from zoo_core.interfaces.data import Split

TABLES = frozenset({".csv", ".feather", ".jsonl", ".ndjson", ".parquet", ".tsv"})
"""Files of these kinds beside images are taken for labels."""

_KINDS = frozenset({".json", ".mat", ".npy", ".npz", ".txt", ".xml", ".yaml", ".yml", ".pkl"})
_WORDS = ("label", "class", "annot", "caption", "attr", "categor", "target", "metadata", "tags")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """How many images of a class are in each split."""

    name: str
    train: int
    test: int

    @property
    def total(self) -> int:
        """Return the number of images in both splits."""
        return self.train + self.test


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """The labels of a data set.

    Args:
        classes: with their counts, in the order of the labels.
        unlabelled: images whose class is unknown.
        ratio: largest class by smallest, None with fewer than two.
        ignored_folders: folders that `labels=none` does not take as classes.
        label_files: files that look like labels; nothing reads them.
    """

    classes: tuple[ClassCount, ...] = ()
    unlabelled: int = 0
    ratio: float | None = None
    ignored_folders: tuple[str, ...] = ()
    label_files: tuple[str, ...] = ()


def count_labels(
    found: Mapping[Split, Counter[str | None]], *, names: Sequence[str], files: Sequence[str] = ()
) -> Labels:
    """Return the labels of a data set.

    Args:
        found: split to class to number of images; None for an unknown class.
        names: of the classes, in the order of the labels.
        files: files that look like labels.
    """
    train, test = found["train"], found["test"]
    classes = tuple(ClassCount(name=name, train=train[name], test=test[name]) for name in names)
    totals = [one.total for one in classes]
    several = len(totals) > 1 and min(totals) > 0
    return Labels(
        classes=classes,
        unlabelled=train[None] + test[None] if names else 0,
        ratio=round(max(totals) / min(totals), 2) if several else None,
        label_files=tuple(files),
    )


def count_folders(
    splits: Mapping[Split, SplitFiles], mode: LabelMode, files: Sequence[str]
) -> Labels:
    """Return the labels that the folders of images are, or would be."""
    found = {split: Counter(class_of(name) for name in one.names) for split, one in splits.items()}
    folders = sorted({name for counted in found.values() for name in counted if name is not None})
    if mode == "none":
        return Labels(ignored_folders=tuple(folders), label_files=tuple(files))
    return count_labels(found, names=folders, files=files)


def label_files(listing: Listing) -> tuple[str, ...]:
    """Return the files that look like labels: tables, telling names, or one for each image."""
    images = {str(PurePosixPath(name).with_suffix("")) for name in listing.images}
    return tuple(name for name in listing.other_names if _looks_like_labels(name, images))


def _looks_like_labels(name: str, images: set[str]) -> bool:
    path = PurePosixPath(name)
    kind = path.suffix.lower()
    if kind in TABLES:
        return True
    telling = any(word in path.stem.lower() for word in _WORDS)
    return kind in _KINDS and (telling or str(path.with_suffix("")) in images)
