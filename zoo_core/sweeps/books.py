"""Who does what: a book gives out the trials of a sweep, each once, and is told how they end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from filelock import FileLock

from zoo_core.runs.lock import is_running
from zoo_core.sweeps.definition import Sweep
from zoo_core.sweeps.folder import SweepFolder, worker_name
from zoo_core.sweeps.records import Record


@dataclass(slots=True, kw_only=True)
class Taken:
    """A trial that a worker has.

    Args:
        record: what is known of it.
        lock: held as long as the worker has it.
        handle: what the book knows it by.
    """

    record: Record
    lock: FileLock
    handle: Any = field(default=None, repr=False)


class Book(Protocol):
    """Gives out trials."""

    def take(self) -> Taken | None:
        """Return the next trial that nobody has; first those whose worker died. None for none."""

    def report(self, taken: Taken, step: int, score: float) -> str:
        """Take a score of a trial that goes on; return why it should not, or an empty text."""

    def end(self, taken: Taken, record: Record) -> None:
        """Take how a trial ended, and let go of it."""

    def open(self) -> int:
        """Return how many trials of the sweep have not ended."""

    def close(self) -> None:
        """Let go of what the book holds."""


class GridBook:
    """The book of a grid: every trial is known from the start, and the folder knows the rest.

    Args:
        sweep: the grid.
        folder: of it.
    """

    def __init__(self, sweep: Sweep, folder: SweepFolder) -> None:
        self.folder = folder
        self._points = sweep.points()

    def take(self) -> Taken | None:
        for number, values in enumerate(self._points):
            taken = claimed(self.folder, Record(number=number, values=values))
            if taken is not None:
                return taken
        return None

    def report(self, taken: Taken, step: int, score: float) -> str:
        return ""

    def end(self, taken: Taken, record: Record) -> None:
        self.folder.keep(record)
        taken.lock.release()

    def open(self) -> int:
        return len(self._points) - sum(bool(one.outcome) for one in self.folder.records())

    def close(self) -> None:
        return


def claimed(folder: SweepFolder, fresh: Record) -> Taken | None:
    """Take a trial, unless it has ended or somebody has it.

    Args:
        folder: of the sweep.
        fresh: its record, if nobody has begun it.
    """
    known = folder.record(fresh.number)
    if known is not None and known.outcome:
        return None
    lock = folder.claim(fresh.number)
    if lock is None:
        return None
    # it may have ended since, and somebody may have gone on with the run by hand
    known = folder.record(fresh.number) or fresh
    if known.outcome or is_running(folder.run(fresh.number)):
        lock.release()
        return None
    record = replace(known, begun=known.begun + 1, worker=worker_name())
    folder.keep(record)
    return Taken(record=record, lock=lock)
