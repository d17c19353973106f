"""Files that a training may read otherwise than they were meant, as far as that is known anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.reading import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zoo_core.data.tables.reading import Header
    from zoo_core.interfaces.data import Table

DARK = 16
"""The brightest of 8 bits where 12 of 16 bits are used: 4095 / 65535 of 255."""


def spoilt_profiles(headers: Sequence[Header]) -> Iterator[str]:
    """Give a remark on files whose colour profile cannot be used, if there are any."""
    found = [header for header in headers if header.spoilt]
    if found:
        yield (
            f"{_images(found)} a colour profile that is damaged or of another kind of image, which "
            f"is left out: {_named(found)}"
        )


def nearly_black(headers: Sequence[Header], table: Table | None) -> Iterator[str]:
    """Give a remark on grey files of 16 bits that use about 12 of them, if there are any.

    Args:
        headers: of the images, in the order of the rows.
        table: the images, where they have been read; those that are decoded on demand are not
            looked at.
    """
    rows = [row for row, header in enumerate(headers) if header.deep]
    if not rows or not isinstance(table, MemoryTable):
        return
    brightest = table.images.flatten(1).amax(1).tolist()
    found = [headers[row] for row in rows if 0 < brightest[row] <= DARK]
    if found:
        yield (
            f"{_images(found)} 16 bits, of which hardly more than 12 are used: read as they are, "
            f"nearly black; scale the values up where that is wrong: {_named(found)}"
        )


def _images(found: Sequence[Header]) -> str:
    return "1 image has" if len(found) == 1 else f"{len(found):,} images have"


def _named(found: Sequence[Header]) -> str:
    more = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return ", ".join(header.path.name for header in found[:SHOWN]) + more
