"""What a plugin is called: from what a user typed to a distribution, a package and a part."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from importlib import metadata

from zoo_core import Registry, ZooError
from zoo_core.config.request import NOTHING
from zoo_core.registry.discovery import normalised
from zoo_core.registry.first_party import FIRST_PARTY

PREFIX = "zoo-plugin-"
LONGEST = 30
"""Letters of a name, so that the lines of the files that hold it stay short."""

_VALID = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", flags=re.IGNORECASE | re.ASCII)
"""Names that PEP 508 allows for a distribution."""

OFFERED = ("generator", "discriminator", "loss")
"""Kinds of which the skeleton offers a part of the plugin's own name."""


@dataclass(frozen=True, slots=True)
class Name:
    """The names of one plugin.

    Args:
        part: what users type after `--gen`.
        distribution: what users install.
        package: what Python imports.
    """

    part: str
    distribution: str
    package: str


def named(text: str, registry: Registry) -> Name:
    """Return the names of a new plugin.

    Args:
        text: such as `mine`, `My_Plugin` or `zoo-plugin-mine`.
        registry: what is installed.

    Raises:
        ZooError: a name that no distribution can have, or one that is taken.
    """
    part = normalised(text)
    part = part.removeprefix(PREFIX)
    if not _VALID.fullmatch(text) or f"{part}-" == PREFIX:
        raise _impossible(text)
    if len(part) > LONGEST:
        raise ZooError(
            f"a plugin's name of {len(part)} letters is too long",
            hint=f"at most {LONGEST}, such as `zoo plugin new {part[:12].rstrip('-')}`",
        )
    found = Name(part, PREFIX + part, (PREFIX + part).replace("-", "_"))
    _check_free(found, registry)
    return found


def _impossible(text: str) -> ZooError:
    near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").removeprefix(PREFIX)[:LONGEST]
    example = "mine" if near in ("", PREFIX.rstrip("-")) else near.rstrip("-")
    return ZooError(
        f"no distribution can have the name {text!r}",
        hint="letters a to z, digits and single hyphens between them, "
        f"such as `zoo plugin new {example}`",
    )


def _check_free(name: Name, registry: Registry) -> None:
    """Refuse a name that something installed has.

    Raises:
        ZooError: a distribution, a module or a part has it.
    """
    way_out = f"another name, such as `zoo plugin new my-{name.part}`"
    if name.part == NOTHING:
        raise ZooError("'none' asks for no part, so none can be called so", hint=way_out)
    if name.distribution in FIRST_PARTY or _is_installed(name.distribution):
        raise ZooError(f"there is a distribution {name.distribution!r} already", hint=way_out)
    if importlib.util.find_spec(name.package) is not None:
        raise ZooError(f"there is a module {name.package!r} already", hint=way_out)
    for item in registry.entries():
        if item.entry.kind in OFFERED and name.part in (item.entry.name, *item.entry.aliases):
            raise ZooError(f"{item.source} has a {item.entry.kind} {name.part!r}", hint=way_out)


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True
