"""What a sweep is: what all runs share, what varies, and how it is searched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from typing import Any, Literal, Self

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration
from zoo_core.config.request import Options, Parts
from zoo_core.config.values import Value, value_of, value_to_json
from zoo_core.digests import sha256_of_bytes
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.axes import Axis, Range

FORMAT = 1
"""Version of the form in which a folder keeps a sweep."""

SEED = "run.seed"

Pruner = Literal["median", "halving", "none"]

Values = Mapping[str, Value]
"""Name of an axis to the value that it has in a trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How a study looks for the best.

    Args:
        score: that is to be good, as the log names it, such as fid.
        better: which way that is.
        how: tpe learns from the trials before; random does not.
        pruner: ends trials that fall behind: median, below the median of the others at the same
            step; halving, not among the best half as often as steps double; or none.
        startup: trials that are drawn at random, and not pruned, before there is a judgement.
        seed: of what is drawn.
    """

    score: str = "fid"
    better: Literal["lower", "higher"] = "lower"
    how: Literal["tpe", "random"] = "tpe"
    pruner: Pruner = "median"
    startup: int = 5
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        own = ("score", "better", "how", "pruner", "startup", "seed")
        return {name: getattr(self, name) for name in own}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A sweep.

    Args:
        parts: role to name or names, in all runs.
        options: section to values, in all runs.
        axes: what varies.
        trials: how many runs a study has; None for a grid, which has all.
        search: how a study looks for the best.
        recipe: as `compose` takes it.
        config: a configuration that all runs begin with.
        init: weights that all runs begin with.
        plugins: plugin files.
    """

    parts: Parts = field(default_factory=dict)
    options: Options = field(default_factory=dict)
    axes: tuple[Axis, ...] = ()
    trials: int | None = None
    search: Search = field(default_factory=Search)
    recipe: str | None = None
    config: Configuration | None = None
    init: str | None = None
    plugins: tuple[str, ...] = ()

    @property
    def is_study(self) -> bool:
        """Return whether it draws, rather than trying all."""
        return self.trials is not None

    @property
    def count(self) -> int:
        """Return how many runs it has.

        Raises:
            ZooError: a grid over a range that has no end.
        """
        if self.trials is not None:
            return self.trials
        return prod(len(axis.listed()) for axis in self.axes)

    def points(self) -> list[dict[str, Value]]:
        """Return the values of every run of a grid.

        Seeds come last to an end: first everything once, then everything again.
        """
        axes = sorted(self.axes, key=lambda axis: axis.sets != (SEED,))
        names = [axis.name for axis in axes]
        found = product(*(axis.listed() for axis in axes))
        order = [axis.name for axis in self.axes]
        drawn = [dict(zip(names, values, strict=True)) for values in found]
        return [{name: one[name] for name in order} for one in drawn]

    def request(self, values: Values) -> tuple[Parts, dict[str, dict[str, object]]]:
        """Return parts and options of the run that has these values."""
        parts = dict(self.parts)
        options = {section: dict(found) for section, found in self.options.items()}
        for axis in self.axes:
            for target in axis.sets if axis.name in values else ():
                section, _, name = target.rpartition(".")
                if section:
                    options.setdefault(section, {})[name] = values[axis.name]
                else:
                    parts[target] = _names(values[axis.name])
        return parts, options

    def composed(self, values: Values, registry: Registry) -> Composition:
        """Return what the run with these values trains.

        Raises:
            ZooError: as `compose`.
        """
        parts, options = self.request(values)
        return compose(parts, options, registry=registry, recipe=self.recipe, config=self.config)

    def to_json(self) -> dict[str, Any]:
        """Return the sweep as JSON data."""
        return {
            "format": FORMAT,
            "parts": {role: value_to_json(value_of(names)) for role, names in self.parts.items()},
            "options": {
                section: {name: value_to_json(value_of(value)) for name, value in values.items()}
                for section, values in self.options.items()
            },
            "axes": [axis.to_json() for axis in self.axes],
            "trials": self.trials,
            "search": self.search.to_json() if self.is_study else None,
            "recipe": self.recipe,
            "config": self.config.to_json() if self.config else None,
            "init": self.init,
            "plugins": list(self.plugins),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned."""
        config = found["config"]
        return cls(
            parts={role: _names(value_of(names)) for role, names in found["parts"].items()},
            options=found["options"],
            axes=tuple(map(Axis.from_json, found["axes"])),
            trials=found["trials"],
            search=Search(**found["search"] or {}),
            recipe=found["recipe"],
            config=None if config is None else Configuration.from_json(config),
            init=found["init"],
            plugins=tuple(found["plugins"]),
        )

    @property
    def digest(self) -> str:
        """Return a hash of what makes the sweep the sweep that it is: all but how many trials."""
        same = replace(self, trials=1) if self.is_study else self
        return sha256_of_bytes(json.dumps(same.to_json(), sort_keys=True).encode())


def value_text(value: Value) -> str:
    """Return a value as a user types it."""
    if isinstance(value, tuple):
        return ",".join(map(value_text, value))
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def domain_text(axis: Axis) -> str:
    """Return what an axis can be as a user types it."""
    if isinstance(axis.domain, Range):
        return str(axis.domain)
    texts = [value_text(value) for value in axis.domain]
    return (";" if any("," in text for text in texts) else ",").join(texts)


def _names(value: Value) -> str | tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else str(value)
