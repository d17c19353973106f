"""The engine: plays a composed game, records it, and goes on after a crash as if nothing was."""

from zoo_core.engine.core import Engine
from zoo_core.engine.run import Run, Silent, Watcher
from zoo_core.engine.training import resume, train
from zoo_core.run_directory import RunDirectory, read_config, read_metrics

__all__ = [
    "Engine",
    "Run",
    "RunDirectory",
    "Silent",
    "Watcher",
    "read_config",
    "read_metrics",
    "resume",
    "train",
]
