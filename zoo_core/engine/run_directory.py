"""A run directory: its layout, its lock, and cutting it back to a checkpoint."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from zoo_core.checkpoint import read_checkpoint, write_error, write_json
from zoo_core.composition.config_file import read_config_file
from zoo_core.errors import ZooError

CONFIG = "config.json"
METRICS = "metrics.jsonl"
_LOCK = ".lock"
_STEP = re.compile(r"step-(\d{8,})")


class RunDirectory:
    """Where a run keeps everything.

    Args:
        path: the directory; it is created by `create`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / _LOCK)

    @property
    def config(self) -> Path:
        """Return where the configuration is."""
        return self.path / CONFIG

    @property
    def metrics(self) -> Path:
        """Return where the log is, one JSON object a line."""
        return self.path / METRICS

    def sample(self, step: int) -> Path:
        """Return where the picture of a step is."""
        return self.path / "samples" / f"{step_name(step)}.png"

    def checkpoint(self, step: int) -> Path:
        """Return where the checkpoint of a step is."""
        return self.path / "checkpoints" / step_name(step)

    def create(self, config: Mapping[str, Any]) -> None:
        """Make the directory, take its lock, and write the configuration.

        Raises:
            ZooError: it holds another run, or cannot be written.
        """
        if self.config.exists():
            raise ZooError(
                f"{str(self.path)!r} holds a run already",
                hint=f"`zoo train --resume {self.path}` goes on with it; `--run` takes another "
                "directory",
            )
        if self.path.exists() and not self.path.is_dir():
            raise ZooError(f"{str(self.path)!r} is a file", hint="`--run` takes a directory")
        if self.path.exists() and any(p.name != _LOCK for p in self.path.iterdir()):
            raise ZooError(
                f"{str(self.path)!r} is not empty and holds no run",
                hint="`--run` takes a new or an empty directory",
            )
        try:
            (self.path / "samples").mkdir(parents=True, exist_ok=True)
            (self.path / "checkpoints").mkdir(exist_ok=True)
            self.lock()
            write_json(self.config, config)
        except OSError as error:
            raise write_error(self.path, error) from error

    def lock(self) -> None:
        """Keep other processes out until `unlock` or the end of this process.

        Raises:
            ZooError: another process has the lock.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise ZooError(
                f"another process is training in {str(self.path)!r}",
                hint="wait for it or stop it, or train in another directory with `--run`",
            ) from error
        except OSError as error:
            raise write_error(self.path, error) from error

    def unlock(self) -> None:
        """Let other processes in."""
        self._lock.release()

    def read_config(self) -> dict[str, Any]:
        """Return the configuration.

        Raises:
            ZooError: there is none, or it cannot be read.
        """
        return read_config(self.config)

    def steps(self) -> list[int]:
        """Return the steps that have a checkpoint, ascending."""
        return sorted(_step_of(path) for path in self._glob("checkpoints"))

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
        """Remove what was logged, pictured or saved after a step, and torn lines."""
        if self.metrics.exists():
            kept = [line for line in _whole_lines(self.metrics) if line["step"] <= step]
            text = "".join(json.dumps(line) + "\n" for line in kept)
            temporary = self.metrics.with_name(f".{METRICS}.tmp")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self.metrics)
        for path in [*self._glob("samples"), *self._glob("checkpoints")]:
            if _step_of(path) > step:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in (self.path / "checkpoints").glob(".*.tmp"):
            shutil.rmtree(path, ignore_errors=True)

    def keep(self, count: int) -> None:
        """Remove all but the newest checkpoints."""
        for step in self.steps()[:-count]:
            shutil.rmtree(self.checkpoint(step), ignore_errors=True)

    def append(self, scalars: Mapping[str, Any]) -> None:
        """Add one line to the log.

        Raises:
            ZooError: it cannot be written.
        """
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(json.dumps(scalars) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise write_error(self.metrics, error) from error

    def _glob(self, folder: str) -> list[Path]:
        return [p for p in (self.path / folder).glob("step-*") if _STEP.fullmatch(p.stem)]


def step_name(step: int) -> str:
    """Return the name of a step in file names."""
    return f"step-{step:08d}"


def read_config(path: Path) -> dict[str, Any]:
    """Return a configuration file's object.

    Raises:
        ZooError: no such file, or it is no configuration.
    """
    return read_config_file(path)


def read_metrics(path: Path) -> list[dict[str, Any]]:
    """Return the log's lines; a torn last line, which a crash leaves, is passed over."""
    return _whole_lines(path)


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("step"), int):
            found.append(value)
    return found


def _step_of(path: Path) -> int:
    found = _STEP.fullmatch(path.stem)
    return int(found[1]) if found else -1
