"""What makes a run the run that it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from zoo_core.config.options import Bookkeeping, Resumable, marked
from zoo_core.config.run import KEPT, RunOptions
from zoo_core.digests import sha256_of_bytes
from zoo_core.registry.kinds import MEASURING


def identity(config: Mapping[str, Any]) -> str:
    """Return a hash of what makes a run the run it is: parts and values, without bookkeeping."""
    parts = {role: names for role, names in config["parts"].items() if role not in MEASURING}
    options = {
        name: dict(values)
        for name, values in config["options"].items()
        if name.partition(".")[0] not in MEASURING
    }
    passing = {*marked(RunOptions, Bookkeeping()), *marked(RunOptions, Resumable())}
    for name in passing - {"seed"}:
        options["run"].pop(name, None)
    # an option that came later, and is not used, leaves the runs before it as they are
    options["run"] = {name: value for name, value in options["run"].items() if value is not None}
    for name in (*KEPT, "path"):
        options["data"].pop(name, None)
    text = json.dumps({"parts": parts, "options": options}, sort_keys=True)
    return sha256_of_bytes(text.encode())
