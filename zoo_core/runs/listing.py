"""What runs there are below a folder, and how each stands."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.runs.history import read_history
from zoo_core.runs.layout import CHECKPOINTS, CONFIG
from zoo_core.runs.records import History

DEEPEST = 3
"""Folders above a run: `sweeps/a/runs/0001` is found from `sweeps`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The runs below a folder.

    Args:
        runs: what each holds, by path.
        sizes: path of each to its bytes on disk.
        damaged: path of each that cannot be read to why.
        strays: names in the folder that are no runs and hold none.
    """

    runs: tuple[History, ...] = ()
    sizes: Mapping[Path, int] = field(default_factory=dict)
    damaged: Mapping[Path, str] = field(default_factory=dict)
    strays: tuple[str, ...] = ()


def runs_in(folder: str | Path) -> Listing:
    """Look at all runs below a folder, or at the one that it is.

    Raises:
        ZooError: there is no such folder.
    """
    root = Path(folder)
    paths, strays = find_runs(root)
    runs, damaged = [], {}
    for path in paths:
        try:
            runs.append(read_history(path))
        except ZooError as error:
            damaged[path] = error.message
    sizes = {run.path: bytes_of(run.path) for run in runs}
    return Listing(runs=tuple(runs), sizes=sizes, damaged=damaged, strays=tuple(strays))


def find_runs(root: Path) -> tuple[list[Path], list[str]]:
    """Return the paths of all runs below a folder, and the names in it that lead to none.

    Raises:
        ZooError: there is no such folder, or it cannot be read.
    """
    if is_run(root):
        return [root], []
    try:
        names = sorted(path for path in root.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ZooError(
            f"no folder of runs at {str(root)!r}: {error.strerror or error}",
            hint="`zoo train --gen dcgan --loss wgan-gp` begins one below runs/; "
            "give the folder that holds yours",
        ) from error
    below = {path: list(_below(path, DEEPEST)) for path in names}
    found = [run for runs in below.values() for run in runs]
    return found, [path.name for path, runs in below.items() if not runs]


def is_run(path: Path) -> bool:
    """Return whether a directory is one that a training made; weights for others are none."""
    return (path / CONFIG).is_file() and (path / CHECKPOINTS).is_dir()


def bytes_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; links count as links."""
    if path.is_symlink() or not path.is_dir():
        return _bytes(path)
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sum(map(_bytes, files))


def _bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        # a run that goes on has removed it since
        return 0


def _below(path: Path, depth: int) -> Iterator[Path]:
    if path.is_symlink() and not path.exists():
        return
    if is_run(path):
        yield path
    elif depth and path.is_dir():
        try:
            names = sorted(path.iterdir())
        except OSError:
            return
        for each in names:
            if not each.name.startswith("."):
                yield from _below(each, depth - 1)
