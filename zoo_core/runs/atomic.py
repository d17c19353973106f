"""Write a file or a folder whole or not at all: the one place that renames what is written.

What is written lies in a hidden folder beside its place until it is complete and on the disk. A
failure of any kind, an interruption too, leaves neither a part of it nor the hidden folder; only a
killed process leaves that folder, under a name that `LEFT` matches.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from zoo_core.errors import ZooError

LEFT = ".zoo-*.tmp"
"""Pattern of the hidden folders' names."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

_TORCH_WRITER = ("PytorchStreamWriter", "inline_container", "iostream error")
"""What torch says where an archive cannot be written."""

_NO_SYNC = frozenset(
    {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EBADF}
)
"""What file systems say that cannot sync a folder; a disk that fails says something else."""


@contextmanager
def whole_file(path: Path, *, hint: str | None = None, sync: bool = True) -> Iterator[Path]:
    """Give a path to write a file to, which takes its place at the end.

    Folders above it are made. The file gets the mode of any new file, whatever its writer says.

    Args:
        path: the file; one that is there stays until then.
        hint: what a user can do where it cannot be written; by default what one who trains can.
        sync: wait for the disk; of many files that are easily made again, each need not.

    Raises:
        ZooError: it cannot be written; what was there stays.
    """
    with write_errors(path, hint=hint), _beside(path) as place:
        yield place / path.name
        _settle(place, sync=sync)
        (place / path.name).replace(path)
        if sync:
            _sync_folder(path.parent)


@contextmanager
def whole_folder(path: Path, *, over: bool, hint: str | None = None) -> Iterator[Path]:
    """Give a new folder to write into, which takes its place at the end.

    Folders above it are made. Two renames replace a folder that holds something: a process that is
    killed between them leaves the old one in the hidden folder.

    Args:
        path: the folder.
        over: replace one that holds something; otherwise only an empty one gives way.
        hint: what a user can do where it cannot be written; by default what one who trains can.

    Raises:
        ZooError: it cannot be written; what was there stays.
    """
    with write_errors(path, hint=hint), _beside(path) as place:
        new = place / "new" / path.name
        new.mkdir(parents=True)
        yield new
        _settle(place, sync=True)
        if over:
            _exchange(new, path, place / "old")
        else:
            if path.exists():
                path.rmdir()
            new.rename(path)
        _sync_folder(path.parent)


def write_bytes(path: Path, data: bytes, *, hint: str | None = None) -> None:
    """Write a file, whole or not at all.

    Raises:
        ZooError: it cannot be written; what was there stays.
    """
    with whole_file(path, hint=hint) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path, value: Mapping[str, Any], *, hint: str | None = None) -> None:
    """Write an object as JSON for people to read, whole or not at all.

    Raises:
        ZooError: it cannot be written; what was there stays.
    """
    write_bytes(path, json_bytes(value), hint=hint)


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Return an object as JSON for people to read."""
    return (json.dumps(value, indent=2) + "\n").encode()


@contextmanager
def write_errors(path: Path, *, hint: str | None = None) -> Iterator[None]:
    """Turn what the file system refuses into an error that names a file or a folder.

    Raises:
        ZooError: it cannot be written; a full disk is told apart.
    """
    try:
        yield
    except (OSError, SafetensorError) as error:
        raise _error(path, error, hint) from error
    except RuntimeError as error:
        # torch's writer of archives has no exception of its own
        if not any(word in str(error) for word in _TORCH_WRITER):
            raise
        raise _error(path, error, hint) from error


def _error(path: Path, error: Exception, hint: str | None) -> ZooError:
    if isinstance(error, OSError):
        full, reason = error.errno in _FULL, error.strerror or str(error)
    else:
        reason = str(error).splitlines()[0]
        full = "No space left" in reason or "file write failed" in reason
    if hint is None:
        room = "make room there, then go on with `zoo train --resume`"
        hint = room if full else "choose a directory that you can write, with `--run`"
    elif full:
        hint = f"make room there, or {hint}"
    what = "the disk is full" if full else reason
    return ZooError(f"cannot write {str(path)!r}: {what}", hint=hint)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a hidden folder in the same file system, which is gone afterwards."""
    place = path.parent / LEFT.replace("*", secrets.token_hex(8))
    try:
        place.mkdir(parents=True)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _settle(place: Path, *, sync: bool) -> None:
    """Give all files in a new folder the mode of new files, and bring them to the disk."""
    usual = place.stat().st_mode & 0o666
    for path in place.rglob("*"):
        mode = path.stat().st_mode
        if usual & ~mode:
            # some writers make files that only their owner can read
            path.chmod(mode | usual)
        if sync:
            (_sync_folder if path.is_dir() else _sync_file)(path)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def _exchange(new: Path, path: Path, old: Path) -> None:
    """Put a folder in a path's place and what was there aside, or leave all as it was."""
    try:
        if path.is_dir():
            path.rename(old)
        new.rename(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        raise
