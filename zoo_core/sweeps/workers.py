"""Several workers on one machine: a process each, and the cores divided among them."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.records import Record
from zoo_core.sweeps.work import Nobody, Told, Worker

LOOKS = 0.5
"""Seconds between looks at the records."""

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker's process, and where it leaves its error."""

    process: SpawnProcess
    left: Connection

    @property
    def error(self) -> ZooError | None:
        """Return what it could not go on for."""
        with suppress(EOFError, OSError):
            if self.left.poll():
                found: ZooError = self.left.recv()
                return found
        return None


def work_together(folder: SweepFolder, count: int, *, storage: str | None, told: Told) -> bool:
    """Let workers take all trials of a folder; return False where they were interrupted.

    A worker that dies leaves its trial to the others. The workers end with a checkpoint when this
    process does.

    Args:
        folder: of the sweep.
        count: of workers.
        storage: URL of the study's database; None for the one in the folder.
        told: who is told.

    Raises:
        ZooError: a worker could not go on, or died and nobody was left to take its trial over.
    """
    with _threads(count):
        hands = [_begun(folder.path, storage) for _ in range(count)]
    try:
        _watch(folder, hands, told)
    except BaseException:
        for hand in hands:
            hand.process.terminate()
        raise
    finally:
        for hand in hands:
            hand.process.join()
    return _judged(hands)


def _begun(path: Path, storage: str | None) -> Hand:
    context = multiprocessing.get_context("spawn")
    reading, writing = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(str(path), storage, writing))
    process.start()
    writing.close()
    return Hand(process, reading)


def _work(path: str, storage: str | None, left: Connection) -> None:
    """Be a worker: in a session of its own, so that only its parent hears the terminal."""
    if hasattr(os, "setsid"):
        os.setsid()
    parent = multiprocessing.parent_process()
    folder = SweepFolder(Path(path))
    try:
        sweep = folder.read()
        whole = Worker(
            sweep=sweep,
            folder=folder,
            registry=Registry.from_installed(files=sweep.plugins),
            storage=storage,
            told=Nobody(),
            alive=lambda: parent is None or parent.is_alive(),
            stays=True,
        ).work()
    except ZooError as error:
        left.send(error)
        sys.exit(1)
    sys.exit(0 if whole else INTERRUPTED)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let processes that are started now share the cores, unless the user decided."""
    name, before = "OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS")
    if before is None:
        os.environ[name] = str(max(1, (os.cpu_count() or 1) // count))
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]


def _watch(folder: SweepFolder, hands: list[Hand], told: Told) -> None:
    known = {record.number: record for record in folder.records()}
    while True:
        living = any(hand.process.is_alive() for hand in hands)
        for record in folder.records():
            _tell(told, known.get(record.number), record)
            known[record.number] = record
        if not living:
            return
        time.sleep(LOOKS)


def _tell(told: Told, before: Record | None, now: Record) -> None:
    if before is None or now.begun > before.begun:
        told.began(now)
    if now.outcome and (before is None or not before.outcome):
        told.ended(now)


def _judged(hands: list[Hand]) -> bool:
    errors = [error for hand in hands if (error := hand.error) is not None]
    if errors:
        raise errors[0]
    codes = [hand.process.exitcode for hand in hands]
    if all(code not in (0, INTERRUPTED) for code in codes):
        raise ZooError(
            f"all workers died ({', '.join(map(str, codes))}) before the sweep had ended",
            hint="the sweep is intact, and the same command goes on; too little memory ends "
            "processes so: fewer `--workers`",
        )
    return INTERRUPTED not in codes
