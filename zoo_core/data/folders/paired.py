"""Pairs of images as a data set: what to translate, and what should come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from zoo_core.config.options import Place
from zoo_core.data.folders.doubts import spoilt_profiles
from zoo_core.data.folders.folder import Channels, HeldOut, image_of
from zoo_core.data.folders.listing import describe_others, list_images
from zoo_core.data.folders.pair_tables import HalvesTable, PairTable, in_memory
from zoo_core.data.folders.pairs import Layout, Pairs, pair_up
from zoo_core.data.folders.passed_over import passed_over
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.files import FileTable, MemoryLimit, fits_memory, read_all
from zoo_core.data.tables.jitter import Factor, varying
from zoo_core.data.tables.reading import MAX_PIXELS, Header, MaxPixels, read_header
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zoo_core.data.tables.memory import MemoryTable
    from zoo_core.interfaces.data import Split, Variation

Direction = Literal["ab", "ba"]

ABOUT_TWICE = (1.9, 2.1)
"""Width by height of a file that looks like two images side by side."""


@dataclass(kw_only=True, eq=False)
class Paired(CachedDataset):
    """Offer the pairs of images below a folder: rows have the image and its source.

    Two layouts are known. A file can hold both images of a pair side by side, the left half of
    side A and the right half of side B, as the sets of pix2pix do. Or the two lie in `A/` and
    `B/` (also `train/A/`, `train/B/`, or `A/train/`, `B/train/`) under the same name, whatever its
    ending. Both images of a pair are scaled and cropped alike.

    Where a folder is named as a training split and others beside it as held-out ones (`train/`,
    `test/`, `Valid/`; all of the latter count as one), these are the two splits. Else the name of
    each pair decides: adding one moves no other. Files are read and converted as `folder` does.

    Args:
        path: the folder, relative to where the command runs.
        layout: side-by-side or folders; auto takes folders where there are A and B.
        direction: ab translates A (the left half) to B (the right half), ba the other way.
        held_out: fraction of the pairs that is held out where the folder has no split of its own.
        channels: 1 for grey, 3 for colour, of both sides; auto is 1 where every file is grey.
        memory_limit: MiB of decoded images beyond which files are decoded on demand.
        jitter: enlarge training pairs by this factor and cut their size out at a random place.
        mirror: mirror training pairs at random, both images of a pair alike.
        max_pixels: of one file; more are refused, since decoding them takes much memory.

    Raises:
        ZooError: no such folder, images that are no pairs, or several sizes without `size`.
    """

    argument: ClassVar[str] = "path"

    path: Annotated[str, Place()]
    size: tuple[int, int] | None = None
    layout: Layout = "auto"
    direction: Direction = "ab"
    held_out: HeldOut = 0.1
    channels: Channels = "auto"
    memory_limit: MemoryLimit = 2048
    jitter: Factor = 1.0
    mirror: bool = False
    max_pixels: MaxPixels = MAX_PIXELS

    def __post_init__(self) -> None:
        if not self.path.strip():
            raise ZooError("the data set 'paired' has no path", hint="`--data paired:PATH`")
        self.listing = listing = list_images(self.path)
        self.pairs = pair_up(listing, self.layout, self.held_out)
        self.others = listing.others
        headers = _headers(self.pairs, guess=self.layout == "auto", limit=self.max_pixels)
        super().__init__(image_of(headers, self.size, self.channels))
        self.spoilt = tuple(spoilt_profiles(headers))
        self.source = self.image
        total = 2 * sum(len(pairs) for pairs in self.pairs.values())
        self.in_memory = fits_memory(total, self.image, self.memory_limit)

    @property
    def files(self) -> Mapping[str, Path]:
        """Return name to file of the images, held-out ones among them."""
        return self.listing.files()

    def read(self, split: Split) -> MemoryTable | PairTable | HalvesTable:
        table = self._on_demand(self.pairs[split])
        return in_memory(table) if self.in_memory else table

    @property
    def variations(self) -> Mapping[str, Variation]:
        """Return what training makes of the pairs, as `jitter` and `mirror` say."""
        return varying(self.jitter, mirror=self.mirror)

    def count(self, split: Split) -> int:
        """Return the number of pairs in a split, without reading them."""
        return len(self.pairs[split])

    def summary(self) -> str:
        """Return one sentence with counts, also of files that are not images."""
        counts = f"{self.count('train'):,} training and {self.count('test'):,} held-out pairs"
        others = describe_others(self.others)
        said = (f"{others} not read" if others else "", *map(str, self.variations.values()))
        found = f"{counts} of {self.image}, {' to '.join(self.direction.upper())}"
        return "; ".join((found, *filter(None, said)))

    def spare(self) -> int:
        """Return how many pairs are held out by their names alone."""
        return 0 if self.pairs["train"].own else self.count("test")

    def remarks(self) -> tuple[str, ...]:
        """Return what was passed over, and profiles that cannot be used."""
        return (*passed_over(self.listing), *self.spoilt)

    def _on_demand(self, pairs: Pairs) -> PairTable | HalvesTable:
        forward = self.direction == "ab"
        if pairs.halves:
            return HalvesTable(
                root=pairs.root,
                names=pairs.first,
                image=self.image,
                left_is_source=forward,
                max_pixels=self.max_pixels,
            )
        first, second = (
            FileTable(root=pairs.root, names=names, image=self.image, max_pixels=self.max_pixels)
            for names in (pairs.first, pairs.second)
        )
        return PairTable(second, first) if forward else PairTable(first, second)


def _headers(pairs: dict[Split, Pairs], *, guess: bool, limit: int) -> list[Header]:
    """Return what the first bytes of all images say; of a file with two halves, one half's size."""
    first = [part.root / name for part in pairs.values() for name in part.first]
    second = [part.root / name for part in pairs.values() for name in part.second]
    read = partial(read_header, limit=limit)
    if first == second:
        return [_half(header, guess=guess) for header in read_all(read, first)]
    found = read_all(read, first + second)
    for one, other in zip(found[: len(first)], found[len(first) :], strict=True):
        _check_shapes(one, other)
    return found


def _half(header: Header, *, guess: bool) -> Header:
    size = f"{header.height}x{header.width}"
    low, high = ABOUT_TWICE
    if guess and not low <= header.width / header.height <= high:
        raise ZooError(
            f"{str(header.path)!r} is {size} (height x width), which does not look like two "
            "images side by side",
            hint="`-o data.layout=side-by-side` cuts every file in its middle all the same; pairs "
            "can lie in folders A and B; `--data folder:PATH` is for single images",
        )
    if header.width % 2:
        raise ZooError(
            f"{str(header.path)!r} is {size} (height x width): an odd width has no two halves",
            hint="crop the file to an even width, or cut the pairs into folders A and B",
        )
    return replace(header, width=header.width // 2)


def _check_shapes(first: Header, second: Header) -> None:
    """Refuse a pair whose images would be cropped differently."""
    # where one is a smaller copy, rounding may have cost it a pixel
    apart = abs(first.height * second.width - second.height * first.width)
    if apart > max(first.width, second.width):
        raise ZooError(
            f"the images of a pair differ in shape: {_sized(first)} and {_sized(second)} "
            "(height x width)",
            hint="crop the two alike: every pixel of one belongs to a place in the other",
        )


def _sized(header: Header) -> str:
    return f"{str(header.path)!r} is {header.height}x{header.width}"
