"""Paths as a user types them."""

from __future__ import annotations

from pathlib import Path


def expanded(text: str) -> Path:
    """Return a path whose `~` is the home folder; the shell leaves it where it follows `=`."""
    path = Path(text)
    try:
        return path.expanduser()
    except RuntimeError:
        # nobody's home: a folder may be called so
        return path
