"""Write down what the distributions of this repository offer, wherever that has to be known.

`python tools/make_first_party.py` reads `plugins/*/`, whether they are installed or not, and writes
the table that names the distribution of a part that is missing, the extra `all`, the README's pip
line and the table of the documentation; with `--check` it writes nothing and fails where one of
them is not current.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zoo_core import Registry
from zoo_core.registry.discovery import Source
from zoo_core.registry.entry import Entry
from zoo_core.registry.first_party import FILE
from zoo_core.registry.hookspecs import PROJECT
from zoo_core.registry.kinds import TABLE

ROOT = Path(__file__).resolve().parents[1]
TABLE_FILE = f"zoo_core/registry/{FILE}"


@dataclass(frozen=True, slots=True)
class Project:
    """A distribution below `plugins/`: its name, its folder, and what it offers."""

    name: str
    folder: str
    entries: tuple[Entry, ...]

    @property
    def kinds(self) -> dict[str, list[str]]:
        """Return kind to the names of its parts."""
        found = {kind.name: [e.name for e in self.entries if e.kind == kind.name] for kind in TABLE}
        return {kind: names for kind, names in found.items() if names}


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the files, or compare them; return the exit status."""
    files = {root / name: text for name, text in wanted(root).items()}
    stale = {file: text for file, text in files.items() if _read(file) != text}
    if "--check" in arguments:
        for file in stale:
            print(
                f"{file.relative_to(root)} is not current: `make docs` writes it", file=sys.stderr
            )
        return 1 if stale else 0
    for file, text in stale.items():
        file.write_text(text, encoding="utf-8")
    return 0


def wanted(root: Path) -> dict[str, str]:
    """Return the path of every file that tells of plugins, with the text that it should have."""
    projects = [project_of(file) for file in sorted(root.glob("plugins/*/pyproject.toml"))]
    changes = {
        "pyproject.toml": (r'(?<=\nall = \[\n)(    "[\w-]+",\n)*(?=\]\n)', extra(projects)),
        "README.md": (r"(?<=/pip install -e \.)( -e plugins/[\w-]+)*(?=\n)", editable(projects)),
        "docs/index.md": (r"(?<=\n)(\| `zoo-plugin-[^\n]*\n)+", rows(projects)),
    }
    found = {TABLE_FILE: json.dumps({each.name: each.kinds for each in projects}, indent=2) + "\n"}
    for name, (pattern, text) in changes.items():
        found[name], count = re.subn(pattern, text, _read(root / name))
        if count != 1:
            raise LookupError(f"{name} has {count} places for what plugins offer")
    return found


def project_of(file: Path) -> Project:
    """Return the distribution that a `pyproject.toml` describes."""
    settings = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    name, points = settings["name"], settings["entry-points"][PROJECT]
    return Project(name, file.parent.name, _entries(name, file.parent / "src", points))


def extra(projects: Sequence[Project]) -> str:
    """Return the lines of the extra `all`."""
    return "".join(f'    "{project.name}",\n' for project in projects)


def editable(projects: Sequence[Project]) -> str:
    """Return the end of the line with which pip installs a clone."""
    return "".join(f" -e plugins/{project.folder}" for project in projects)


def rows(projects: Sequence[Project]) -> str:
    """Return the rows of the documentation's table of distributions."""
    return "".join(f"| `{project.name}` | {_offered(project.kinds)} |\n" for project in projects)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _offered(kinds: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(
        f"{kind} {', '.join(f'`{name}`' for name in names)}" for kind, names in kinds.items()
    )


def _entries(name: str, sources: Path, points: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return what the plugins of a folder offer, installed or not."""
    registry = Registry(strict=True)
    sys.path.insert(0, str(sources))
    try:
        for point, module in points.items():
            registry.add_source(Source(name, "", point, partial(importlib.import_module, module)))
    finally:
        sys.path.remove(str(sources))
    return tuple(item.entry for item in registry.entries())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
