"""The version of a bundle's form, and the way from older ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zoo_core.errors import ZooError

FORMAT = 1
"""The version that is written, and the newest that is read."""

KIND = "gan-zoo-weights"
"""What a bundle's config.json says it is."""

Migration = Callable[[Mapping[str, Any]], dict[str, Any]]

MIGRATIONS: dict[int, Migration] = {}
"""Old version to a function that returns the configuration in the version after it."""


def migrated(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bundle's configuration in the newest form.

    Raises:
        ZooError: a newer format than this version reads, or none that ever was.
    """
    found = config.get("format")
    if type(found) is not int or found < 1:
        raise ZooError(
            f"these weights have the format {str(found)[:40]!r}, which never was",
            hint=f"this version reads formats 1 to {FORMAT}; get the file again from where it came",
        )
    if found > FORMAT:
        raise ZooError(
            f"these weights have the format {found:.6g}; this version reads {FORMAT}",
            hint="`pip install --upgrade gan-zoo`",
        )
    newest = dict(config)
    for version in range(found, FORMAT):
        newest = {**MIGRATIONS[version](newest), "format": version + 1}
    return newest
