"""Which images of a folder are trained on and which are held out, by folders or by names."""

from __future__ import annotations

import shlex
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo_core.data.folders.split_names import (
    OwnSplit,
    is_held_out,
    is_training,
    own_split,
    sides_of,
    split_name,
    unpaired_hint,
)
from zoo_core.data.folders.splits import held_out
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zoo_core.data.folders.listing import Listing
    from zoo_core.interfaces.data import Split

SHOWN = 3
"""Folders that a sentence names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class SplitFiles:
    """The images of one split: relative paths below a folder.

    Args:
        root: the folder.
        names: paths below it.
        own: the folder that makes them a split, such as "train"; empty where names decide.
    """

    root: Path
    names: tuple[str, ...]
    own: str = ""

    def paths(self) -> list[Path]:
        """Return the path of every image."""
        return [self.root / name for name in self.names]


def split_listing(listing: Listing, fraction: float) -> dict[Split, SplitFiles]:
    """Return the images of the training and of the held-out split.

    Folders that are named as splits are splits, at the top or in each class. Else the names of the
    files decide.

    Raises:
        ZooError: folders that are sides of unpaired images, or a folder with a split of its own
            and images outside it.
    """
    tops = _tops(listing.images)
    _refuse_sides(listing.root, tops)
    own = own_split(tops)
    if own is not None:
        return _at_the_top(listing, own)
    if _in_each_class(listing.images):
        return _by_second(listing)
    chosen = held_out(listing.images, fraction)
    return {
        "train": SplitFiles(listing.root, tuple(_where(listing.images, chosen, wanted=False))),
        "test": SplitFiles(listing.root, tuple(_where(listing.images, chosen, wanted=True))),
    }


def split_remarks(listing: Listing) -> tuple[str, ...]:
    """Return what was guessed of folders that are named as splits, in sentences."""
    tops = _tops(listing.images)
    own = own_split(tops)
    if own is not None:
        return tuple(_on_own(own))
    if _in_each_class(listing.images):
        return ("the folders in each class are its training and its held-out images",)
    return tuple(_on_others(listing.images, tops))


def _on_others(names: Sequence[str], tops: set[str]) -> Iterator[str]:
    alike = [name for name in sorted(tops) if split_name(name) is not None]
    if alike:
        yield f"named as a split, and read as any other folder: {named_folders(alike)}"
    below = {tuple(name.split("/")[:2]) for name in names if name.count("/") > 1}
    inner = ["/".join(two) for two in sorted(below) if is_held_out(two[1])]
    if inner:
        yield f"named as held out, and read as any other folder: {named_folders(inner)}"


def named_folders(names: Sequence[str]) -> str:
    """Return the first few folders and count the rest."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(f"{name}/" for name in names[:SHOWN]) + more


def _on_own(own: OwnSplit) -> Iterator[str]:
    if (own.train, own.held[0]) != ("train", "test"):
        yield f"{own.train}/ is trained on and {own.held[0]}/ is held out, by their names"
    if own.held[1:]:
        yield f"not read, since {own.held[0]}/ is what is held out: {named_folders(own.held[1:])}"


def _tops(names: Sequence[str]) -> set[str]:
    return {name.partition("/")[0] for name in names if "/" in name}


def _refuse_sides(root: Path, tops: set[str]) -> None:
    sides = sides_of(tops)
    if len(sides) < 2 or not any(name.startswith("train") for name in sides):
        return
    alone = shlex.quote(f"folder:{root}/{next(iter(sides.values()))}")
    one = f"`--data {alone}` takes one of them alone"
    wanted = unpaired_hint(str(root), sides)
    raise ZooError(
        f"{str(root)!r} has {named_folders(list(sides.values()))}, the sides of unpaired images, "
        "which are no classes",
        hint=f"{wanted} translates between them; {one}" if wanted else one,
    )


def _where(names: Sequence[str], chosen: Sequence[bool], *, wanted: bool) -> Iterator[str]:
    return (name for name, one in zip(names, chosen, strict=True) if one == wanted)


def _at_the_top(listing: Listing, own: OwnSplit) -> dict[Split, SplitFiles]:
    known = (own.train, *own.held)
    outside = [name for name in listing.images if name.partition("/")[0] not in known]
    if outside:
        raise ZooError(
            f"{str(listing.root)!r} has {own.train}/ and {own.held[0]}/ and also {len(outside)} "
            f"image{'s' if len(outside) > 1 else ''} outside them, such as {outside[0]!r}",
            hint="move what is outside elsewhere, or name "
            f"`{shlex.quote(f'folder:{listing.root}/{own.train}')}`",
        )
    return {
        "train": _below(listing, own.train),
        "test": _below(listing, own.held[0]),
    }


def _below(listing: Listing, top: str) -> SplitFiles:
    names = (name for name in listing.images if name.startswith(f"{top}/"))
    return SplitFiles(
        listing.root / top, tuple(name.removeprefix(f"{top}/") for name in names), top
    )


def _in_each_class(names: Sequence[str]) -> bool:
    """Say whether all images lie in the training or held-out folders of classes that have both."""
    found: defaultdict[str, set[bool]] = defaultdict(set)
    for name in names:
        parts = name.split("/")
        if len(parts) < 3 or not (is_training(parts[1]) or is_held_out(parts[1])):
            return False
        found[parts[0]].add(is_training(parts[1]))
    return all(len(kinds) == 2 for kinds in found.values())


def _by_second(listing: Listing) -> dict[Split, SplitFiles]:
    kinds: Mapping[Split, str] = {"train": "*/train", "test": "*/test"}
    return {
        split: SplitFiles(
            listing.root,
            tuple(
                name
                for name in listing.images
                if is_training(name.split("/")[1]) == (split == "train")
            ),
            folder,
        )
        for split, folder in kinds.items()
    }
