"""What was asked of runs, and where it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo_core.config.configuration import Environment
from zoo_core.config.run import KEPT
from zoo_core.config.values import Value
from zoo_core.runs.records import History

SEED = "run.seed"

_HARDWARE = ("device", "precision", "layout", "threads", "python")


@dataclass(frozen=True, slots=True)
class Difference:
    """One part, option or condition that is not the same everywhere.

    Args:
        name: such as "critic" or "critic.lr".
        values: of each row; None in `there` where a row has no such thing.
        there: whether each row has it.
    """

    name: str
    values: tuple[Value, ...]
    there: tuple[bool, ...]


def differences(flat: Sequence[Mapping[str, Value]]) -> list[Difference]:
    """Return what is not equal: parts, then options, then hardware and versions."""
    names = {name: None for one in flat for name in one}
    found = []
    for name in names:
        there = tuple(name in one for one in flat)
        values = tuple(one.get(name) for one in flat)
        if not all(there) or any(value != values[0] for value in values):
            found.append(Difference(name, values, there))
    return found


def flat_of(run: History) -> dict[str, Value]:
    """Return parts, options, hardware and versions of a run by dotted names."""
    parts = {role: names for role, names in run.parts.items() if names not in ((), "none")}
    options = {
        f"{section}.{name}": value
        for section, values in run.options.items()
        for name, value in values.items()
    }
    return {**parts, **options, **_environment(run.environment)}


def joined(flat: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Return each value that several runs share, and all values where they differ."""
    found: dict[str, Value] = {}
    for name in {name: None for one in flat for name in one}:
        values = list(dict.fromkeys(one.get(name) for one in flat))
        found[name] = values[0] if len(values) == 1 else tuple(sorted(values, key=_order))
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


def _order(value: Value) -> tuple[bool, float, str]:
    """Return by what values of any kind are sorted: numbers first."""
    number = isinstance(value, int | float)
    return (not number, float(value) if isinstance(value, int | float) else 0.0, str(value))


def _environment(found: Environment) -> dict[str, Value]:
    hardware = {name: found.facts[name] for name in _HARDWARE if name in found.facts}
    versions = {f"version of {name}": text for name, text in found.distributions.items()}
    return {**hardware, **versions}
