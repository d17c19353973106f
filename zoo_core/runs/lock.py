"""Whether a process trains in a run directory, asked without getting in its way."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from zoo_core.runs.layout import LOCK


def is_running(run: Path) -> bool:
    """Return whether a process trains in a run directory.

    The run's lock is looked at through a shared lock that lasts microseconds and that other
    readers may have too. Where locks cannot be asked, nobody is taken to train.
    """
    file = run / LOCK
    if not file.is_file():
        return False
    with suppress(ImportError):
        return _is_locked(file)
    try:
        with FileLock(file, timeout=0):
            return False
    except Timeout:
        return True


def _is_locked(file: Path) -> bool:
    import fcntl

    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False
