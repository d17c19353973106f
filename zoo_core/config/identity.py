"""What makes a run the run that it is."""

from __future__ import annotations

import json
from collections.abc import Mapping

from zoo_core.config.configuration import Configuration
from zoo_core.config.options import Bookkeeping, Resumable, marked
from zoo_core.config.run import KEPT, RunOptions
from zoo_core.config.values import Value
from zoo_core.digests import sha256_of_bytes
from zoo_core.registry.kinds import MEASURING


def identity(config: Configuration) -> str:
    """Return a hash of what makes a run the run it is: parts and values, without bookkeeping."""
    parts = {role: names for role, names in config.parts.items() if role not in MEASURING}
    options = {
        section: _essential(section, values)
        for section, values in config.options.items()
        if section.partition(".")[0] not in MEASURING
    }
    text = json.dumps({"parts": parts, "options": options}, sort_keys=True)
    return sha256_of_bytes(text.encode())


def _essential(section: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the values of a section that change what is trained."""
    if section == "data":
        return {name: value for name, value in values.items() if name not in {*KEPT, "path"}}
    if section != "run":
        return dict(values)
    passing = {*marked(RunOptions, Bookkeeping()), *marked(RunOptions, Resumable())} - {"seed"}
    # an option that came later, and is not used, leaves the runs before it as they are
    return {name: v for name, v in values.items() if v is not None and name not in passing}
