"""Which images of a folder belong together: two folders of equal names, or two halves of a file."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from zoo_core.data.folders.split_names import own_split, sides_of, split_name, unpaired_hint
from zoo_core.data.folders.splits import held_out
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from zoo_core.data.folders.listing import Listing
    from zoo_core.data.folders.split_names import OwnSplit
    from zoo_core.interfaces.data import Split

Layout = Literal["auto", "side-by-side", "folders"]
"""The option `layout` of `paired`."""

SIDES = ("A", "B")
"""The folders of the two sides."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of images below a folder.

    Args:
        root: the folder.
        first: paths of side A below it, or of files that hold both halves.
        second: paths of side B in the same order; the same as `first` for halves.
        own: folders make them a split, and not their names.
    """

    root: Path
    first: tuple[str, ...]
    second: tuple[str, ...]
    own: bool = False

    @property
    def halves(self) -> bool:
        """Return whether each file holds both images."""
        return self.first == self.second

    def __len__(self) -> int:
        return len(self.first)


def pair_up(listing: Listing, layout: Layout, fraction: float) -> dict[Split, Pairs]:
    """Return the pairs of the training and of the held-out split.

    Args:
        listing: the images below a folder.
        layout: `auto` takes folders A and B where there are any, else every file as two halves.
        fraction: of the pairs that is held out where the folder has no split of its own.

    Raises:
        ZooError: an image without a partner, two with one name, or both layouts at once.
    """
    sides = {name: side for name in listing.images if (side := _side(name))}
    if layout == "side-by-side" or (layout == "auto" and not sides):
        if layout == "auto":
            _refuse_unpaired(listing)
        pairs = {name: (name, name) for name in listing.images}
    else:
        _refuse_others(listing, sides)
        pairs = _partners(listing.root, sides)
    own = _own(pairs)
    names = _own_split(listing.root, tuple(pairs), own) if own else _by_names(pairs, fraction)
    return {
        split: Pairs(
            listing.root,
            tuple(pairs[name][0] for name in found),
            tuple(pairs[name][1] for name in found),
            own=own is not None,
        )
        for split, found in names.items()
    }


def _side(name: str) -> tuple[str, str] | None:
    """Return the side and the name of the pair, for A/train/1.png and train/A/1.png alike."""
    parts = PurePosixPath(name).parts
    for at in range(min(2, len(parts) - 1)):
        side = parts[at].upper()
        if side in SIDES and (at == 0 or split_name(parts[0]) is not None):
            pair = PurePosixPath(*parts[:at], *parts[at + 1 :])
            return side, str(pair.with_suffix(""))
    return None


def _partners(root: Path, sides: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    found: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for name, (side, pair) in sides.items():
        other = found[side].setdefault(pair, name)
        if other != name:
            raise ZooError(
                f"{str(root / other)!r} and {str(root / name)!r} have one name, so their partner "
                "is unclear",
                hint="a pair has the same name on both sides, whatever its ending; rename one",
            )
    for side, partner in (SIDES, SIDES[::-1]):
        alone = [name for pair, name in found[side].items() if pair not in found[partner]]
        if alone:
            raise _no_partner(root, alone, side, total=len(found[side]))
    return {pair: (name, found["B"][pair]) for pair, name in sorted(found["A"].items())}


def _no_partner(root: Path, alone: Sequence[str], side: str, *, total: int) -> ZooError:
    return ZooError(
        f"side {side} of {str(root)!r} has {len(alone)} of {total} images without a partner, "
        f"such as {str(root / alone[0])!r}",
        hint="a pair has the same name below A and B, whatever its ending; "
        "add the partner or take the image away",
    )


def _refuse_others(listing: Listing, sides: Mapping[str, object]) -> None:
    if not sides:
        raise ZooError(
            f"{str(listing.root)!r} has no folders A and B",
            hint="put the images of the two sides there under the same names; "
            "`-o data.layout=side-by-side` is for pairs in one file",
        )
    others = [name for name in listing.images if name not in sides]
    if others:
        raise ZooError(
            f"{str(listing.root)!r} has folders A and B and also {len(others)} "
            f"image{'s' if len(others) > 1 else ''} outside them, such as "
            f"{str(listing.root / others[0])!r}",
            hint="move those elsewhere; where every file holds a pair side by side, "
            "`-o data.layout=side-by-side`",
        )


def _refuse_unpaired(listing: Listing) -> None:
    sides = sides_of({name.partition("/")[0] for name in listing.images})
    wanted = unpaired_hint(str(listing.root), sides)
    if wanted:
        raise ZooError(
            f"{str(listing.root)!r} has {sides['train a']}/ and {sides['train b']}/, "
            "which hold images without partners",
            hint=f"{wanted}; pairs lie in A/ and B/ under the same names",
        )


def _own(names: Iterable[str]) -> OwnSplit | None:
    return own_split({name.partition("/")[0] for name in names if "/" in name})


def _by_names(names: Iterable[str], fraction: float) -> dict[Split, tuple[str, ...]]:
    known = tuple(names)
    chosen = dict(zip(known, held_out(known, fraction), strict=True))
    return {
        "train": tuple(name for name in known if not chosen[name]),
        "test": tuple(name for name in known if chosen[name]),
    }


def _own_split(root: Path, names: Sequence[str], own: OwnSplit) -> dict[Split, tuple[str, ...]]:
    # published sets have val/ beside test/: no image of either is trained on
    tops = {name: name.partition("/")[0] for name in names}
    known = (own.train, *own.held)
    outside = [name for name, top in tops.items() if top not in known]
    if outside:
        raise ZooError(
            f"{str(root)!r} has {'/, '.join(known)}/ and also {len(outside)} "
            f"pair{'s' if len(outside) > 1 else ''} outside them, such as {outside[0]!r}",
            hint="move what is outside elsewhere, or name "
            f"`{shlex.quote(f'paired:{root}/{own.train}')}`",
        )
    return {
        "train": tuple(name for name, top in tops.items() if top == own.train),
        "test": tuple(name for name, top in tops.items() if top != own.train),
    }
