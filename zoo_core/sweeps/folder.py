"""A sweep's folder: its definition, a run directory and a record for each trial, who has which.

A worker has a trial as long as it holds the lock beside the trial's record. The system lets go of
the lock when the process ends, however it ends, so nothing has to be cleaned up after a crash. On
a shared folder this holds where locks are shared too, as on NFS 4 and on NFS 3 with its lock
daemon; where a mount keeps locks to itself (`nolock`, `local_lock`), machines must not share it.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from zoo_core.errors import ZooError
from zoo_core.runs.atomic import write_errors, write_json
from zoo_core.sweeps.definition import FORMAT, Sweep, domain_text
from zoo_core.sweeps.records import Record

DEFINITION = "sweep.json"
RUNS = "runs"
RECORDS = "trials"

HINT = "the same command goes on once there is room"

_MOMENT = 0.3
"""Seconds in which somebody who only looks at a lock has let go of it."""

_LONG = 120.0
"""Seconds after which who holds the folder's own lock is taken to be stuck."""


class InTheWayError(ZooError):
    """Something does not let a sweep go on that is no fault of what a trial was told."""


class SweepFolder:
    """Where a sweep keeps everything.

    Args:
        path: the folder; `define` makes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def definition(self) -> Path:
        """Return where the definition is."""
        return self.path / DEFINITION

    @property
    def runs(self) -> Path:
        """Return where the run directories are."""
        return self.path / RUNS

    def run(self, number: int) -> Path:
        """Return the run directory of a trial."""
        return self.runs / f"{number:04d}"

    def define(self, sweep: Sweep, *, database: str = "") -> None:
        """Make the folder of a sweep, or find that it is one.

        Args:
            sweep: what it is for.
            database: that keeps the study, where that is not a file in the folder.

        Raises:
            ZooError: it holds another sweep or something else, or cannot be written.
        """
        with write_errors(self.path, hint="`--out` takes a folder that you can write"):
            self._check_free()
            for folder in (self.runs, self.path / RECORDS):
                folder.mkdir(parents=True, exist_ok=True)
        with self.alone():
            if self.definition.is_file():
                self._check_same(self.read(), sweep)
                self._check_database(database)
            beside = {"digest": sweep.digest, "database": database}
            write_json(self.definition, {**sweep.to_json(), **beside}, hint=HINT)

    def read(self) -> Sweep:
        """Return the sweep of the folder.

        Raises:
            ZooError: there is none, or it cannot be read.
        """
        try:
            found = json.loads(self.definition.read_text(encoding="utf-8"))
            if found.pop("format") == FORMAT:
                return Sweep.from_json(found)
        except FileNotFoundError as error:
            raise ZooError(
                f"{str(self.path)!r} holds no sweep",
                hint="`zoo sweep --gen dcgan --loss hinge,wgan-gp --out sweeps/a` begins one",
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged() from error
        raise self._damaged()

    def records(self) -> list[Record]:
        """Return all trials that were begun, in their order.

        Raises:
            ZooError: one cannot be read.
        """
        folder = self.path / RECORDS
        found = [self.record(int(file.stem)) for file in sorted(folder.glob("[0-9]*.json"))]
        return [one for one in found if one is not None]

    def record(self, number: int) -> Record | None:
        """Return a trial, or None where nobody has begun it.

        Raises:
            ZooError: it cannot be read.
        """
        file = self._record(number)
        try:
            return Record.from_json(json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ZooError(
                f"the record {str(file)!r} cannot be read: {error}",
                hint=f"`rm {shlex.quote(str(file))}`: its trial is looked at again, and its run "
                "goes on where it is",
            ) from error

    def keep(self, record: Record) -> None:
        """Write a trial's record.

        Raises:
            ZooError: it cannot be written; what was there stays.
        """
        write_json(self._record(record.number), record.to_json(), hint=HINT)

    def claim(self, number: int) -> FileLock | None:
        """Take a trial until its lock is released; None where somebody has it.

        Raises:
            ZooError: the lock cannot be written.
        """
        lock = FileLock(self.path / RECORDS / f"{number:04d}.lock")
        with write_errors(self.path, hint=HINT):
            try:
                lock.acquire(timeout=_MOMENT, poll_interval=0.05)
            except Timeout:
                return None
        return lock

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other worker of the folder waiting.

        Raises:
            ZooError: somebody else does not let go, or the lock cannot be written.
        """
        lock = FileLock(self.path / ".lock")
        with write_errors(self.path, hint=HINT):
            try:
                lock.acquire(timeout=_LONG)
            except Timeout as error:
                raise InTheWayError(
                    f"another worker has held {str(self.path)!r} for {_LONG:g} seconds",
                    hint="look whether it hangs; the sweep is intact, and the same command goes on",
                ) from error
        try:
            yield
        finally:
            lock.release()

    def _record(self, number: int) -> Path:
        return self.path / RECORDS / f"{number:04d}.json"

    def _check_free(self) -> None:
        if self.definition.is_file() or not self.path.exists():
            return
        ours = {RUNS, RECORDS, ".lock"}
        if not self.path.is_dir() or any(each.name not in ours for each in self.path.iterdir()):
            raise ZooError(
                f"{str(self.path)!r} is there and holds no sweep",
                hint="`--out` takes a new or an empty folder",
            )

    def _check_same(self, there: Sweep, asked: Sweep) -> None:
        if there.digest != asked.digest:
            raise ZooError(
                f"{str(self.path)!r} holds another sweep: {difference(there, asked)}",
                hint=f"`--out` takes another folder; `zoo sweep --out {shlex.quote(str(self.path))}"
                "` alone goes on with the one that is there",
            )

    def _check_database(self, asked: str) -> None:
        there = json.loads(self.definition.read_text(encoding="utf-8")).get("database", "")
        if there != asked:
            where = repr(there) if there else "a file of its own"
            raise ZooError(
                f"the study of {str(self.path)!r} is kept in {where}",
                hint=f"`--storage {shlex.quote(there)}`" if there else "leave `--storage` out",
            )

    def _damaged(self) -> ZooError:
        return ZooError(
            f"{str(self.definition)!r} is no definition of a sweep",
            hint="the runs beside it are whole: "
            f"`zoo compare {shlex.quote(str(self.runs))}/*` reads them; `--out` takes a new folder",
        )


def difference(there: Sweep, asked: Sweep) -> str:
    """Return the first thing in which two sweeps differ, in words."""
    before, now = _flat(there), _flat(asked)
    for name in [*before, *now]:
        if before.get(name) != now.get(name):
            was, wanted = before.get(name, "nothing"), now.get(name, "nothing")
            return f"there {name} is {was}, and {wanted} is asked for"
    return "its recipe, configuration or plugin files are others"


def worker_name() -> str:
    """Return what this process is called in records."""
    return f"{platform.node()}:{os.getpid()}"


def _flat(sweep: Sweep) -> dict[str, str]:
    axes = {axis.name: domain_text(axis) for axis in sweep.axes}
    parts = {role: str(names) for role, names in sweep.parts.items()}
    options = {
        f"{section}.{name}": str(value)
        for section, values in sweep.options.items()
        for name, value in values.items()
    }
    kind = {"the sweep": "a study" if sweep.is_study else "a grid"}
    search = {name: str(value) for name, value in sweep.search.to_json().items()}
    return {**kind, **axes, **parts, **options, **(search if sweep.is_study else {})}
