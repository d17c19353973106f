"""The configuration file, read without trusting it."""

from __future__ import annotations

import codecs
import json
import shlex
from pathlib import Path
from typing import Any

from zoo_core.config.configuration import Configuration
from zoo_core.config.form import WRITES
from zoo_core.errors import ZooError

LARGEST = 1 << 20
"""Bytes of the largest configuration file that is read."""

_TYPES = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


def read_config_file(path: Path) -> Configuration:
    """Return the configuration that a file holds, its form checked.

    Raises:
        ZooError: no such file, one that cannot be read or is too large, no JSON, or another form.
    """
    text = _decoded(path, _bytes(path))
    if not text.strip():
        raise ZooError(f"{str(path)!r} is empty", hint=WRITES)
    value = _parsed(path, text)
    if not isinstance(value, dict):
        raise ZooError(
            f"{str(path)!r} holds no JSON object but {_type(value)}",
            hint=f"a configuration is one object; {WRITES}",
        )
    return Configuration.from_json(value)


def _bytes(path: Path) -> bytes:
    """Return a file's bytes; one that is too large is not read to its end."""
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise ZooError(
            f"no file {str(path)!r}", hint=f"every run directory has a config.json, and {WRITES}"
        ) from error
    except IsADirectoryError as error:
        inside = path / "config.json"
        hint = f"`--config {shlex.quote(str(inside))}`" if inside.is_file() else WRITES
        raise ZooError(f"{str(path)!r} is a folder, not a configuration", hint=hint) from error
    except OSError as error:
        raise ZooError(
            f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}", hint=WRITES
        ) from error
    if len(found) > LARGEST:
        raise ZooError(
            f"{str(path)!r} is larger than {LARGEST:,} bytes, so it is no configuration",
            hint=WRITES,
        )
    return found


def _decoded(path: Path, found: bytes) -> str:
    # Windows' own shell writes UTF-16 behind `>`
    wide = found.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return found.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ZooError(
            f"{str(path)!r} is not a JSON file: byte {error.start} is no UTF-8 text",
            hint=f"save it as UTF-8; {WRITES}",
        ) from error


def _parsed(path: Path, text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        # a byte of a file name that is no UTF-8 is kept as Python keeps it; any other half of a
        # character, spelled as an escape, can neither be shown nor name a file
        json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except json.JSONDecodeError as error:
        raise ZooError(
            f"{str(path)!r} is not a JSON file: line {error.lineno}, column {error.colno}: "
            f"{error.msg[:1].lower()}{error.msg[1:]}",
            hint=f"JSON knows neither comments nor a comma before a bracket; {WRITES}",
        ) from error
    except UnicodeEncodeError as error:
        raise ZooError(f"{str(path)!r} holds half a character", hint=WRITES) from error
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ZooError(f"{str(path)!r} is not a JSON file: {what}", hint=WRITES) from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} stands twice in one object")
        found[key] = value
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no number in JSON")


def _type(value: Any) -> str:
    return _TYPES.get(type(value), "null")
