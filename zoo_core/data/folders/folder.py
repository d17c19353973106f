"""A folder of images as a data set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from zoo_core.config.options import Between, Place
from zoo_core.data.folders.doubts import nearly_black, spoilt_profiles
from zoo_core.data.folders.labelling import Labelling, LabelMode, find_classes
from zoo_core.data.folders.listing import describe_others, list_images
from zoo_core.data.folders.passed_over import passed_over
from zoo_core.data.folders.split_files import SplitFiles, split_listing, split_remarks
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.files import FileTable, MemoryLimit, fits_memory, read_all, table_of_files
from zoo_core.data.tables.jitter import Factor, varying
from zoo_core.data.tables.reading import MAX_PIXELS, Header, MaxPixels, read_header
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from zoo_core.data.tables.memory import MemoryTable
    from zoo_core.interfaces.data import Split, Variation

HeldOut = Annotated[float, Between(0.0, 0.9)]
Channels = Literal["auto", "1", "3"]


class Folder(CachedDataset):
    """Offer the images below a folder; sub-folders are classes.

    Every file with the extension of an image counts, and one that cannot be read is an error.
    Grey, palette, CMYK, 16-bit and transparent images are converted to 8 bits of grey or RGB:
    transparency is laid on white, the camera's orientation is applied, of an animation the first
    frame is taken. For `size`, the short side is scaled and the centre is cropped.

    Where a folder is named as a training split and one beside it as a held-out one (`train/` and
    `test/`, `Training/` and `Valid/`, `seg_train/` and `seg_test/`), these are the two splits; so
    they are in each class. Else the name of each file decides: adding one moves no other.

    Args:
        path: the folder, relative to where the command runs.
        held_out: fraction of the images that is held out where the folder has no split of its own.
        channels: 1 for grey, 3 for colour; auto is 1 where every file is grey.
        labels: auto takes sub-folders as classes and refuses images beside them; folders leaves
            those images unlabelled; none ignores sub-folders.
        memory_limit: MiB of decoded images beyond which files are decoded on demand.
        jitter: enlarge training images by this factor and cut their size out at a random place.
        mirror: mirror training images at random.
        max_pixels: of one file; more are refused, since decoding them takes much memory.

    Raises:
        ZooError: no such folder, no images, several sizes without `size`, or unclear labels.
    """

    argument = "path"

    def __init__(  # noqa: PLR0913 - one argument for each option
        self,
        *,
        path: Annotated[str, Place()],
        size: tuple[int, int] | None = None,
        held_out: HeldOut = 0.1,
        channels: Channels = "auto",
        labels: LabelMode = "auto",
        memory_limit: MemoryLimit = 2048,
        jitter: Factor = 1.0,
        mirror: bool = False,
        max_pixels: MaxPixels = MAX_PIXELS,
    ) -> None:
        self.max_pixels = max_pixels
        listing = list_images(path)
        self.splits = split_listing(listing, held_out)
        self.labelling = label_splits(self.splits, labels, str(listing.root))
        self.headers = _headers(self.splits, size, channels, max_pixels)
        super().__init__(image_of(self.headers, size, channels), classes=self.labelling.classes)
        self.listing = listing
        self.others = listing.others
        self._variations = varying(jitter, mirror=mirror)
        self.in_memory = fits_memory(len(listing.images), self.image, memory_limit)

    @property
    def files(self) -> Mapping[str, Path]:
        """Return name to file of the images, held-out ones among them."""
        return self.listing.files()

    def read(self, split: Split) -> MemoryTable | FileTable:
        files = self.splits[split]
        return table_of_files(
            files.root,
            files.names,
            image=self.image,
            labels=self.labelling.labels(files.names),
            in_memory=self.in_memory,
            max_pixels=self.max_pixels,
        )

    @property
    def variations(self) -> Mapping[str, Variation]:
        """Return what training makes of the images, as `jitter` and `mirror` say."""
        return self._variations

    def count(self, split: Split) -> int:
        """Return the number of images in a split, without reading them."""
        return len(self.splits[split].names)

    def summary(self) -> str:
        """Return one sentence with counts, also of files that are not images."""
        others = describe_others(self.others)
        said = (f"{others} not read" if others else "", *map(str, self.variations.values()))
        return "; ".join((super().summary(), *filter(None, said)))

    def spare(self) -> int:
        """Return how many images are held out by their names alone."""
        return 0 if self.splits["train"].own else self.count("test")

    def remarks(self) -> tuple[str, ...]:
        """Return what was guessed, what was passed over, and what may look otherwise than meant."""
        return (
            *split_remarks(self.listing),
            *passed_over(self.listing),
            *spoilt_profiles(self.headers),
            *nearly_black(self.headers[: self.count("train")], self._kept.get("train")),
        )


def label_splits(splits: Mapping[Split, SplitFiles], mode: LabelMode, owner: str) -> Labelling:
    """Return the classes of both splits.

    Raises:
        ZooError: unclear labels, or a class that only the held-out split has.
    """
    train, test = splits["train"], splits["test"]
    found = find_classes((*train.names, *test.names), mode, owner)
    if train.root != test.root:
        known = find_classes(train.names, mode, str(train.root)).classes
        unknown = [name for name in found.classes if name not in known]
        if unknown:
            raise ZooError(
                f"{str(test.root)!r} has the class {unknown[0]!r}, which {str(train.root)!r} "
                "has not",
                hint="name the class folders of both alike, or leave them out: "
                "`-o data.labels=none`",
            )
    return found


def _headers(
    splits: dict[Split, SplitFiles],
    size: tuple[int, int] | None,
    channels: Channels,
    max_pixels: int,
) -> list[Header]:
    """Return what the first bytes of all files say, where that decides something."""
    if size is not None and channels != "auto":
        return []
    read = partial(read_header, limit=max_pixels)
    return read_all(read, splits["train"].paths() + splits["test"].paths())


def image_of(
    headers: Sequence[Header], size: tuple[int, int] | None, channels: Channels
) -> ImageSpec:
    """Return what the batches of some files hold.

    Raises:
        ZooError: several sizes and none that is asked for, or one beyond what an image can have.
    """
    return ImageSpec(channels_of(headers, channels), *(size or _common_size(headers)))


def channels_of(headers: Iterable[Header], channels: Channels) -> int:
    """Return the channels that files are read with."""
    if channels != "auto":
        return int(channels)
    return 1 if all(header.grey for header in headers) else 3


def _common_size(headers: Sequence[Header]) -> tuple[int, int]:
    first = headers[0]
    for header in headers:
        if (header.height, header.width) != (first.height, first.width):
            raise ZooError(
                f"images differ in size: {str(first.path)!r} is {first.height}x{first.width} and "
                f"{str(header.path)!r} is {header.height}x{header.width} (height x width)",
                hint="`--size 64` or `--size 64x48` scales and crops all to one size",
            )
    return first.height, first.width
