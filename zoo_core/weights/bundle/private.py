"""What a configuration says that is nobody else's business, and the same without it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from zoo_core.config.configuration import Configuration
from zoo_core.config.values import value_of

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


def private(config: Configuration) -> Configuration:
    """Return a configuration that tells nobody where files lie, and pushes nowhere."""
    kept = without_pushing(config)
    options = {
        section: {name: value_of(without_directories(v)) for name, v in values.items()}
        for section, values in kept.options.items()
    }
    return without_places(replace(kept, options=options))


def without_places(config: Configuration) -> Configuration:
    """Return the same without where its data lay; what they were stays."""
    return replace(config, data=config.data and replace(config.data, places={}))


def without_pushing(config: Configuration) -> Configuration:
    """Return the same without where to push: that is for whoever repeats or resumes it to say."""
    run = config.options.get("run", {})
    kept = {name: value for name, value in run.items() if not name.startswith("push_")}
    return config.with_options("run", kept)
