"""Look at every image of a folder, and at what a training would make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zoo_core.data.checking.advice import Facts, advise
from zoo_core.data.checking.balance import Labels, count_folders, label_files
from zoo_core.data.checking.conversions import conversions_of
from zoo_core.data.checking.duplicates import Duplicates, find_duplicates
from zoo_core.data.checking.examined import Examined, examine
from zoo_core.data.checking.remarks import remarks_on
from zoo_core.data.checking.reports import BadFile, FolderReport, Splits, Stop
from zoo_core.data.checking.spreads import sizes_of
from zoo_core.data.folders.folder import (
    Channels,
    channels_of,
    image_of,
    label_splits,
)
from zoo_core.data.folders.labelling import LabelMode, class_of
from zoo_core.data.folders.listing import Listing, list_images
from zoo_core.data.folders.passed_over import passed_over
from zoo_core.data.folders.split_files import SplitFiles, split_listing, split_remarks
from zoo_core.data.tables.files import read_each
from zoo_core.data.tables.reading import MAX_PIXELS, Unreadable, quiet_pillow, unreadable_error
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from zoo_core.data.checking.spreads import Sizes
    from zoo_core.interfaces.data import Split
    from zoo_core.spec import ImageSpec

Value = TypeVar("Value")

Track = Callable[[Sequence[Any]], Iterable[Any]]
"""A function that gives the items it gets, and may show how far they are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """The size and the options of `folder` that a training is to have."""

    size: tuple[int, int] | None = None
    held_out: float = 0.1
    channels: Channels = "auto"
    labels: LabelMode = "auto"
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """What was found in a folder.

    Args:
        listing: its files.
        asked: the options of a training.
        good: path below the folder to what the image is.
        bad: what cannot be read.
        splits: the two splits; none where they are unclear.
        image: what batches would hold, None where that is unclear.
        unclear: the labels are.
        stops: what would stop a training.
    """

    listing: Listing
    asked: FolderOptions
    good: Mapping[str, Examined]
    bad: Sequence[Unreadable]
    splits: Mapping[Split, SplitFiles]
    image: ImageSpec | None
    unclear: bool
    stops: tuple[Stop, ...]


def inspect_folder(
    path: str, asked: FolderOptions | None = None, *, track: Track | None = None
) -> FolderReport:
    """Decode every image below a folder and report what is there; no bad file ends it.

    Args:
        path: the folder.
        asked: the options of a training; those of `folder` by default.
        track: gets the paths, and gives them back as they are taken, to show progress.

    Raises:
        ZooError: no folder, one that cannot be read, or no image in it.
    """
    asked = asked or FolderOptions()
    listing = list_images(path)
    good, bad = _examined(listing, track or iter, asked.max_pixels)
    stops = [stop_of(unreadable_error(bad, total=len(listing.images)))] if bad else []
    splits = _tried(lambda: split_listing(listing, asked.held_out), stops) or {}
    before = len(stops)
    if splits:
        _tried(lambda: label_splits(splits, asked.labels, str(listing.root)), stops)
    unclear = len(stops) > before
    headers = [one.header for one in good.values()]
    image = (
        _tried(lambda: image_of(headers, asked.size, asked.channels), stops) if headers else None
    )
    return _report(
        _Folder(
            listing=listing,
            asked=asked,
            good=good,
            bad=bad,
            splits=splits,
            image=image,
            unclear=unclear,
            stops=tuple(stops),
        )
    )


def stop_of(error: ZooError) -> Stop:
    """Return what an error says."""
    return Stop(message=error.message, hint=error.hint)


def _tried(function: Callable[[], Value], stops: list[Stop]) -> Value | None:
    try:
        return function()
    except ZooError as error:
        stops.append(stop_of(error))
        return None


def _examined(
    listing: Listing, track: Track, limit: int
) -> tuple[dict[str, Examined], list[Unreadable]]:
    good: dict[str, Examined] = {}
    bad: list[Unreadable] = []
    paths = [listing.root / name for name in listing.images]
    # first the names and last the files: the first that ends tells the display that all are taken
    read = partial(examine, limit=limit)
    taken = zip(listing.images, track(paths), strict=True)
    with quiet_pillow():
        for (name, _), one in zip(taken, read_each(read, paths), strict=True):
            if isinstance(one, Unreadable):
                bad.append(one)
            else:
                good[name] = one
    return good, bad


def _report(folder: _Folder) -> FolderReport:
    listing, found = folder.listing, list(folder.good.values())
    sizes = sizes_of([(one.header.height, one.header.width) for one in found]) if found else None
    channels = channels_of([one.header for one in found], folder.asked.channels)
    splits = _splits(folder)
    labels = _labels(folder)
    duplicates = _duplicates(folder)
    return FolderReport(
        path=str(listing.root),
        images=len(listing.images),
        readable=len(found),
        formats=_counted(one.format for one in found),
        modes=_counted(one.mode for one in found),
        bits=_counted(one.bits for one in found),
        image=str(folder.image) if folder.image else None,
        sizes=sizes,
        conversions=conversions_of(folder.good, channels=channels),
        splits=splits,
        labels=labels,
        duplicates=duplicates,
        unreadable=tuple(_bad_file(listing.root, one) for one in folder.bad),
        others=listing.others,
        stops=folder.stops,
        remarks=(
            *(split_remarks(listing) if splits else ()),
            *passed_over(listing),
            *remarks_on(labels, duplicates, splits),
        ),
        advice=advise(_facts(folder, labels, sizes, splits)) if sizes and splits else (),
    )


def _counted(values: Iterable[Any]) -> dict[Any, int]:
    return dict(Counter(values).most_common())


def _bad_file(root: Path, found: Unreadable) -> BadFile:
    return BadFile(name=found.path.relative_to(root).as_posix(), reason=found.reason)


def _splits(folder: _Folder) -> Splits | None:
    if not folder.splits:
        return None
    train, test = folder.splits["train"], folder.splits["test"]
    return Splits(
        own=(train.own, test.own) if train.own else (),
        fraction=None if train.own else folder.asked.held_out,
        train=len(train.names),
        test=len(test.names),
    )


def _labels(folder: _Folder) -> Labels:
    files = label_files(folder.listing)
    if not folder.splits:
        return Labels(label_files=files)
    return count_folders(folder.splits, folder.asked.labels, files)


def _duplicates(folder: _Folder) -> Duplicates:
    splits: dict[str, str] = {}
    classes: dict[str, str | None] = {}
    for split, files in folder.splits.items():
        below = files.root.relative_to(folder.listing.root)
        for name in files.names:
            whole = (below / name).as_posix()
            splits[whole] = split
            classes[whole] = None if folder.asked.labels == "none" else class_of(name)
    digests = {name: one.digest for name, one in folder.good.items()}
    return find_duplicates(digests, splits=splits, classes=classes)


def _facts(folder: _Folder, labels: Labels, sizes: Sizes, splits: Splits) -> Facts:
    found = folder.good.values()
    return Facts(
        sizes=sizes,
        train=splits.train,
        images=len(found),
        grey=sum(one.header.grey for one in found),
        colourless=sum(one.colourless for one in found),
        unclear=_unclear(labels) if folder.unclear else "",
        asked=folder.asked.size,
        channels=folder.asked.channels,
    )


def _unclear(labels: Labels) -> str:
    if not labels.unlabelled:
        return "the classes are unclear as the folders are"
    count = labels.unlabelled
    return (
        f"{count:,} image{'s' * (count != 1)} beside class folders; "
        "`-o data.labels=folders` keeps what is beside them as unlabelled"
    )
