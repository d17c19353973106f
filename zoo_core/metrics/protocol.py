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


def metric_options(composition: Composition) -> dict[str, dict[str, Any]]:
    """Return the options of each metric, as JSON data."""
    found = {}
    for item in composition.plan.chosen["metric"].items:
        section = composition.settings[ROLES["metric"].section(item.entry.name)]
        found[item.entry.name] = json.loads(json.dumps(section.plain()))
    return found


def versions(composition: Composition) -> dict[str, str]:
    """Return the versions of what computes the scores."""
    items = [
        *composition.plan.chosen["features"].items,
        *composition.plan.chosen["metric"].items,
    ]
    sources = {p.source.distribution: p.source.version for p in composition.registry.plugins}
    used = {item.source for item in items} | {"gan-zoo"}
    found = {name: sources.get(name, "") for name in sorted(used)}
    return {**found, "torch": metadata.version("torch").partition("+")[0]}
