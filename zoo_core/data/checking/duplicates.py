"""Images that a data set holds more than once."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHUNK = 1 << 20
"""Bytes of a file that are hashed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Groups of equal images.

    Args:
        groups: names of equal images, two or more each.
        extra: how many images are there beyond the first of each group.
        across_splits: of a group in both splits, the first image of each: what is held out was
            trained on.
        across_classes: of a group with several labels, the first image of each.
    """

    groups: tuple[tuple[str, ...], ...]
    extra: int
    across_splits: tuple[tuple[str, ...], ...]
    across_classes: tuple[tuple[str, ...], ...]


def find_duplicates(
    digests: Mapping[str, bytes],
    *,
    splits: Mapping[str, str],
    classes: Mapping[str, str | None],
) -> Duplicates:
    """Return the groups of images with equal digests.

    Args:
        digests: name of each image to what only equal images share.
        splits: name to split; a name without one counts for none.
        classes: name to class, or None where the label is unknown.
    """
    groups = _equal(digests)
    return Duplicates(
        groups=groups,
        extra=sum(len(group) - 1 for group in groups),
        across_splits=_mixed(groups, splits),
        across_classes=_mixed(groups, classes),
    )


def _equal(digests: Mapping[str, bytes]) -> tuple[tuple[str, ...], ...]:
    found: dict[bytes, list[str]] = defaultdict(list)
    for name, digest in digests.items():
        found[digest].append(name)
    return tuple(tuple(names) for names in found.values() if len(names) > 1)


def _mixed(
    groups: Sequence[tuple[str, ...]], sides: Mapping[str, str | None]
) -> tuple[tuple[str, ...], ...]:
    """Return the first image of every side, of the groups that have several."""
    found = []
    for group in groups:
        firsts: dict[str, str] = {}
        for name in group:
            side = sides.get(name)
            if side is not None:
                firsts.setdefault(side, name)
        if len(firsts) > 1:
            found.append(tuple(firsts.values()))
    return tuple(found)


class _OutOfTime(Exception):  # noqa: N818
    """Looking for copies took too long."""


def count_equal_files(paths: Sequence[Path], *, seconds: float) -> int | None:
    """Return how many files are byte for byte a copy of another, or None if time runs out.

    Only files of one size are read. A file that cannot be read counts as no copy.

    Args:
        paths: the files.
        seconds: how long to look.
    """
    deadline = time.monotonic() + seconds
    try:
        return sum(_copies(same, deadline) for same in _of_equal_size(paths, deadline))
    except _OutOfTime:
        return None


def _of_equal_size(paths: Sequence[Path], deadline: float) -> list[list[Path]]:
    found: dict[int, list[Path]] = defaultdict(list)
    for path in paths:
        _check_time(deadline)
        with contextlib.suppress(OSError):
            found[path.stat().st_size].append(path)
    return [same for same in found.values() if len(same) > 1]


def _copies(paths: Sequence[Path], deadline: float) -> int:
    digests: list[bytes] = []
    for path in paths:
        with contextlib.suppress(OSError):
            digests.append(_digest(path, deadline))
    return len(digests) - len(set(digests))


def _digest(path: Path, deadline: float) -> bytes:
    total = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            _check_time(deadline)
            total.update(piece)
    return total.digest()


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _OutOfTime
