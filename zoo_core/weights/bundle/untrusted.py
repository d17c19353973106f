"""Read what a stranger wrote: JSON of plain text and finite numbers, plain names, plain files."""

from __future__ import annotations

import json
import math
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoo_core.digests import sha256_of_bytes
from zoo_core.errors import ZooError

LARGEST = 1 << 20
"""Bytes of the largest JSON file that is read."""

LONGEST = 4000
"""Characters of the longest text in it."""

AGAIN = "get it again from where it came"

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")


def read_json(path: Path, largest: int = LARGEST) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Raises:
        ZooError: it cannot be read, is too large, is no JSON object, says a key twice, or holds a
            number that is not finite or text that cannot be printed.
    """
    try:
        with path.open("rb") as file:
            found = file.read(largest + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ZooError(f"{str(path)!r} cannot be read: {reason}", hint=AGAIN) from error
    if len(found) > largest:
        raise ZooError(f"{str(path)!r} is larger than {largest:,} bytes", hint=AGAIN)
    return parse_json(found, repr(str(path)))


def parse_json(found: bytes, name: str) -> dict[str, Any]:
    """Return the object that JSON text holds.

    Args:
        found: the text, in UTF-8.
        name: of the file, for messages.

    Raises:
        ZooError: as `read_json`.
    """
    try:
        value = json.loads(
            found.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_finite,
        )
        _check_text(value)
    except RecursionError as error:
        raise ZooError(f"{name} is nested too deeply", hint=AGAIN) from error
    except ValueError as error:
        reason = str(error).partition("\n")[0][:200]
        raise ZooError(f"{name} is no plain JSON: {reason}", hint=AGAIN) from error
    if not isinstance(value, dict):
        raise ZooError(f"{name} holds no JSON object", hint=AGAIN)
    return value


def canonical(value: Any) -> bytes:
    """Return JSON data as bytes that are the same for equal data."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def digest_of(config: Mapping[str, Any]) -> str:
    """Return the sha256 of a configuration without its own `digest`."""
    rest = {key: value for key, value in config.items() if key != "digest"}
    return sha256_of_bytes(canonical(rest))


def is_plain_name(name: object) -> bool:
    """Say whether a text names a file of a folder itself: no separators, no dots in front."""
    return isinstance(name, str) and bool(_PLAIN.fullmatch(name)) and not name.endswith(".")


def plain_file(directory: Path, name: str) -> Path:
    """Return a file of a directory that is neither a link out of it nor a device.

    The cache of the Hub's client holds links to files beside its snapshots; those are followed.

    Raises:
        ZooError: it is missing, is no file, or lies elsewhere.
    """
    path = directory / name
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        raise ZooError(f"{str(directory)!r} has no file {name!r}", hint=AGAIN) from error
    homes = [directory.resolve()]
    if directory.parent.name == "snapshots":
        homes.append(directory.parent.parent.resolve() / "blobs")
        # newer clients keep one store for all repositories, and link to it from a repository's own
        homes.append(directory.parent.parent.parent.resolve() / "blobs")
    if not any(real.is_relative_to(home) for home in homes):
        raise ZooError(
            f"{name!r} of {str(directory)!r} is a link to another place",
            hint="nothing outside the folder is read; copy the file there if you trust it",
        )
    if not stat.S_ISREG(mode):
        raise ZooError(f"{name!r} of {str(directory)!r} is no file", hint=AGAIN)
    return path


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _check_text(value: Any) -> None:
    """Refuse text that would move a terminal's cursor, break a line or hide what it says."""
    if isinstance(value, str):
        if len(value) > LONGEST or not value.isprintable():
            raise ValueError("a text is too long or cannot be printed")
    elif isinstance(value, list):
        for piece in value:
            _check_text(piece)
    elif isinstance(value, dict):
        for key, piece in value.items():
            _check_text(key)
            _check_text(piece)
