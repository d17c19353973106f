"""Where a run's log is kept too: what a part of kind `tracker` is, and what it is told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The run that a tracker is told of.

    Args:
        path: the run directory.
        config: parts and options, as JSON data.
        step: rounds that are done: more than 0 for a run that goes on.
        key: what the tracker called the run before; empty where it has not seen it.
    """

    path: Path
    config: Mapping[str, Any]
    step: int
    key: str = ""


class Tracker(ABC):
    """Somebody else's log of runs; made for each session of a run, without arguments.

    Its library is imported by `start`, not before. Whatever a method raises costs a remark and
    this tracker: the run goes on without it.

    Attributes:
        package: the library, as Python imports it.
        install: what pip installs it by.
        key: its name for the run, set by `start`: a run that goes on brings it back.
        place: where one sees the run, in words; set by `start`.
    """

    package: ClassVar[str]
    install: ClassVar[str]
    key: str = ""
    place: str = ""

    @abstractmethod
    def start(self, run: Tracked) -> None:
        """Begin with a run, or go on with the one of its key."""

    @abstractmethod
    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        """Keep the scalars of a log point; names are `group/name`, as in `critic/total`.

        A step that is not after the last one means that the run went back to a checkpoint.
        """

    @abstractmethod
    def picture(self, step: int, path: Path) -> None:
        """Keep a picture of samples, a PNG file."""

    @abstractmethod
    def finish(self, outcome: str) -> None:
        """Let go of the run: it is "done", "stopped", "interrupted" or "failed"."""
