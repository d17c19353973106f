"""What `zoo data check` finds out, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo_core.data.checking.advice import Advised
    from zoo_core.data.checking.balance import Labels
    from zoo_core.data.checking.conversions import Conversion
    from zoo_core.data.checking.duplicates import Duplicates
    from zoo_core.data.checking.spreads import Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What would stop a training, and the way out."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile:
    """An image file that cannot be read: its path below the folder, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Splits:
    """The training and the held-out images.

    Args:
        own: the two folders, where the folder has a split of its own.
        fraction: held out by the names of the files where it has not.
        train: number of training images.
        test: number of held-out images.
    """

    own: tuple[str, ...]
    fraction: float | None
    train: int
    test: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    """What is in a folder of images.

    Args:
        path: the folder.
        images: number of files with the extension of an image.
        readable: how many of them can be read.
        formats: format to number of images.
        modes: Pillow's mode to number of images.
        bits: bits of one value to number of images.
        image: channels x height x width of a training, None where that is unclear.
        sizes: None where no image can be read.
        conversions: what is changed when images are read.
        splits: None where they are unclear.
        labels: the classes and what else could be labels.
        duplicates: images with equal pixels, before any scaling.
        unreadable: every file that cannot be read.
        others: extension to number of files that are no images.
        stops: what would stop a training.
        remarks: what else should be known.
        advice: options that would fit.
    """

    path: str
    images: int
    readable: int
    formats: Mapping[str, int]
    modes: Mapping[str, int]
    bits: Mapping[int, int]
    image: str | None
    sizes: Sizes | None
    conversions: tuple[Conversion, ...]
    splits: Splits | None
    labels: Labels
    duplicates: Duplicates
    unreadable: tuple[BadFile, ...]
    others: Mapping[str, int]
    stops: tuple[Stop, ...]
    remarks: tuple[str, ...]
    advice: tuple[Advised, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What is in one table of a data set.

    Args:
        name: of the table.
        image: channels x height x width.
        source: the same of the images to translate from, None without.
        train: number of training rows.
        test: number of held-out rows.
        labels: the classes with their counts.
        duplicates: rows with equal pixels, as a training reads them.
        darkest: least value of a pixel, 0 to 255.
        brightest: greatest value of a pixel, 0 to 255.
    """

    name: str
    image: str
    source: str | None
    train: int
    test: int
    labels: Labels
    duplicates: Duplicates
    darkest: int
    brightest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetReport:
    """What is in a data set, by its tables.

    Args:
        summary: its own words.
        tables: one or more.
        stops: what would stop a training.
        remarks: what else should be known.
        advice: options that would fit; none for images to translate.
    """

    summary: str
    tables: tuple[TableReport, ...]
    stops: tuple[Stop, ...]
    remarks: tuple[str, ...]
    advice: tuple[Advised, ...]
