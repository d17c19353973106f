"""Cells of the matrix: which parts are tried together, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from zoo_core import Registry, ZooError
from zoo_core.config.options import reads_images
from zoo_core.config.request import NOTHING, Options, Parts
from zoo_core.registry.kinds import OPTIONAL, ROLES
from zoo_core.registry.lookup import Registered
from zoo_core.spec import parse_size

AXES = ("generator", "critic", "loss", "condition")
"""Role of each axis."""

GAME = "cycle"
"""The game in which generators that read images are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination of parts, by role; `reason` and `hint` say why it does not fit."""

    parts: Parts
    reason: str = ""
    hint: str = ""

    @property
    def fits(self) -> bool:
        """Return whether the parts fit."""
        return not self.reason

    @property
    def place(self) -> tuple[str, ...]:
        """Return the names of the generator, the critic, the loss and the condition."""
        return tuple(str(self.parts[role]) for role in AXES)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        parts = {
            role: list(found) if isinstance(found, tuple) else found
            for role, found in self.parts.items()
        }
        return {"parts": parts, "fits": self.fits, "reason": self.reason, "hint": self.hint}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Generators x critics x losses x conditions, and what is the same in all cells.

    Args:
        registry: where names are looked up.
        axes: role to names, for each of `AXES`; "none" is the condition of nothing.
        same: other parts, by role, of every cell.
        translators: names of generators that read images.
        translating: other parts, by role, of the cells of these generators.
        options: section to values, for every cell.
    """

    registry: Registry
    axes: Mapping[str, tuple[str, ...]]
    same: Parts
    translators: frozenset[str] = frozenset()
    translating: Parts = field(default_factory=dict)
    options: Options = field(default_factory=dict)

    def wanted(self) -> list[Parts]:
        """Return the parts of every cell."""
        return list(self._wanted())

    def cell(self, parts: Parts) -> Cell:
        """Compose the parts of one cell, as `zoo train` would, and train nothing."""
        from zoo_core.composition import compose

        try:
            compose(parts, self.options, registry=self.registry, recipe="none")
        except ZooError as error:
            return Cell(parts=parts, reason=error.message, hint=error.hint)
        return Cell(parts=parts)

    def _wanted(self) -> Iterator[Parts]:
        for names in product(*self.axes.values()):
            parts: Parts = dict(zip(self.axes, names, strict=True))
            around = self.translating if parts["generator"] in self.translators else self.same
            yield {**parts, **around}


def matrix_of(
    registry: Registry,
    *,
    asked: Mapping[str, Sequence[str]] | None = None,
    data: str = "digits",
    parts: Parts | None = None,
    options: Options | None = None,
    sources: frozenset[str] | None = None,
) -> Matrix:
    """Return the matrix of what is installed.

    Generators that read images are tried in the game `cycle` with the data on both of its sides,
    unless a game is named, or data that has two sides by itself.

    Args:
        registry: where names are looked up.
        asked: role to names, for axes that are not to have all parts.
        data: data set of all cells.
        parts: other parts of all cells, by role.
        options: section to values, for every cell.
        sources: only parts of these distributions.

    Raises:
        ZooError: an unknown name, or data that cannot be opened.
    """
    parts, options = dict(parts or {}), dict(options or {})
    axes = {}
    for role in AXES:
        kind = ROLES[role].name
        items = [i for i in registry.entries(kind) if sources is None or i.source in sources]
        axes[role] = _names(registry, role, items, (asked or {}).get(role, ()))
    same: Parts = {**parts, "data": data}
    nets = {name: registry.find("generator", name).entry.load() for name in axes["generator"]}
    reading = frozenset(name for name, net in nets.items() if reads_images(net))
    by_itself = "game" in parts or _has_sides(registry, data, options)
    both = {**parts, "game": GAME, "data": f"unpaired:{data},{data}"}
    return Matrix(
        registry=registry,
        axes=axes,
        same=same,
        translators=reading,
        translating=same if by_itself else both,
        options=options,
    )


def _names(
    registry: Registry, role: str, items: Sequence[Registered], asked: Sequence[str]
) -> tuple[str, ...]:
    kind, nothing = ROLES[role].name, role in OPTIONAL
    if not asked:
        names = [_spelling(item, items) for item in items]
        return (NOTHING, *names) if nothing else tuple(names)
    found = [
        NOTHING
        if nothing and name == NOTHING
        else _spelling(registry.find(kind, name), registry.entries(kind))
        for name in asked
    ]
    return tuple(dict.fromkeys(found))


def _spelling(item: Registered, others: Sequence[Registered]) -> str:
    """Return the bare name, or the qualified one where two plugins have the name."""
    same = [other for other in others if other.entry.name == item.entry.name]
    return item.entry.name if len(same) == 1 else item.qualified


def _has_sides(registry: Registry, data: str, options: Options) -> bool:
    """Return whether data is of two sorts of images, or of pairs."""
    from zoo_core.composition.datasets import opener

    size = options.get("run", {}).get("size")
    asked = {} if size is None else {"size": parse_size(str(size))}
    dataset = opener(registry)(data, **{**options.get("data", {}), **asked})
    return set(dataset.images) != {"images"} or dataset.source is not None
