"""Read a run directory, whole or torn, without changing it."""

from __future__ import annotations

import json
from pathlib import Path

from zoo_core.config.configuration import Configuration
from zoo_core.config.file import LARGEST
from zoo_core.errors import ZooError, nearest
from zoo_core.runs.layout import (
    CHECKPOINTS,
    CONFIG,
    ENDING,
    EVENTS,
    LOG,
    SCORES,
    checkpoints_in,
    runs_beside,
    samples_in,
)
from zoo_core.runs.lines import read_events, read_log, read_scores
from zoo_core.runs.lock import is_running
from zoo_core.runs.records import Ending, History

_IS_RUN = "give the directory that `zoo train` made"


def read_history(run: str | Path) -> History:
    """Read a run directory; a checkpoint in it means the run.

    Raises:
        ZooError: no run there, or a file of it that cannot be read.
    """
    path = _run_at(Path(run))
    remarks: list[str] = []
    try:
        config = _config(path / CONFIG)
        lines = tuple(read_log(path / LOG, remarks))
        scores = tuple(read_scores(path / SCORES, remarks))
        events = tuple(read_events(path / EVENTS, remarks))
    except OSError as error:
        raise ZooError(
            f"cannot read the run {str(path)!r}: {error.strerror or error}",
            hint="is it yours, and is its disk there?",
        ) from error
    return History(
        path=path,
        config=config,
        lines=lines,
        scores=scores,
        events=events,
        samples=samples_in(path),
        checkpoints=tuple(checkpoints_in(path)),
        running=is_running(path),
        ending=_ending(path / ENDING),
        remarks=tuple(remarks),
    )


def _ending(file: Path) -> Ending | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return Ending.from_json(found) if isinstance(found, dict) else None


def _run_at(path: Path) -> Path:
    if path.parent.name == CHECKPOINTS and not (path / CONFIG).exists():
        path = path.parent.parent
    if (path / CONFIG).is_file():
        return path
    run = Path(str(path).rpartition("@")[0])
    if "@" in path.name and (run / CONFIG).is_file():
        raise ZooError(
            f"{str(path)!r} is one checkpoint of a run, but this looks at whole runs",
            hint=f"give {run}",
        )
    raise ZooError(f"no run at {str(path)!r}", hint=nearest(str(path), runs_beside(path)) + _IS_RUN)


def _config(file: Path) -> Configuration:
    with file.open("rb") as stream:
        found = stream.read(LARGEST + 1)
    try:
        value = json.loads(found) if len(found) <= LARGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ZooError(f"{str(file)!r} holds no configuration", hint=f"is it damaged? {_IS_RUN}")
    return Configuration.salvaged(value)
