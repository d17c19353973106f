"""The protocol of a score: all that two scores must share to be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from zoo_core.composition import Composition
from zoo_core.digests import sha256_of_bytes
from zoo_core.registry.kinds import ROLES

RANGE = "[-1, 1] rounded to 8 bits"
"""How values of samples are brought to those of the data's files."""


def digest_of(protocol: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that two equal protocols share."""
    text = json.dumps(protocol, sort_keys=True, separators=(",", ":"))
    return sha256_of_bytes(text.encode())[:16]


def own_of_metrics(composition: Composition) -> dict[str, dict[str, Any]]:
    """Return what is each metric's own of a protocol, as JSON data: name, version and options."""
    known, found = _versions(composition), {}
    for item in composition.plan.chosen["metric"].items:
        section = composition.settings[ROLES["metric"].section(item.entry.name)]
        found[item.entry.name] = {
            "name": item.qualified,
            "version": known.get(item.source, ""),
            "options": json.loads(json.dumps(section.plain())),
        }
    return found


def shared_versions(composition: Composition) -> dict[str, str]:
    """Return the versions of what every metric uses."""
    known = _versions(composition)
    used = {item.source for item in composition.plan.chosen["features"].items} | {"gan-zoo"}
    found = {name: known.get(name, "") for name in sorted(used)}
    return {**found, "torch": metadata.version("torch").partition("+")[0]}


def _versions(composition: Composition) -> dict[str, str]:
    return {p.source.distribution: p.source.version for p in composition.registry.plugins}
