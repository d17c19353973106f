"""Find out what is installed and what is broken, without stopping at the first thing."""

from __future__ import annotations

import os
import platform
import traceback
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from zoo_core import Entry, Registry, ZooError
from zoo_core.config.options import REQUIRED, coerced, options_of
from zoo_core.registry.lookup import Registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found.

    Args:
        versions: distribution to version.
        machine: devices, and what the CPU can do.
        plugins: distribution, version, name and seconds of each.
        slow: a remark on each plugin that takes long to import.
        broken: source, message, traceback and hint of each plugin or part that does not work.
        checked: how many parts were loaded.
    """

    versions: dict[str, str]
    machine: dict[str, Any]
    plugins: list[dict[str, Any]]
    slow: list[str]
    broken: list[dict[str, str]]
    checked: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return asdict(self)


def examine(files: Iterable[str | Path] = ()) -> Checkup:
    """Load every plugin and every part.

    Raises:
        ZooError: a plugin file that does not exist or that raises.
    """
    registry = Registry.from_installed(files=files, strict=False)
    items = registry.entries()
    broken = [asdict(problem) for problem in registry.problems]
    broken += [found for item in items if (found := _fault(item))]
    plugins = [
        {
            "distribution": plugin.source.distribution,
            "version": plugin.source.version,
            "name": plugin.source.name,
            "seconds": round(plugin.seconds, 4),
        }
        for plugin in registry.plugins
    ]
    return Checkup(
        versions=_versions(),
        machine=_machine(),
        plugins=plugins,
        slow=[plugin.slow for plugin in registry.plugins if plugin.slow],
        broken=broken,
        checked=len(items),
    )


def _fault(item: Registered) -> dict[str, str] | None:
    """Return what is wrong with a part, or None."""
    what = f"{item.entry.kind} {item.entry.name!r}"
    try:
        _check(item.entry)
    except ZooError as error:
        return _found(item.source, f"{what}: {error.message}", hint=error.hint)
    # a stranger's module can raise anything, and the others are still to be looked at
    except (Exception, SystemExit) as error:  # noqa: BLE001
        message = f"{what}: {type(error).__name__}: {error}"
        return _found(item.source, message, details=traceback.format_exc())
    return None


def _found(source: str, message: str, *, details: str = "", hint: str = "") -> dict[str, str]:
    return {"source": source, "message": message, "traceback": details, "hint": hint}


def _check(entry: Entry) -> None:
    """Load a target and read its options; each default must be within its own bounds."""
    if entry.kind == "weights":
        return
    target = entry.load()
    if not callable(target):
        return
    for option in options_of(target).values():
        if option.default is not REQUIRED:
            coerced(option, option.default, f"{entry.kind} {entry.name!r}")


def _versions() -> dict[str, str]:
    names = ("gan-zoo", "torch", "torchvision", "numpy", "safetensors", "pluggy", "click", "rich")
    return {"python": platform.python_version(), **{name: _version(name) for name in names}}


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "missing"


def _machine() -> dict[str, Any]:
    import torch

    from zoo_core.engine.hardware import available_devices, has_bfloat16_units

    found = {
        "system": platform.platform(terse=True),
        "devices": available_devices(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "bfloat16 units": "yes" if has_bfloat16_units() else "no",
        "cores": os.cpu_count() or 0,
        "threads": torch.get_num_threads(),
    }
    if torch.cuda.is_available():
        found["gpu"] = [
            torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())
        ]
    return found
