"""One worker: takes trials from a sweep's book until there is none left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.books import Book, GridBook, Taken
from zoo_core.sweeps.definition import Sweep
from zoo_core.sweeps.folder import InTheWayError, SweepFolder
from zoo_core.sweeps.records import Record
from zoo_core.sweeps.trial import Attending, is_of_the_machine, tried
from zoo_core.training import Silent, Watcher

FAILURES = 3
"""Trials in a row that break down, after which it is not the trials."""

WAITS = 1.0
"""Seconds between looks at whether another worker has died."""


class Told(Protocol):
    """Somebody who is told how a sweep goes."""

    def began(self, record: Record) -> Watcher:
        """Take a trial that begins or goes on; return who watches its run."""

    def ended(self, record: Record) -> None:
        """Take a trial that has ended."""


class Nobody:
    """Somebody whom it does not concern."""

    def began(self, record: Record) -> Watcher:
        """Return a watcher that does nothing."""
        return Silent()

    def ended(self, record: Record) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker.

    Args:
        sweep: whose trials it takes.
        folder: of the sweep.
        registry: where names are looked up.
        storage: URL of the study's database; None for the one in the folder.
        told: who is told.
        alive: whether it should go on.
        stays: wait for trials that others have, in case they die.
    """

    sweep: Sweep
    folder: SweepFolder
    registry: Registry
    storage: str | None = None
    told: Told
    alive: Callable[[], bool] = lambda: True
    stays: bool = False

    def work(self) -> bool:
        """Take trials until none is left; return False where it was interrupted.

        Raises:
            ZooError: for a reason that is no trial's own, such as a full disk or a locked
                database; what was done is kept.
        """
        book = book_of(self.sweep, self.folder, self.storage)
        try:
            return self._taken_by_turns(book)
        except ZooError as error:
            if is_of_the_machine(error):
                raise self._halted(error) from error
            raise
        finally:
            book.close()

    def _halted(self, error: ZooError) -> InTheWayError:
        """Return an error that says how the sweep stands."""
        ended = sum(bool(record.outcome) for record in self.folder.records())
        return InTheWayError(
            f"{error.message}; the sweep is intact, with {ended:,} of {self.sweep.count:,} trials "
            "ended",
            hint=_put_right(error),
        )

    def _taken_by_turns(self, book: Book) -> bool:
        failed = 0
        while self.alive():
            taken = book.take()
            if taken is None:
                if not (self.stays and book.open()):
                    return True
                time.sleep(WAITS)
                continue
            record = self._one(book, taken)
            if record is None:
                return False
            failed = failed + 1 if record.outcome == "failed" else 0
            if failed == FAILURES:
                raise ZooError(
                    f"{failed} trials in a row broke down, the last with: {record.reason}",
                    hint="the others are not begun: the same command goes on with them",
                )
        return False

    def _one(self, book: Book, taken: Taken) -> Record | None:
        try:
            watcher = self.told.began(taken.record)
            score = self.sweep.search.score if self.sweep.is_study else ""
            attending = Attending(book, taken, score, watcher, self.alive)
            path = self.folder.run(taken.record.number)
            record = tried(self.sweep, path, taken, self.registry, attending)
            if record is not None:
                book.end(taken, record)
                self.told.ended(record)
            return record
        finally:
            taken.lock.release()


def _put_right(error: ZooError) -> str:
    """Return what a user can do; what speaks of one run alone is left out."""
    own = "" if "zoo train" in error.hint or "the same command" in error.hint else error.hint
    return "; ".join(filter(None, (own, "the same command goes on as soon as that is put right")))


def book_of(sweep: Sweep, folder: SweepFolder, storage: str | None) -> Book:
    """Return the book of a sweep.

    Raises:
        ZooError: its database cannot be read or written.
    """
    if not sweep.is_study:
        return GridBook(sweep, folder)
    from zoo_core.sweeps.study import StudyBook

    return StudyBook(sweep, folder, storage)
