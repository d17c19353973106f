"""What a data set leaves out of a folder, said in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_core.data.folders.listing import HIDDEN_IMAGES
from zoo_core.data.folders.split_files import named_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoo_core.data.folders.listing import Listing

SHOWN = 3
"""Kinds that a sentence names before it counts the rest."""


def passed_over(listing: Listing) -> Iterator[str]:
    """Give what lies below a folder and is not read."""
    if listing.passed_over:
        yield f"passed over: {_counted(listing)}"
    if listing.empty:
        yield f"no image in {named_folders(listing.empty)}"


def _counted(listing: Listing) -> str:
    found = [_times(name, count) for name, count in listing.passed_over.items()]
    more = [f"{len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
    return ", ".join((*found[:SHOWN], *more))


def _times(name: str, count: int) -> str:
    if name == HIDDEN_IMAGES:
        return f"{count:,} {name if count > 1 else 'hidden image'}"
    return f"{name} ({count:,} times)" if count > 1 else name
