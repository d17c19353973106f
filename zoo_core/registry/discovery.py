"""Where plugins come from: entry points of installed distributions, or single files."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from zoo_core.errors import ZooError
from zoo_core.registry.hookspecs import PROJECT


@dataclass(frozen=True, slots=True)
class Source:
    """A plugin that can be loaded.

    Args:
        distribution: its distribution, or the stem of a single file.
        version: the distribution's version; empty for a file.
        name: the entry point's name.
        load: imports the plugin module.
        file: the single file it is, or None.
    """

    distribution: str
    version: str
    name: str
    load: Callable[[], Any] = field(compare=False, repr=False)
    file: Path | None = None

    @property
    def key(self) -> str:
        """Return `distribution:name`, which is unique."""
        return f"{self.distribution}:{self.name}"


def normalised(name: str) -> str:
    """Return a distribution's name as it is compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_sources() -> list[Source]:
    """Return the plugins of all installed distributions, each once, in a fixed order."""
    found: dict[str, Source] = {}
    for point in metadata.entry_points(group=PROJECT):
        # a distribution whose METADATA is missing has neither a name nor a version
        written = (point.dist.name, point.dist.version) if point.dist else ("", "")
        name = normalised(written[0] or point.module)
        source = Source(name, written[1] or "", point.name, point.load)
        found.setdefault(source.key, source)
    return [found[key] for key in sorted(found, key=lambda key: (key != "gan-zoo:builtin", key))]


def source_of_file(file: Path) -> Source:
    """Return the plugin that a single file is.

    Raises:
        ZooError: no such file, or a name that cannot be imported.
    """
    if not file.is_file():
        raise ZooError(
            f"no plugin file {str(file)!r}", hint="`--plugin` takes the path of a Python file"
        )
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise ZooError(
            f"{file.name!r} cannot be imported as a plugin",
            hint="name it like a module, such as `my_parts.py`",
        )
    path = file.resolve()
    return Source(file.stem.replace("_", "-"), "", "file", lambda: _import_file(path), path)


def moved_files(given: Iterable[str | Path], recorded: Iterable[str]) -> list[Path]:
    """Return the plugin files that are given, and the recorded ones of other names."""
    found = [Path(file) for file in given]
    names = {file.name for file in found}
    return found + [file for file in map(Path, recorded) if file.name not in names]


def _import_file(path: Path) -> Any:
    name = path.stem
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(path):
        return known
    found = importlib.util.find_spec(name) if known is None else None
    # where its folder is on the path, what is found is the file itself
    if known is not None or (found is not None and found.origin != str(path)):
        raise ZooError(
            f"plugin file {path.name!r} has the name of the module {name!r}",
            hint="rename the file",
        )
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ZooError(f"{str(path)!r} cannot be imported", hint="is it a Python file?")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
