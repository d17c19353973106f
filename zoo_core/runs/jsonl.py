"""Files of one JSON object a line: added to, read, and cut back to a step.

Every object has a whole number "step". A last line that a crash tore, or that is half written just
now, is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zoo_core.runs.atomic import write_bytes, write_errors


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Add one object to a file, and sync it.

    A torn last line stays a line of its own, so that it does not spoil this one.

    Raises:
        ZooError: it cannot be written.
    """
    line = json.dumps(value).encode() + b"\n"
    with write_errors(path), path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read() == b"\n" else b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path, remarks: list[str] | None = None) -> list[dict[str, Any]]:
    """Return the objects of a file; none where there is no file.

    Args:
        path: the file.
        remarks: gets a line where whole lines are no steps.
    """
    found, damaged = [], 0
    for line in _lines(path):
        value = _object(line)
        if value is not None:
            found.append(value)
        else:
            damaged += line.endswith(b"\n")
    if damaged and remarks is not None:
        remarks.append(f"{path.name}: passed over lines that are no steps: {damaged}")
    return found


def lines_until(path: Path, step: int) -> bytes:
    """Return a file's lines until a step as they are, without torn ones."""
    found = ((line, _object(line)) for line in _lines(path))
    return b"".join(
        line.removesuffix(b"\n") + b"\n"
        for line, value in found
        if value is not None and value["step"] <= step
    )


def cut_lines(path: Path, step: int) -> None:
    """Remove a file's lines after a step, and torn ones.

    Raises:
        ZooError: it cannot be written.
    """
    if path.is_file():
        write_bytes(path, lines_until(path, step))


def _lines(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with path.open("rb") as file:
            yield from file


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and type(value.get("step")) is int else None
