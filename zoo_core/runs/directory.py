"""A run directory: its layout, its lock, and cutting it back to a checkpoint."""

from __future__ import annotations

import shlex
import shutil
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from zoo_core.config.configuration import Configuration
from zoo_core.config.file import read_config_file
from zoo_core.errors import ZooError
from zoo_core.runs.atomic import LEFT, write_errors, write_json
from zoo_core.runs.checkpoint import read_checkpoint
from zoo_core.runs.jsonl import append_line, cut_lines
from zoo_core.runs.layout import (
    CHECKPOINTS,
    CONFIG,
    ENDING,
    EVENTS,
    LOCK,
    LOG,
    PICTURE,
    SAMPLES,
    SCORES,
    checkpoints_in,
    samples_in,
    step_name,
)
from zoo_core.runs.lines import Evaluation, Event, LogLine, best_step, read_scores
from zoo_core.runs.records import Ending


class RunDirectory:
    """Where a run keeps everything.

    Args:
        path: the directory; it is created by `create`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / LOCK)
        self._made: list[Path] = []

    @property
    def config(self) -> Path:
        """Return where the configuration is."""
        return self.path / CONFIG

    @property
    def log(self) -> Path:
        """Return where the log is, one JSON object a line."""
        return self.path / LOG

    @property
    def scores(self) -> Path:
        """Return where the evaluations are, one JSON object a line, each with its protocol."""
        return self.path / SCORES

    @property
    def events(self) -> Path:
        """Return where the remarks on the run's health are, one JSON object a line."""
        return self.path / EVENTS

    def sample(self, step: int) -> Path:
        """Return where the picture of a step is."""
        return self.path / SAMPLES / f"{step_name(step)}{PICTURE}"

    def checkpoint(self, step: int) -> Path:
        """Return where the checkpoint of a step is."""
        return self.path / CHECKPOINTS / step_name(step)

    @classmethod
    def claimed(cls, parent: Path, name: str) -> RunDirectory:
        """Make a directory that nobody has, by a name or by the first free number after it.

        Runs that are started together get a directory each: making it takes it.

        Raises:
            ZooError: it cannot be made.
        """
        names = (name if number == 1 else f"{name}-{number}" for number in count(1))
        for path in (parent / each for each in names):
            if not path.exists():
                directory = cls(path)
                with write_errors(path), suppress(FileExistsError):
                    directory._make(exist_ok=False)
                    directory.lock()
                    return directory
        raise AssertionError("numbers do not end")

    def claim(self) -> None:
        """Make the directory and take its lock; `let_go` undoes that.

        Raises:
            ZooError: it holds another run or something else, or cannot be written.
        """
        self._check_new()
        with write_errors(self.path):
            self._make(exist_ok=True)
        self.lock()
        # another run may have begun and ended since
        self._check_new()

    def let_go(self) -> None:
        """Remove all that was written here since the directory was claimed."""
        self.unlock()
        if self._made:
            shutil.rmtree(self.path, ignore_errors=True)
        for path in self.path.iterdir() if self.path.is_dir() else ():
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()
        for path in self._made[1:]:
            with suppress(OSError):
                path.rmdir()

    def create(self, config: Configuration) -> None:
        """Make the directory, take its lock unless it is claimed, and write the configuration.

        Raises:
            ZooError: it holds another run, or cannot be written.
        """
        if not self._lock.is_locked:
            self.claim()
        with write_errors(self.path):
            (self.path / SAMPLES).mkdir(exist_ok=True)
            (self.path / CHECKPOINTS).mkdir(exist_ok=True)
        self.record(config)

    def record(self, config: Configuration) -> None:
        """Write the configuration, in place of one that is there.

        Raises:
            ZooError: it cannot be written.
        """
        write_json(self.config, config.to_json())

    def _make(self, *, exist_ok: bool) -> None:
        self._made = [path for path in (self.path, *self.path.parents) if not path.exists()]
        self.path.mkdir(parents=True, exist_ok=exist_ok)

    def _check_new(self) -> None:
        if self.config.exists():
            raise ZooError(
                f"{str(self.path)!r} holds a run already",
                hint=f"`zoo train --resume {shlex.quote(str(self.path))}` goes on with it; "
                "`--run` takes another directory",
            )
        if self.path.exists() and not self.path.is_dir():
            raise ZooError(f"{str(self.path)!r} is a file", hint="`--run` takes a directory")
        if self.path.exists() and any(p.name != LOCK for p in self.path.iterdir()):
            raise ZooError(
                f"{str(self.path)!r} is not empty and holds no run",
                hint="`--run` takes a new or an empty directory",
            )

    def lock(self) -> None:
        """Keep other processes out until `unlock` or the end of this process.

        Raises:
            ZooError: another process has the lock.
        """
        with write_errors(self.path):
            try:
                # whoever reads the run may look at the lock for a moment
                self._lock.acquire(timeout=0.3, poll_interval=0.05)
            except Timeout as error:
                raise ZooError(
                    f"another process is training in {str(self.path)!r}",
                    hint="wait for it or stop it, or train in another directory with `--run`",
                ) from error

    def unlock(self) -> None:
        """Let other processes in."""
        self._lock.release(force=True)

    def begin(self) -> None:
        """Forget how the last session ended: until `end`, this one has said nothing of its end."""
        with write_errors(self.path):
            (self.path / ENDING).unlink(missing_ok=True)

    def end(self, ending: Ending) -> None:
        """Say how this session ended; a directory that cannot be written says nothing."""
        with suppress(ZooError):
            write_json(self.path / ENDING, ending.to_json())

    def read_config(self) -> Configuration:
        """Return the configuration.

        Raises:
            ZooError: there is none, or it cannot be read.
        """
        return read_config_file(self.config)

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint, ascending."""
        return list(checkpoints_in(self.path))

    def newest_whole(
        self, problems: list[str]
    ) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]] | None:
        """Return step, tensors and state of the newest checkpoint that is whole.

        Args:
            problems: gets a line for each damaged checkpoint that is passed over.
        """
        for step in reversed(self.steps()):
            try:
                return (step, *read_checkpoint(self.checkpoint(step)))
            except ZooError as error:
                problems.append(error.message)
        return None

    def cut_back(self, step: int) -> None:
        """Remove what was logged, pictured or saved after a step, torn lines and half files."""
        for file in (self.log, self.scores, self.events):
            cut_lines(file, step)
        for made, path in [*samples_in(self.path).items(), *checkpoints_in(self.path).items()]:
            if made > step:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for folder in (self.path, self.path / SAMPLES, self.path / CHECKPOINTS):
            for path in folder.glob(LEFT):
                shutil.rmtree(path, ignore_errors=True)

    def discard_unsaved(self) -> None:
        """Remove the whole directory if no checkpoint was ever written into it."""
        if not self.steps():
            shutil.rmtree(self.path, ignore_errors=True)

    def keep(self, count: int, *, best: str | None = None) -> None:
        """Remove all but the newest checkpoints, and the best by a score if one is named."""
        spared = {self.best(best)} if best else set()
        for step in self.steps()[:-count]:
            if step not in spared:
                shutil.rmtree(self.checkpoint(step), ignore_errors=True)

    def best(self, score: str) -> int | None:
        """Return the step with the best score among the evaluations while training, if any.

        Scores of the newest protocol count, and of equal ones the first.
        """
        return best_step(read_scores(self.scores), score)

    def append(self, line: LogLine | Evaluation | Event) -> None:
        """Add one line to the file that it belongs to.

        Raises:
            ZooError: it cannot be written.
        """
        files = {LogLine: self.log, Evaluation: self.scores, Event: self.events}
        append_line(files[type(line)], line.to_json())
