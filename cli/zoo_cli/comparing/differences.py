"""What was asked of runs, and where it differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo_core.config.configuration import Environment
from zoo_core.config.run import KEPT
from zoo_core.config.values import Value
from zoo_core.runs import History

ABSENT = "-"
"""Shown where a run has no such option."""

_HARDWARE = ("device", "precision", "layout", "threads", "python")


@dataclass(frozen=True, slots=True)
class Difference:
    """One part, option or condition that is not the same in all runs.

    Args:
        name: such as "critic" or "critic.lr".
        values: of each run; None in `there` where a run has no such thing.
        there: whether each run has it.
    """

    name: str
    values: tuple[Value, ...]
    there: tuple[bool, ...]


def differences(runs: Sequence[History]) -> list[Difference]:
    """Return what is not equal: parts, then options, then hardware and versions."""
    flat = [_flat(run) for run in runs]
    names = {name: None for one in flat for name in one}
    found = []
    for name in names:
        there = tuple(name in one for one in flat)
        values = tuple(one.get(name) for one in flat)
        if not all(there) or any(value != values[0] for value in values):
            found.append(Difference(name, values, there))
    return found


def data_of(run: History) -> dict[str, Value]:
    """Return what data a run is trained on, without where it lies."""
    options = {
        name: value for name, value in run.options.get("data", {}).items() if name not in KEPT
    }
    return {"data": run.parts.get("data"), **options, "size": run.config.value("run", "size")}


def data_text(run: History) -> str:
    """Return what data a run is trained on, in words."""
    found = data_of(run)
    name = str(found.pop("data")).rpartition("/")[2]
    size = found.pop("size")
    more = [f"{option}={value}" for option, value in found.items() if value is not None]
    return " ".join([name, *more]) + (f" at {size}" if size else "")


def short_names(paths: Sequence[Path]) -> list[str]:
    """Return the shortest ends of paths that tell them apart."""
    whole = [path.absolute().parts for path in paths]
    for length in range(1, max(map(len, whole)) + 1):
        names = ["/".join(parts[-length:]) for parts in whole]
        if len(set(names)) == len(names):
            return names
    return [str(path) for path in paths]


def _flat(run: History) -> dict[str, Value]:
    parts = {role: names for role, names in run.parts.items() if names not in ((), "none")}
    options = {
        f"{section}.{name}": value
        for section, values in run.options.items()
        for name, value in values.items()
    }
    return {**parts, **options, **_environment(run.environment)}


def _environment(found: Environment) -> dict[str, Value]:
    hardware = {name: found.facts[name] for name in _HARDWARE if name in found.facts}
    versions = {f"version of {name}": text for name, text in found.distributions.items()}
    return {**hardware, **versions}
