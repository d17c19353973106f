"""The book of a study: Optuna draws the values, judges scores, and keeps all of it in a database.

The database lies in the sweep's folder unless another is named. Whoever works in the folder goes
to it one at a time, by the folder's lock, so that SQLite is as safe there as the lock is. A named
database may be shared by folders of several machines: each trains the trials that it drew, tells
the database that it lives, and draws again what a machine left that has not done so for long.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import optuna
from optuna.pruners import BasePruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from zoo_core.config.values import Value
from zoo_core.digests import sha256_of_bytes
from zoo_core.errors import ZooError
from zoo_core.sweeps.axes import Axis, Range
from zoo_core.sweeps.books import Taken, claimed
from zoo_core.sweeps.definition import Search, Sweep, Values, value_text
from zoo_core.sweeps.folder import InTheWayError, SweepFolder
from zoo_core.sweeps.records import Record

DATABASE = "study.db"

BEAT = 60
"""Seconds between signs of life in a shared database."""

GRACE = 600
"""Seconds without one after which a machine is taken to be gone."""

PATIENCE = 60
"""Seconds that SQLite waits for another's lock."""

FOLDER = "folder"
"""Attribute of a trial: the folder that has its run."""

LIVE = (TrialState.RUNNING, TrialState.COMPLETE, TrialState.PRUNED, TrialState.WAITING)
"""Trials that count. A failed one was given back, to be drawn again."""


class StudyBook:
    """The book of a study.

    Args:
        sweep: what is searched.
        folder: of it.
        storage: URL of a database that folders share; by default a file in the folder.

    Raises:
        ZooError: the database cannot be read or written.
    """

    def __init__(self, sweep: Sweep, folder: SweepFolder, storage: str | None = None) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.sweep, self.folder, self.shared = sweep, folder, storage is not None
        self._name = str(folder.path.resolve())
        with self._database():
            self._storage = _storage(folder.path / DATABASE, storage)
            self.study = optuna.create_study(
                storage=self._storage,
                study_name=self._study_name,
                direction="minimize" if sweep.search.better == "lower" else "maximize",
                pruner=pruner_of(sweep.search),
                load_if_exists=True,
            )
        self._beating: threading.Event | None = None

    @property
    def _study_name(self) -> str:
        """Return what folders of one study agree on; a database of its own has one study."""
        name = self.folder.path.resolve().name if self.shared else "sweep"
        return f"{name}-{self.sweep.digest[:12]}"

    def take(self) -> Taken | None:
        with self._database():
            if self.shared:
                self._fail_stale()
            for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
                taken = self._claimed(trial) if self._is_ours(trial) else None
                if taken is not None:
                    return taken
            while (fresh := self._drawn()) is not None:
                taken = self._claimed(fresh)
                if taken is not None:
                    return taken
        return None

    def report(self, taken: Taken, step: int, score: float) -> str:
        with self._database():
            trial = self._trial(taken.handle)
            if step not in self._storage.get_trial(taken.handle).intermediate_values:
                trial.report(score, step)
            behind = trial.should_prune()
        search = self.sweep.search
        return f"{search.score} {score:.4g} at step {step:,} falls behind" if behind else ""

    def end(self, taken: Taken, record: Record) -> None:
        # the folder first: a worker that dies between the two is followed by one that tells
        self.folder.keep(record)
        with self._database():
            self._tell(taken.handle, record)
        self._stop_beating()
        taken.lock.release()

    def open(self) -> int:
        with self._database():
            ended = self.study.get_trials(
                deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)
            )
        return max(0, self.sweep.count - len(ended))

    def close(self) -> None:
        self._stop_beating()
        self._storage.engine.dispose()

    def _drawn(self) -> FrozenTrial | None:
        """Draw a trial, unless there are enough."""
        live = self.study.get_trials(deepcopy=False, states=LIVE)
        waiting = any(trial.state == TrialState.WAITING for trial in live)
        if len(live) >= self.sweep.count and not waiting:
            return None
        self.study.sampler = sampler_of(self.sweep.search, len(live))
        with _quietly():
            trial = self.study.ask()
        if self._is_one_too_many(trial.number):
            # two machines drew the last one at once
            self.study.tell(trial, state=TrialState.FAIL)
            return None
        trial.set_user_attr(FOLDER, self._name)
        return self._storage.get_trial(trial._trial_id)

    def _is_one_too_many(self, number: int) -> bool:
        live = self.study.get_trials(deepcopy=False, states=LIVE)
        return sum(trial.number <= number for trial in live) > self.sweep.count

    def _claimed(self, trial: FrozenTrial) -> Taken | None:
        """Take a trial that runs, unless somebody has it; draw what has not been drawn of it."""
        known = self.folder.record(trial.number)
        if known is not None and known.outcome:
            # its worker died before it could tell
            self._tell(trial._trial_id, known)
            return None
        values = known.values if known else self._values(trial)
        taken = claimed(self.folder, Record(number=trial.number, values=values))
        if taken is None:
            return None
        taken.handle = trial._trial_id
        self._begin_beating(trial._trial_id)
        return taken

    def _values(self, trial: FrozenTrial) -> Values:
        drawing = self._trial(trial._trial_id)
        return {axis.name: drawn(drawing, axis) for axis in self.sweep.axes}

    def _trial(self, handle: int) -> Trial:
        return Trial(self.study, handle)

    def _tell(self, handle: int, record: Record) -> None:
        trial = self._trial(handle)
        for name in ("outcome", "reason"):
            trial.set_user_attr(name, getattr(record, name))
        trial.set_constraint("works", 1.0 if record.infeasible else -1.0)
        whole = record.score is not None and record.outcome in ("done", "stopped", "collapsed")
        if whole:
            self.study.tell(trial, record.score)
        else:
            self.study.tell(trial, state=TrialState.PRUNED)

    def _is_ours(self, trial: FrozenTrial) -> bool:
        """Return whether this folder has a trial's run; what nobody has for long is ours too."""
        owner = trial.user_attrs.get(FOLDER)
        if owner is None and self.shared and trial.datetime_start is not None:
            return datetime.now() - trial.datetime_start > timedelta(seconds=GRACE)
        # a folder with a database of its own may have been moved
        return not self.shared or owner == self._name

    def _fail_stale(self) -> None:
        with _quietly():
            optuna.storages.fail_stale_trials(self.study)

    def _begin_beating(self, handle: int) -> None:
        self._stop_beating()
        if self.shared:
            self._beating = threading.Event()
            self._storage.record_heartbeat(handle)
            threading.Thread(
                target=_beat, args=(self._storage, handle, self._beating), daemon=True
            ).start()

    def _stop_beating(self) -> None:
        if self._beating is not None:
            self._beating.set()
            self._beating = None

    @contextmanager
    def _database(self) -> Iterator[None]:
        """Be alone with the database as far as the folder goes; say what goes wrong in words.

        Raises:
            ZooError: it cannot be read or written.
        """
        with self.folder.alone():
            try:
                yield
            except (ArgumentError, NoSuchModuleError, ImportError) as error:
                raise _unreachable(error) from error
            except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
                raise _unusable(error) from error


