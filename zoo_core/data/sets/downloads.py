"""What the data sets of torchvision share: where they lie, how they come, what is wrong."""

from __future__ import annotations

import contextlib
import http.client
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from filelock import FileLock

from zoo_core.config.options import Place
from zoo_core.config.paths import expanded
from zoo_core.errors import ZooError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DataRoot = Annotated[str, Place()]
"""The option `root`."""

_FAILURES = (
    OSError,
    RuntimeError,
    ValueError,
    ImportError,
    http.client.HTTPException,
    tarfile.TarError,
    zipfile.BadZipFile,
)


def data_root(root: str) -> Path:
    """Return the folder that the option `root` names; `~` is the home folder."""
    return expanded(root)


def check_archive(path: Path, md5: str) -> None:
    """Compare a file with the checksum that torchvision publishes.

    Raises:
        ZooError: the file is another one.
    """
    # takes as long to import as torch: only who reads the data waits for it
    from torchvision.datasets.utils import check_integrity

    if not check_integrity(path, md5):
        raise damaged_error(path, "its md5 is not the published one")


def damaged_error(path: Path, reason: str) -> ZooError:
    """Return the error for a file of a known data set that is not as published."""
    return ZooError(
        f"{str(path)!r} is damaged: {reason}",
        hint="delete it and fetch it again; with `-o data.download=true` that happens by itself",
    )


def fetch(
    fetcher: Callable[[], object], *, name: str, folder: Path, expected: Sequence[str]
) -> None:
    """Download a data set; only one process of several does.

    Args:
        fetcher: downloads what is missing.
        name: of the data set.
        folder: where the files will lie.
        expected: names of the files.

    Raises:
        ZooError: that failed; it says what was expected where.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # torchvision says on stdout what it does, which belongs to results
        with FileLock(folder / ".zoo-download.lock"), contextlib.redirect_stdout(sys.stderr):
            fetcher()
    except _FAILURES as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise missing_error(
            name, folder, expected, f"and cannot be downloaded: {reason}"
        ) from error


def missing_error(name: str, folder: Path, expected: Sequence[str], why: str) -> ZooError:
    """Return the error for a data set that is not where it was looked for."""
    return ZooError(
        f"{name} is not in {str(folder)!r} {why}",
        hint=f"put {' and '.join(expected)} there, or name another folder with `--data-dir`",
    )
