"""A sweep from its definition to its table, in one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.axes import MOST
from zoo_core.sweeps.checking import checked
from zoo_core.sweeps.definition import Sweep
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.records import Record, best_of
from zoo_core.sweeps.work import Nobody, Told, Worker, book_of
from zoo_core.sweeps.workers import work_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What came of a sweep, so far.

    Args:
        sweep: what it was.
        path: its folder.
        records: of its trials, in their order.
        whole: every trial has ended.
        interrupted: the workers were asked to end before.
    """

    sweep: Sweep
    path: Path
    records: tuple[Record, ...]
    whole: bool
    interrupted: bool = False

    @property
    def best(self) -> Record | None:
        """Return the trial with the best score of a study."""
        found = list(self.records) if self.sweep.is_study else []
        return best_of(found, self.sweep.search.better)

    def run(self, record: Record) -> Path:
        """Return the run directory of a trial."""
        return SweepFolder(self.path).run(record.number)

    @property
    def runs(self) -> tuple[Path, ...]:
        """Return the run directories of the trials that have one."""
        found = (self.run(record) for record in self.records)
        return tuple(path for path in found if (path / "config.json").is_file())


def sweep(
    asked: Sweep,
    out: str | Path,
    *,
    workers: int = 1,
    storage: str | None = None,
    most: int = MOST,
    registry: Registry | None = None,
) -> Swept:
    """Train every run of a grid, or so many of a study, each once; go on where it was interrupted.

    Args:
        asked: what all runs share and what varies.
        out: folder of the sweep, new or with the same sweep in it.
        workers: processes that train at once, each with its part of the cores; processes of their
            own look names up in what is installed and in plugin files.
        storage: URL of a database for the study, which machines can share.
        most: runs that a grid may have.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: a run would be refused, the folder holds something else, or the machine does not
            allow to go on; what was done is kept.
    """
    registry = registry or Registry.from_installed(files=asked.plugins)
    definition = checked(asked, registry, most=most)
    return swept(definition, Path(out), workers=workers, storage=storage, registry=registry)


def swept(
    definition: Sweep,
    path: Path,
    *,
    registry: Registry,
    workers: int = 1,
    storage: str | None = None,
    told: Told | None = None,
) -> Swept:
    """Train a sweep that is checked, as far as it is not done.

    Raises:
        ZooError: the folder holds something else, or the machine does not allow to go on.
    """
    if workers < 1:
        raise ZooError(f"{workers} workers do nothing", hint="`--workers 1`")
    folder = SweepFolder(path)
    folder.define(definition, database=shown_url(storage))
    told = told or Nobody()
    # a study is made once, before workers look for it; a grid has nothing to make
    book = book_of(definition, folder, storage)
    book.close()
    if workers > 1:
        whole = work_together(folder, workers, storage=storage, told=told)
    else:
        worker = Worker(
            sweep=definition, folder=folder, registry=registry, storage=storage, told=told
        )
        whole = worker.work()
    return state_of(definition, folder, storage, interrupted=not whole)


def state_of(
    definition: Sweep, folder: SweepFolder, storage: str | None, *, interrupted: bool = False
) -> Swept:
    """Return how a sweep stands."""
    book = book_of(definition, folder, storage)
    try:
        left = book.open()
    finally:
        book.close()
    return Swept(
        sweep=definition,
        path=folder.path,
        records=tuple(folder.records()),
        whole=left == 0,
        interrupted=interrupted,
    )


def shown_url(storage: str | None) -> str:
    """Return the URL of a database without its password; empty for the one in the folder.

    Raises:
        ZooError: no URL.
    """
    if storage is None:
        return ""
    from zoo_core.sweeps.study import without_password

    return without_password(storage)
