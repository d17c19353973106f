"""What lies where in a run directory: names alone, so that reading one needs no torch."""

from __future__ import annotations

import re
from pathlib import Path

CONFIG = "config.json"
LOG = "metrics.jsonl"
SCORES = "scores.jsonl"
EVENTS = "events.jsonl"
ENDING = "ending.json"
TRACKING = "tracking.json"
LOCK = ".lock"

CHECKPOINTS = "checkpoints"
SAMPLES = "samples"
PICTURE = ".png"

_STEP = re.compile(r"step-(\d{8,})")


def step_name(step: int) -> str:
    """Return the name of a step's checkpoint, and of its picture without the ending."""
    return f"step-{step:08d}"


def checkpoints_in(run: Path) -> dict[int, Path]:
    """Return step to checkpoint of a run directory, ascending."""
    return _steps_in(run / CHECKPOINTS, "")


def samples_in(run: Path) -> dict[int, Path]:
    """Return step to picture of a run directory, ascending."""
    return _steps_in(run / SAMPLES, PICTURE)


def runs_beside(path: Path) -> list[str]:
    """Return the runs in the directory that holds a path, or would hold it."""
    parent = path.parent
    return [str(found.parent) for found in parent.glob(f"*/{CONFIG}")] if parent.is_dir() else []


def _steps_in(folder: Path, ending: str) -> dict[int, Path]:
    if not folder.is_dir():
        return {}
    found = {path: _STEP.fullmatch(path.stem) for path in folder.iterdir() if path.suffix == ending}
    return dict(sorted((int(match[1]), path) for path, match in found.items() if match))
