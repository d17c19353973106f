"""A plugin as its tests see it: what is tried of it, and what holds for it as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from zoo_core.errors import ZooError, nearest
from zoo_core.registry.discovery import normalised
from zoo_core.registry.hookspecs import PROJECT
from zoo_core.registry.lookup import Registry
from zoo_core.testing.cases import Trial, trials_of, with_partners
from zoo_core.testing.promises import PromiseError

_LISTING = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    getattr(import_module(name), "zoo_entries", tuple)()
    if "torch" in sys.modules:
        sys.exit(name)
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """A plugin under test.

    Args:
        source: its distribution, or the stem of a single file.
        registry: all installed plugins, this one, and the partners for trials.
        modules: the modules of its entry points; none for a single file.
        trials: what is tried of its entries.
    """

    source: str
    registry: Registry
    modules: tuple[str, ...]
    trials: Sequence[Trial]

    def check_loads(self) -> None:
        """Check that nothing was said against the plugin.

        Raises:
            PromiseError: with every problem.
        """
        problems = [p for p in self.registry.problems if p.source == self.source]
        if problems:
            found = "; ".join(f"{p.message} {p.hint}".strip() for p in problems)
            raise PromiseError("a plugin loads, and all that it offers can be registered", found)

    def check_light(self) -> None:
        """Check in a process of its own that listing the plugin's entries imports no torch.

        Raises:
            PromiseError: with the module that does.
        """
        path = os.pathsep.join(place for place in sys.path if place)
        done = subprocess.run(
            [sys.executable, "-c", _LISTING, *self.modules],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            promised = "`zoo list` stays quick: what a plugin lists imports no torch"
            last = done.stderr.strip().splitlines()[-1:]
            raise PromiseError(promised, f"listing imports torch: {' '.join(last)}")


def look(name: str, file: Path | None = None) -> Looked:
    """Return a plugin with all that is tried of it.

    Args:
        name: of its distribution.
        file: the single file that it is, instead.

    Raises:
        ZooError: no such plugin, or a file that raises.
    """
    registry = Registry.from_installed(files=[file] if file else [], strict=False)
    if file is None:
        source, modules = normalised(name), _modules()
        if source not in modules:
            raise ZooError(
                f"no plugin of the distribution {name!r} is installed",
                hint=nearest(source, modules) + "`pip install -e .` installs the one of a folder",
            )
    else:
        (source,) = [
            p.source.distribution for p in registry.plugins if p.source.file == file.resolve()
        ]
        modules = {}
    with_partners(registry)
    trials = tuple(trials_of(registry, source))
    return Looked(source, registry, modules.get(source, ()), trials)


def _modules() -> dict[str, tuple[str, ...]]:
    """Return distribution to the modules of its plugins."""
    found: dict[str, tuple[str, ...]] = {}
    for point in metadata.entry_points(group=PROJECT):
        if point.dist is not None:
            name = normalised(point.dist.name)
            found[name] = (*found.get(name, ()), point.module)
    return found
