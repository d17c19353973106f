"""Tell trackers how a run goes, where `--track` asks for them.

A tracker that raises (the network is away, a disk is full) costs a remark and itself; the run goes
on. What each calls the run stands in `tracking.json` of the run directory, so that a run that is
resumed goes on in the same tracked run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from weakref import WeakKeyDictionary

from zoo_core.interfaces.trackers import Tracked, Tracker
from zoo_core.runs.atomic import write_json
from zoo_core.runs.layout import TRACKING, samples_in
from zoo_core.training.extras import trackers_of
from zoo_core.training.run import Run


class Tracking:
    """The trackers of a run, and what they were told.

    Args:
        run: what they are told of.
        trackers: name to tracker.

    Attributes:
        trackers: those that have not failed.
    """

    def __init__(self, run: Run, trackers: Mapping[str, Tracker]) -> None:
        self.run, self.trackers = run, dict(trackers)
        self._pictured = set(samples_in(run.path))
        keys = _keys(run)
        config = run.composition.config().to_json()
        for name, tracker in trackers.items():
            with _Guard(self, name):
                key = keys.get(name, "")
                tracker.start(Tracked(path=run.path, config=config, step=run.step, key=key))
                keys[name] = tracker.key
                write_json(run.path / TRACKING, keys)
                run.say(f"tracked by {name}: {tracker.place}")

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        """Tell a log point, and the pictures since the last one."""
        self._pictured &= set(range(step))
        told = {_grouped(name): value for name, value in scalars.items()}
        told["speed/images_per_second"] = self.run.images_per_second
        for name, tracker in list(self.trackers.items()):
            with _Guard(self, name):
                tracker.log(step, told)
        self._picture()

    def finish(self, outcome: str) -> None:
        """Tell the last pictures and the end."""
        self._picture()
        for name, tracker in list(self.trackers.items()):
            with _Guard(self, name):
                tracker.finish(outcome)

    def _picture(self) -> None:
        for step, path in samples_in(self.run.path).items():
            if step in self._pictured:
                continue
            self._pictured.add(step)
            for name, tracker in list(self.trackers.items()):
                with _Guard(self, name):
                    tracker.picture(step, path)


class _Guard(AbstractContextManager[None, bool]):
    """Take a tracker that raises out, and say so."""

    def __init__(self, tracking: Tracking, name: str) -> None:
        self.tracking, self.name = tracking, name

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> bool:
        if not isinstance(error, Exception | SystemExit):
            return False
        del self.tracking.trackers[self.name]
        text = " ".join(f"{type(error).__name__}: {error}".split())
        self.tracking.run.say(f"tracker {self.name!r} failed; the run goes on without it: {text}")
        return True


_tracked: WeakKeyDictionary[Run, Tracking] = WeakKeyDictionary()


def started(run: Run) -> None:
    """Open the trackers that a run asks for.

    Raises:
        ZooError: no such tracker, or its package is missing.
    """
    trackers = {name: tracker() for name, tracker in trackers_of(run.composition).items()}
    _tracked[run] = Tracking(run, trackers)


def logged(run: Run, step: int, scalars: Mapping[str, float]) -> None:
    """Tell a log point."""
    if run in _tracked:
        _tracked[run].log(step, scalars)


def finished(run: Run, outcome: str) -> None:
    """Close the trackers."""
    if run in _tracked:
        _tracked.pop(run).finish(outcome)


def _grouped(name: str) -> str:
    """Return a term's name with its player as its group."""
    player, dot, term = name.partition(".")
    return f"{player}/{term}" if dot else f"scores/{name}"


def _keys(run: Run) -> dict[str, str]:
    try:
        found = json.loads((run.path / TRACKING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(key) for name, key in found.items()} if isinstance(found, dict) else {}
