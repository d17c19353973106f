"""A training: begun, logged, pictured, saved, measured, gone on with after a crash."""

from zoo_core.training.run import Run, Silent, Watcher
from zoo_core.training.training import resume, train
from zoo_core.training.watchers import LogWatcher

__all__ = [
    "LogWatcher",
    "Run",
    "Silent",
    "Watcher",
    "resume",
    "train",
]
