"""Which first-party distribution brings which name, for those that are not installed.

`tools/make_first_party.py` writes the table from the folders of the plugins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources

FILE = "first_party.json"

FIRST_PARTY: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
    resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
)
"""Distribution to kind to names."""

_NAME = re.compile(r"zoo-plugin-[a-z0-9]+(-[a-z0-9]+)*")
"""How distributions of plugins are named; another source may be a file or a notebook."""


def install_line(kind: str, name: str) -> str:
    """Return the command that brings a part, or an empty string where none is known.

    Args:
        kind: of the part.
        name: bare, or qualified by a distribution, which is then the one that brings it.
    """
    source, slash, bare = name.rpartition("/")
    if slash:
        return f"pip install {source}" if _NAME.fullmatch(source) else ""
    for distribution, kinds in FIRST_PARTY.items():
        if bare in kinds.get(kind, ()):
            return f"pip install {distribution}"
    return ""
