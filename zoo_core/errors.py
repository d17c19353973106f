"""The one error that users see."""

from __future__ import annotations

import difflib
import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class ZooError(Exception):
    """Tell the user what is wrong and what to do about it.

    Args:
        message: one lower-case sentence that quotes the offending value and names its owner.
        hint: the way out: a command, a value that would fit, or the nearest name.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.hint))


class ZooValueError(ZooError, ValueError):
    """Tell the user of a value that is out of range or of the wrong form.

    Args:
        message: as of any `ZooError`.
        hint: what would do.
    """


class TooLittleMemoryError(ZooError):
    """There is not enough memory for what was asked."""


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn what the allocators of a CPU, of CUDA and of MPS raise into one error.

    Raises:
        TooLittleMemoryError: there is not enough memory.
    """
    try:
        yield
    except (RuntimeError, MemoryError, OSError) as error:
        if not is_lack_of_memory(error):
            raise
        device = next((each for each in ("CUDA", "MPS") if each in str(error)), "")
        raise TooLittleMemoryError(
            f"there is not enough memory{f' on {device}' if device else ''} for this",
            hint="fewer or smaller images at once",
        ) from error


def is_lack_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out: most allocators raise any error."""
    words = (
        "DefaultCPUAllocator",
        "out of memory",
        "bad_alloc",
        "bad allocation",
        "ALLOC_FAILED",
        "could not create a memory object",
    )
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    named = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return named or any(word in str(error) for word in words)


def _rebuild(kind: type[ZooError], message: str, hint: str) -> ZooError:
    return kind(message, hint=hint)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'? " for the closest known name, or an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}? " if close else ""
