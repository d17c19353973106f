"""What a configuration says that is nobody else's business, and the same without it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_DIRECTORIES = re.compile(r"(?:^|(?<=[,:=\s]))(?:~|[A-Za-z]:)?[/\\][^,:]*[/\\](?=[^/\\,:])")


def without_directories(value: Any) -> Any:
    """Return JSON data without the directories of absolute paths."""
    if isinstance(value, str):
        return _DIRECTORIES.sub("", value)
    if isinstance(value, dict):
        return {key: without_directories(piece) for key, piece in value.items()}
    if isinstance(value, list | tuple):
        return [without_directories(piece) for piece in value]
    return value


def without_pushing(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options that push nowhere: where to is for whoever repeats or resumes it to say.

    Args:
        options: section to option to value.
    """
    run = options.get("run", {})
    return {**options, "run": {n: v for n, v in run.items() if not n.startswith("push_")}}