def without_password(url: str) -> str:
    """Return the URL of a database as it may be written down.

    Raises:
        ZooError: no URL.
    """
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError as error:
        raise _unreachable(error) from error


def drawn(trial: Trial, axis: Axis) -> Value:
    """Return the value that a trial has of an axis; draw it where it has none yet."""
    name, domain = axis.name, axis.domain
    if not isinstance(domain, Range):
        text = trial.suggest_categorical(name, [value_text(value) for value in domain])
        return next(value for value in domain if value_text(value) == text)
    if domain.whole:
        step = 1 if domain.step is None else int(domain.step)
        return trial.suggest_int(name, int(domain.low), int(domain.high), log=domain.log, step=step)
    return trial.suggest_float(name, domain.low, domain.high, log=domain.log, step=domain.step)


def sampler_of(search: Search, drawn: int) -> BaseSampler:
    """Return what draws the next trial: it knows how many were drawn, and no more than the study.

    So a study that was interrupted goes on as it would have gone on.
    """
    seed = int(sha256_of_bytes(f"{search.seed}/{drawn}".encode())[:8], 16)
    if search.how == "random":
        return RandomSampler(seed=seed)
    return TPESampler(n_startup_trials=search.startup, constant_liar=True, seed=seed)


def pruner_of(search: Search) -> BasePruner:
    """Return what ends trials that fall behind."""
    if search.pruner == "median":
        return MedianPruner(n_startup_trials=search.startup)
    if search.pruner == "halving":
        return SuccessiveHalvingPruner(reduction_factor=2)
    return NopPruner()


def _storage(file: Path, url: str | None) -> RDBStorage:
    """Return the database, made where it is new."""
    if url is None:
        arguments = {"connect_args": {"timeout": PATIENCE}}
        return RDBStorage(f"sqlite:///{file.resolve()}", engine_kwargs=arguments)
    with _quietly():
        return RDBStorage(
            url,
            heartbeat_interval=BEAT,
            grace_period=GRACE,
            heartbeat_stale_trial_callback=_drawn_again,
        )


@contextmanager
def _quietly() -> Iterator[None]:
    """Let Optuna not warn of heartbeats: that they are new, and that we keep them ourselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", "Heartbeat of storage", UserWarning)
        yield


def _drawn_again(study: optuna.Study, trial: FrozenTrial) -> None:
    """Let somebody else train what a machine left."""
    study.add_trial(
        optuna.create_trial(
            state=TrialState.WAITING, params=trial.params, distributions=trial.distributions
        )
    )


def _beat(storage: RDBStorage, handle: int, over: threading.Event) -> None:
    while not over.wait(BEAT):
        try:
            storage.record_heartbeat(handle)
        except SQLAlchemyError:
            # the next may come through; a machine is gone only after many
            time.sleep(0)


def _unreachable(error: Exception) -> ZooError:
    return ZooError(
        f"no database can be reached so: {_first_line(error)}",
        hint="`--storage` takes a URL, such as postgresql://host/name or "
        "sqlite:////path/study.db, and its driver must be installed",
    )


def _unusable(error: Exception) -> InTheWayError:
    text = _first_line(error)
    held = "locked" in text or "busy" in text
    what = "is locked by another program" if held else "cannot be read or written"
    return InTheWayError(
        f"the study's database {what}: {text}",
        hint="what was told is kept and checkpoints are whole: the same command goes on"
        + (" once it is free" if held else ""),
    )


def _first_line(error: Exception) -> str:
    cause = error.__cause__ or error
    return str(cause).strip().splitlines()[0].removeprefix("(sqlite3.OperationalError) ")
