"""A training: begun, logged, pictured, saved, measured, gone on with after a crash."""

from zoo_core.training.data_of_run import Relocation
from zoo_core.training.run import Run, Silent, Watcher
from zoo_core.training.training import resume, train
from zoo_core.training.watchers import LogWatcher

__all__ = [
    "Relocation",
    "LogWatcher",
    "Run",
    "Silent",
    "Watcher",
    "resume",
    "train",
]
