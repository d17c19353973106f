"""What lies where in a run directory: names alone, so that reading one needs no torch."""

from __future__ import annotations

import re
from pathlib import Path

CONFIG = "config.json"
LOG = "metrics.jsonl"
SCORES = "scores.jsonl"
EVENTS = "events.jsonl"
LOCK = ".lock"

STEP = re.compile(r"step-(\d{8,})")
"""The name of a step's checkpoint, and of its picture without the ending."""


def runs_beside(path: Path) -> list[str]:
    """Return the runs in the directory that holds a path, or would hold it."""
    parent = path.parent
    return [str(found.parent) for found in parent.glob(f"*/{CONFIG}")] if parent.is_dir() else []
