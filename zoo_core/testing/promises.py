"""A promise, and what is said of one that is not kept. Imports no torch."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zoo_core.errors import ZooError

_CORE = str(Path(__file__).parents[1]) + os.sep
_TORCH = f"{os.sep}site-packages{os.sep}torch{os.sep}"


class PromiseError(Exception):
    """A promise that is not kept.

    Args:
        promised: what a part of this kind promises.
        found: what came out.
        setting: what was tried.
        place: file, line and code of the part, where it raised.
    """

    def __init__(self, promised: str, found: str, *, setting: str = "", place: str = "") -> None:
        super().__init__(found)
        self.promised, self.found, self.setting, self.place = promised, found, setting, place

    def __str__(self) -> str:
        rows = {
            "came out": self.found,
            "promised": self.promised,
            "tried": self.setting,
            "at": self.place,
        }
        return "\n".join(f"{name}: {text}" for name, text in rows.items() if text)


class NotTriedError(Exception):
    """A trial that cannot be done here, and why."""


@contextmanager
def promise(promised: str, setting: str = "") -> Iterator[None]:
    """Turn what is raised inside into a `PromiseError`; a refusal of parts stays what it is."""
    try:
        yield
    except (ZooError, PromiseError, NotTriedError):
        raise
    # a stranger's part can raise anything, and that is what is looked for
    except Exception as error:
        raise PromiseError(promised, _found(error), setting=setting, place=_place(error)) from error


def _found(error: Exception) -> str:
    if isinstance(error, AssertionError) and str(error):
        # pytest may add what it found out about the assertion
        return str(error).partition("\nassert ")[0]
    return f"{type(error).__name__}: {error}".partition("\n")[0]


def _place(error: BaseException) -> str:
    """Return the last line outside the core and torch that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not _is_known(frame.filename)]
    if not theirs:
        return ""
    last = theirs[-1]
    return f"{last.filename}:{last.lineno} in {last.name}: {last.line}"


def _is_known(file: str) -> bool:
    return (
        file.startswith((_CORE, "<"))
        or _TORCH in file
        or file == contextmanager.__code__.co_filename
    )
