"""The configuration file: its form, key by key, and how one is read without trusting it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import EXTRAS, MEASURING, ROLES, kind_called

FORMAT = 1
"""Version of the configuration's form."""

KEYS: Mapping[str, str] = {
    "format": f"version of the form: {FORMAT}",
    "parts": "role to name, or to a list of names",
    "options": "section to option to value",
    "recipe": "the recipe that took part; used where the file does not say everything itself",
    "plugins": "paths of the plugin files that are needed",
    "task": "the images' shapes and the classes' names, for those who have not the data",
    "environment": "what a run recorded of hardware and versions; not read when it is repeated",
}
"""Every key that a configuration may have, and its meaning."""

LARGEST = 1 << 20
"""Bytes of the largest configuration file that is read."""

STATED = frozenset(ROLES) - {*EXTRAS} - MEASURING
"""Roles that a configuration names which leaves nothing open."""

_WRITES = "`zoo train ... --dry-run --json` writes a configuration"
_TYPES = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


def read_config_file(path: Path) -> dict[str, Any]:
    """Return the configuration that a file holds, its form checked.

    Raises:
        ZooError: no such file, one that cannot be read or is too large, no JSON, or another form.
    """
    text = _decoded(path, _bytes(path))
    if not text.strip():
        raise ZooError(f"{str(path)!r} is empty", hint=_WRITES)
    value = _parsed(path, text)
    if not isinstance(value, dict):
        raise ZooError(
            f"{str(path)!r} holds no JSON object but {_type(value)}",
            hint=f"a configuration is one object; {_WRITES}",
        )
    check_form(value)
    return value


def check_form(config: Mapping[str, Any]) -> None:
    """Check the form of a configuration, not yet what it names.

    Raises:
        ZooError: another format, an unknown key or role, or a value of another type.
    """
    _check_format(config)
    for key in config:
        if key not in KEYS:
            raise ZooError(f"the configuration has the unknown key {key!r}", hint=_place_of(key))
    for key in ("parts", "options", "task", "environment"):
        if not isinstance(config.get(key, {}), Mapping):
            raise _wrong_form(f"{key!r} is no object")
    for section, values in config.get("options", {}).items():
        if not isinstance(values, Mapping):
            raise _wrong_form(f"options for {section!r} are no object")
    _check_parts(config.get("parts", {}))
    _check_names(config)


def says_everything(config: Mapping[str, Any]) -> bool:
    """Return whether a configuration leaves nothing to a recipe.

    One that `--dry-run --json` or a run wrote names every part and every value. Its recipe is only
    a record, so that a later version of the recipe changes nothing.
    """
    return bool(config.get("parts", {}).keys() >= STATED)


def _bytes(path: Path) -> bytes:
    """Return a file's bytes; one that is too large is not read to its end."""
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise ZooError(
            f"no file {str(path)!r}", hint=f"every run directory has a config.json, and {_WRITES}"
        ) from error
    except IsADirectoryError as error:
        inside = path / "config.json"
        hint = f"`--config {inside}`" if inside.is_file() else _WRITES
        raise ZooError(f"{str(path)!r} is a folder, not a configuration", hint=hint) from error
    except OSError as error:
        raise ZooError(
            f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}", hint=_WRITES
        ) from error
    if len(found) > LARGEST:
        raise ZooError(
            f"{str(path)!r} is larger than {LARGEST:,} bytes, so it is no configuration",
            hint=_WRITES,
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
            hint=f"save it as UTF-8; {_WRITES}",
        ) from error


def _parsed(path: Path, text: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        # half a character, spelled as an escape, can neither be shown nor name a file
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise ZooError(
            f"{str(path)!r} is not a JSON file: line {error.lineno}, column {error.colno}: "
            f"{error.msg[:1].lower()}{error.msg[1:]}",
            hint=f"JSON knows neither comments nor a comma before a bracket; {_WRITES}",
        ) from error
    except UnicodeEncodeError as error:
        raise ZooError(f"{str(path)!r} holds half a character", hint=_WRITES) from error
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ZooError(f"{str(path)!r} is not a JSON file: {what}", hint=_WRITES) from error
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


def _check_format(config: Mapping[str, Any]) -> None:
    found = config.get("format", FORMAT)
    if found == FORMAT and type(found) is int:
        return
    newer = type(found) is int and found > FORMAT
    raise ZooError(
        f"the configuration has the format {found!r}; this version reads {FORMAT}",
        hint="`pip install --upgrade gan-zoo`" if newer else f"the format is {FORMAT}; {_WRITES}",
    )


def _place_of(key: str) -> str:
    role = _role_called(key)
    if role:
        return f"a part goes into 'parts' as {role!r}, its values into 'options'"
    if key == "run":
        return 'values go into \'options\', such as {"options": {"run": {"steps": 900}}}'
    return f"{nearest(key, KEYS)}its keys are {', '.join(KEYS)}"


def _role_called(word: str) -> str:
    kind = kind_called(word)
    return kind.role if kind else ""


def _check_parts(parts: Mapping[str, Any]) -> None:
    for role, names in parts.items():
        if role not in ROLES:
            meant = _role_called(role)
            known = f"did you mean {meant!r}? " if meant else nearest(role, ROLES)
            raise ZooError(
                f"the configuration names a part for the unknown role {role!r}",
                hint=f"{known}the roles are {', '.join(ROLES)}",
            )
        if not _are_names(names if isinstance(names, list | tuple) else [names]):
            raise _wrong_form(f"part for {role!r} is no name")


def _check_names(config: Mapping[str, Any]) -> None:
    if not isinstance(config.get("recipe", ""), str):
        raise _wrong_form("'recipe' is no name")
    plugins = config.get("plugins", [])
    if not (isinstance(plugins, list | tuple) and _are_names(plugins)):
        raise _wrong_form("'plugins' are no list of paths")


def _are_names(found: Iterable[Any]) -> bool:
    return all(isinstance(name, str) for name in found)


def _wrong_form(what: str) -> ZooError:
    return ZooError(f"the configuration's {what}", hint=_WRITES)


def _type(value: Any) -> str:
    return _TYPES.get(type(value), "null")
