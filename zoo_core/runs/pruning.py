"""What of a run nobody needs any more, and its removal.

What stays is what `zoo train --resume`, `RUN@best` and a reader of the run ask for: the newest
whole checkpoint, the best one where the run keeps a best, the logs, and the pictures unless they
are thinned.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.runs.atomic import LEFT, write_errors
from zoo_core.runs.checkpoint import check_whole
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.layout import CHECKPOINTS, SAMPLES, samples_in
from zoo_core.runs.listing import bytes_of

ABANDONED = 3600.0
"""Seconds after which a hidden folder of a writer is taken to be of one that was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """A file or folder that can go.

    Args:
        path: where it is.
        why: "older checkpoint", "damaged checkpoint", "picture" or "left by a killed writer".
        size: bytes.
    """

    path: Path
    why: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What can go of a run.

    Args:
        run: the directory.
        spares: what can go.
        refused: why nothing is taken from it; empty otherwise.
    """

    run: Path
    spares: tuple[Spare, ...] = ()
    refused: str = ""

    @property
    def size(self) -> int:
        """Return the bytes of all that can go."""
        return sum(spare.size for spare in self.spares)


def prune(run: Path, *, pictures: int | None = None, remove: bool = False) -> Pruning:
    """Look at what can go of a run, and remove it if that is asked for.

    The run is locked meanwhile, so that nobody begins to train in it.

    Args:
        run: the directory.
        pictures: how many pictures stay, evenly over the steps; all by default.
        remove: do it; otherwise nothing changes.

    Raises:
        ZooError: something cannot be removed.
    """
    directory = RunDirectory(run)
    try:
        directory.lock()
        spares = tuple(_spares(directory, pictures))
    except ZooError as error:
        return Pruning(run=run, refused=error.message)
    else:
        for spare in spares if remove else ():
            _remove(spare.path)
        return Pruning(run=run, spares=spares)
    finally:
        directory.unlock()


def _spares(directory: RunDirectory, pictures: int | None) -> Iterator[Spare]:
    yield from _checkpoints(directory)
    if pictures is not None:
        yield from (_spare(path, "picture") for path in _thinned(directory.path, pictures))
    yield from (_spare(path, "left by a killed writer") for path in _leftovers(directory.path))


def _checkpoints(directory: RunDirectory) -> Iterator[Spare]:
    """Give the checkpoints that are neither the newest whole one nor the best."""
    newest, damaged = _newest_whole(directory)
    if newest is None:
        return
    score = directory.read_config().value("run", "keep_best")
    kept = {newest, directory.best(str(score)) if score else None}
    for step in directory.steps():
        if step not in kept:
            why = "damaged checkpoint" if step in damaged else "older checkpoint"
            yield _spare(directory.checkpoint(step), why)


def _newest_whole(directory: RunDirectory) -> tuple[int | None, set[int]]:
    """Return the step of the newest whole checkpoint, and the damaged ones after it."""
    damaged: set[int] = set()
    for step in reversed(directory.steps()):
        try:
            check_whole(directory.checkpoint(step))
        except ZooError:
            damaged.add(step)
        else:
            return step, damaged
    return None, damaged


def _thinned(run: Path, count: int) -> list[Path]:
    """Return the pictures that are not among so many, the first and the last one included."""
    found = list(samples_in(run).values())
    kept = set(_evenly(found, count))
    return [path for path in found if path not in kept]


def _evenly(items: Sequence[Path], count: int) -> Iterable[Path]:
    if len(items) <= count:
        return items
    if count == 1:
        return items[-1:]
    return [items[round(place * (len(items) - 1) / (count - 1))] for place in range(count)]


def _leftovers(run: Path) -> Iterator[Path]:
    """Give the hidden folders of writers that were killed; whoever reads a run may write beside."""
    before = time.time() - ABANDONED
    for folder in (run, run / SAMPLES, run / CHECKPOINTS):
        for path in folder.glob(LEFT):
            if path.lstat().st_mtime < before:
                yield path


def _spare(path: Path, why: str) -> Spare:
    return Spare(path=path, why=why, size=bytes_of(path))


def _remove(path: Path) -> None:
    with write_errors(path, hint="is it yours, and is its disk there?"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
