"""Whether files are those that they were: a hash that is cheap, and the same wherever they lie."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from zoo_core.config.recorded_data import RecordedData
from zoo_core.digests import sha256_of_bytes
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

WHOLE = 1 << 16
"""Bytes up to which a file is read as a whole; of a larger one, its ends and its middle are."""

PART = WHOLE // 4


def contents(files: Mapping[str, Path]) -> RecordedData:
    """Return how many files there are, with hashes of their names and of what they hold.

    Neither their order counts nor where they lie nor when they were changed.

    Raises:
        ZooError: one of them cannot be read.
    """
    if not files:
        return RecordedData()
    names = sorted(files)
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        found = list(pool.map(_digest, (files[name] for name in names)))
    return RecordedData(
        images=len(names),
        names=_together(names),
        contents=_together(f"{digest} {name}" for name, digest in zip(names, found, strict=True)),
    )


def _together(lines: Iterable[str]) -> str:
    # a name that is no text in UTF-8 has its bytes in it
    return sha256_of_bytes("\0".join(lines).encode("utf-8", "surrogatepass"))


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            total = hashlib.sha256(f"{size} ".encode())
            for start in (0,) if size <= WHOLE else (0, size // 2, size - PART):
                file.seek(start)
                total.update(file.read(WHOLE if size <= WHOLE else PART))
    except OSError as error:
        raise ZooError(
            f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}",
            hint="`zoo data check` reads every file and names those that cannot be used",
        ) from error
    return total.hexdigest()
