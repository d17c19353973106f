"""Print the oldest supported versions as constraints for pip, read from the lower bounds.

`make test-oldest` installs them and runs the tests on them, so that a bound in a `pyproject.toml`
is a version that was tried. What only lints or writes docs is left out: no test runs on it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

BOUNDED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*>=\s*([0-9][0-9.]*)(?:\s*[,;].*)?")


class BoundError(Exception):
    """A requirement does not say what the oldest version is."""


def files() -> list[Path]:
    """Return the core's `pyproject.toml`, then those of the plugins."""
    return [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]


def requirements(data: dict[str, Any]) -> Iterator[str]:
    """Give what a project and its tests need, and every extra."""
    project = data["project"]
    yield from project.get("dependencies", ())
    yield from chain.from_iterable(project.get("optional-dependencies", {}).values())
    yield from data.get("dependency-groups", {}).get("test", ())


def bounds(projects: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the lowest version of everything needed, but for the projects themselves.

    Args:
        projects: what their `pyproject.toml` files hold.

    Raises:
        BoundError: a requirement without a lower bound, or with two.
    """
    projects = list(projects)
    own = {data["project"]["name"] for data in projects}
    lowest: dict[str, str] = {}
    for text in chain.from_iterable(map(requirements, projects)):
        found = BOUNDED.fullmatch(text)
        name = found[1] if found else text
        if name in own:
            continue
        if found is None:
            raise BoundError(f"{text!r} has no lower bound")
        if lowest.setdefault(name, found[2]) != found[2]:
            raise BoundError(f"{name} has two lower bounds: {lowest[name]} and {found[2]}")
    return lowest


def main() -> int:
    """Print a constraint a line."""
    read = (tomllib.loads(file.read_text(encoding="utf-8")) for file in files())
    try:
        lowest = bounds(read)
    except BoundError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"{name}=={version}" for name, version in sorted(lowest.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
