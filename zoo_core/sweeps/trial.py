"""One trial: an ordinary run, begun or gone on with, and what came of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError

from zoo_core.errors import TooLittleMemoryError, ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.runs import History, read_history
from zoo_core.runs.layout import CONFIG
from zoo_core.runs.lines import number
from zoo_core.sweeps.books import Book, Taken
from zoo_core.sweeps.definition import Sweep
from zoo_core.sweeps.folder import InTheWayError
from zoo_core.sweeps.records import Outcome, Record
from zoo_core.training import Run, Watcher, resume, train

JUDGED_FROM = 0.25
"""Share of a run after which its scores say something of how it will end."""

LOOKS = 1.0
"""Seconds between looks at whether the worker should go on."""


class Attending:
    """Watch the run of a trial: tell its book the scores, and end it where the book says so.

    Args:
        book: of the sweep.
        taken: the trial.
        score: that the book wants; empty for none.
        watcher: who else is told.
        alive: whether the worker should go on.
    """

    def __init__(
        self, book: Book, taken: Taken, score: str, watcher: Watcher, alive: Callable[[], bool]
    ) -> None:
        self._book, self._taken, self._score = book, taken, score
        self._watcher, self._alive = watcher, alive
        self._looked = time.monotonic()
        self.pruned = ""

    def started(self, run: Run) -> None:
        self._watcher.started(run)

    def stepped(self, run: Run) -> None:
        self._watcher.stepped(run)
        now = time.monotonic()
        if now - self._looked >= LOOKS:
            self._looked = now
            if not self._alive():
                run.stop("interrupted", outcome="interrupted")

    def logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        self._watcher.logged(run, step, scalars)
        value = number(scalars.get(self._score)) if self._score in run.better else None
        behind = "" if value is None else self._book.report(self._taken, step, value)
        # at its last step there is nothing left to save
        if behind and JUDGED_FROM * run.options.steps <= step < run.options.steps:
            self.pruned = behind
            run.stop(behind)

    def said(self, run: Run, text: str) -> None:
        self._watcher.said(run, text)

    def finished(self, run: Run, outcome: str) -> None:
        self._watcher.finished(run, outcome)


def tried(
    sweep: Sweep, path: Path, taken: Taken, registry: Registry, attending: Attending
) -> Record | None:
    """Train a trial to its end; return its record, or None where it was interrupted.

    Args:
        sweep: whose trial it is.
        path: its run directory.
        taken: the trial.
        registry: where names are looked up.
        attending: watches it.

    Raises:
        ZooError: it cannot go on for a reason that is none of its own, such as a full disk.
    """
    try:
        run = _trained(sweep, path, taken.record, registry, attending)
    except ZooError as error:
        if is_of_the_machine(error):
            raise
        return _ended(taken.record, path, sweep.search.score, "failed", error.message)
    if run.outcome == "interrupted":
        return None
    outcome: Outcome = "done" if run.outcome == "done" else "stopped"
    if attending.pruned:
        outcome = "pruned"
    return _ended(taken.record, path, sweep.search.score, outcome, run.stop_reason)


def is_of_the_machine(error: ZooError) -> bool:
    """Return whether something went wrong that is no fault of the values that a run was given."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(error, TooLittleMemoryError):
        if isinstance(cause, OSError | SafetensorError | InTheWayError):
            return True
        cause = cause.__cause__
    return False


def _trained(sweep: Sweep, path: Path, record: Record, registry: Registry, watcher: Watcher) -> Run:
    if (path / CONFIG).is_file():
        with _threads_of(path):
            return resume(path, registry=registry, watcher=watcher)
    # what a worker left that died before it had begun
    shutil.rmtree(path, ignore_errors=True)
    composition = sweep.composed(record.values, registry)
    try:
        return train(composition, path, init=sweep.init, watcher=watcher)
    except TooLittleMemoryError:
        raise
    except ZooError as error:
        if (path / CONFIG).is_file():
            raise
        # parts that fit and do not begin, as where the data are missing: nor would the others
        raise InTheWayError(error.message, hint=error.hint) from error


@contextmanager
def _threads_of(path: Path) -> Iterator[None]:
    """Compute with as many threads as the run began with: then it goes on bit-exactly."""
    before = torch.get_num_threads()
    recorded = read_history(path).environment.facts.get("threads")
    if isinstance(recorded, int) and recorded >= 1:
        torch.set_num_threads(recorded)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _ended(record: Record, path: Path, score: str, outcome: Outcome, reason: str) -> Record:
    found = replace(record, outcome=outcome, reason=reason)
    if not (path / CONFIG).is_file():
        return found
    history = read_history(path)
    collapse = next((event.text for event in history.events if event.kind == "collapse"), "")
    if collapse:
        found = replace(found, outcome="collapsed", reason=collapse)
    best = best_score(history, score)
    if best is not None:
        found = replace(found, at=best[0], score=best[1])
    return replace(found, step=history.step, seconds=history.seconds)


def best_score(history: History, score: str) -> tuple[int, float] | None:
    """Return step and value of a run's best evaluation while it trained; the first of equals."""
    made = [one for one in history.scores if one.by == "train" and one.step is not None]
    several = len({one.direction for one in made}) > 1
    found = []
    for one in made:
        value = one.named(several=several).get(score)
        way = one.better.get(score.rpartition(".")[2]) or one.better.get(score)
        if value is not None and one.step is not None:
            found.append((-value if way == "higher" else value, one.step, value))
    with suppress(ValueError):
        _, step, value = min(found)
        return step, value
    return None
