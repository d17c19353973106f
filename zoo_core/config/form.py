"""The form of a configuration's JSON, key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zoo_core.config.values import is_value
from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import ROLES, kind_called

FORMAT = 1
"""Version of the form."""

KEYS: Mapping[str, str] = {
    "format": f"version of the form: {FORMAT}",
    "parts": "role to name, or to a list of names",
    "options": "section to option to value",
    "recipe": "the recipe that took part; used where the file does not say everything itself",
    "plugins": "paths of the plugin files that are needed",
    "task": "the images' shapes and the classes' names, for those who have not the data",
    "data": "what a run recorded of its data and where they lay",
    "environment": "what a run recorded of hardware and versions; not read when it is repeated",
}
"""Every key that a configuration may have, and its meaning."""

WRITES = "`zoo train ... --dry-run --json` writes a configuration"


def check_form(config: Mapping[str, Any]) -> None:
    """Check the form of a configuration, not yet what it names.

    Raises:
        ZooError: another format, an unknown key or role, or a value of another type.
    """
    _check_format(config)
    for key in config:
        if key not in KEYS:
            raise ZooError(f"the configuration has the unknown key {key!r}", hint=_place_of(key))
    for key in ("parts", "options", "task", "data", "environment"):
        if not isinstance(config.get(key, {}), Mapping):
            raise _wrong_form(f"{key!r} is no object")
    for section, values in config.get("options", {}).items():
        if not isinstance(values, Mapping):
            raise _wrong_form(f"options for {section!r} are no object")
        for name, value in values.items():
            if not is_value(value):
                raise _wrong_form(f"option {f'{section}.{name}'!r} is an object")
    _check_parts(config.get("parts", {}))
    _check_names(config)


def _check_format(config: Mapping[str, Any]) -> None:
    found = config.get("format", FORMAT)
    if found == FORMAT and type(found) is int:
        return
    newer = type(found) is int and found > FORMAT
    raise ZooError(
        f"the configuration has the format {found!r}; this version reads {FORMAT}",
        hint="`pip install --upgrade gan-zoo`" if newer else f"the format is {FORMAT}; {WRITES}",
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
    return ZooError(f"the configuration's {what}", hint=WRITES)
