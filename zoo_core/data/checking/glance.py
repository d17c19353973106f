"""A folder in short, before a training: only what takes no time worth mentioning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo_core.data.checking.balance import ClassCount, count_folders, label_files
from zoo_core.data.checking.duplicates import count_equal_files

if TYPE_CHECKING:
    from zoo_core.data.folders.folder import Folder
    from zoo_core.data.folders.labelling import LabelMode

SECONDS = 0.5
"""How long copies are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A folder in short.

    Args:
        images: number of image files.
        classes: those that labels are made of, with their counts.
        unlabelled: images of unknown class.
        copies: files that are byte for byte a copy of another, None where there was no time.
        ignored: folders and files that look like labels and are not read.
    """

    images: int
    classes: tuple[ClassCount, ...]
    unlabelled: int
    copies: int | None
    ignored: tuple[str, ...]


def glance_at(folder: Folder, *, seconds: float = SECONDS) -> Glance:
    """Return what is seen without decoding an image.

    Args:
        folder: the data set.
        seconds: how long copies are looked for.
    """
    mode: LabelMode = "folders" if folder.classes else "none"
    labels = count_folders(folder.splits, mode, label_files(folder.listing))
    paths = [path for files in folder.splits.values() for path in files.paths()]
    return Glance(
        images=len(paths),
        classes=labels.classes,
        unlabelled=labels.unlabelled,
        copies=count_equal_files(paths, seconds=seconds),
        ignored=(*(f"{name}/" for name in labels.ignored_folders), *labels.label_files),
    )
