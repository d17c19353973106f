"""What can be said of one part: options, shapes, parameters."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass
from typing import Any

from zoo_cli.recipes import RecipeFacts, recipe_facts
from zoo_core import ImageSpec, Registry, ZooError
from zoo_core.config.options import REQUIRED, Option, options_of, task_names_of
from zoo_core.registry.kinds import ROLES, TABLE
from zoo_core.registry.lookup import Registered
from zoo_core.weights.shipped import Told, told_of

SIZES = (ImageSpec(1, 28, 28), ImageSpec(1, 32, 32), ImageSpec(3, 64, 64))
"""For these, parameters are counted."""

NETS = frozenset(kind.name for kind in TABLE if kind.player)

_KINDS = {kind.name: kind for kind in TABLE}
_LATENTS, _CLASSES = 100, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One part in words and numbers.

    Args:
        item: the entry and its distribution.
        version: of the distribution.
        section: where `-o` sets its options.
        options: what it can be told.
        shapes: what goes in and comes out, from its docstring.
        parameters: size to number of trainable parameters.
        takes: flags of the parts that a game takes, beside a generator and data.
        recipe: what a recipe holds, and what it needs here; None for other parts.
        weights: what is told of pretrained weights; None for other parts.
    """

    item: Registered
    version: str
    section: str
    options: tuple[Option, ...]
    shapes: str
    parameters: dict[str, int]
    takes: tuple[str, ...]
    recipe: RecipeFacts | None
    weights: Told | None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        entry = self.item.entry
        return {
            "kind": entry.kind,
            "name": entry.name,
            "qualified": self.item.qualified,
            "summary": entry.summary,
            "paper": entry.paper,
            "distribution": self.item.source,
            "version": self.version,
            "aliases": list(entry.aliases),
            "tags": list(entry.tags),
            "departures": list(entry.departures),
            "defaults": {section: dict(values) for section, values in entry.defaults.items()},
            "section": self.section,
            "options": [_option(option) for option in self.options],
            "shapes": self.shapes,
            "parameters": self.parameters,
            **({"takes": list(self.takes)} if self.takes else {}),
            **({"recipe": asdict(self.recipe)} if self.recipe else {}),
            **({"weights": asdict(self.weights)} if self.weights else {}),
        }


def describe(registry: Registry, item: Registered) -> Described:
    """Load a part and describe it.

    Raises:
        ZooError: its target does not exist or is of another kind, or one of its options has no
            type.
    """
    entry = item.entry
    versions = {plugin.source.distribution: plugin.source.version for plugin in registry.plugins}
    target = None if entry.kind == "weights" else entry.load()
    options = options_of(target) if callable(target) else {}
    return Described(
        item=item,
        version=versions.get(item.source, ""),
        section=_KINDS[entry.kind].section(entry.name),
        options=tuple(options.values()),
        shapes=_shapes(inspect.getdoc(target) or "") if callable(target) else "",
        parameters=_parameters(target) if entry.kind in NETS else {},
        takes=_taken(target) if entry.kind == "game" else (),
        recipe=recipe_facts(registry, item) if entry.kind == "recipe" else None,
        weights=told_of(item) if entry.kind == "weights" else None,
    )


def _taken(game: Any) -> tuple[str, ...]:
    """Return the flags of what a game takes, in the order of the table of kinds."""
    return tuple(kind.flag for role, kind in ROLES.items() if role in game.needs)


def told_text(told: Told) -> list[str]:
    """Return data, size, metric and licence of pretrained weights in words, as far as known."""
    size, hub = told.mb and f"{told.mb} MB", told.hub and f"downloaded from {told.hub}"
    return [text for text in (told.data, size, told.metric, told.licence, hub) if text]


def _option(option: Option) -> dict[str, Any]:
    bounds = option.bounds
    return {
        "name": option.name,
        "type": option.type_text,
        "bounds": [bounds.low, bounds.high] if bounds else None,
        "required": option.default is REQUIRED,
        "default": None if option.default is REQUIRED else option.default,
        "help": option.help,
    }


def _shapes(doc: str) -> str:
    """Return a docstring's section on shapes, a line for each arrow."""
    _, found, rest = doc.partition("Shapes:\n")
    lines: list[str] = []
    for line in rest.split("\n\n", 1)[0].splitlines() if found else ():
        if lines and "->" not in line:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return "\n".join(lines)


def _parameters(target: Any) -> dict[str, int]:
    """Return the number of trainable parameters at each size that the net can do."""
    counted = {image: _count(target, image) for image in SIZES}
    return {
        f"{image.height}x{image.width}x{image.channels}": number
        for image, number in counted.items()
        if number is not None
    }


def _count(target: Any, image: ImageSpec) -> int | None:
    from zoo_core.composition.meta import on_meta
    from zoo_core.composition.shapes import count

    task = {"image": image, "source": image, "latent_dim": _LATENTS, "classes": _CLASSES}
    needs = {name: task[name] for name in task_names_of(target) if name in task}
    try:
        with on_meta():
            return count(target(**needs))
    except (ZooError, RuntimeError, ValueError, TypeError):
        return None
