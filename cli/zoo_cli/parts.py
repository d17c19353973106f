"""What can be said of one part: options, shapes, parameters."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoo_cli.recipes import recipe_facts
from zoo_core import Entry, ImageSpec, Registry, ZooError
from zoo_core.config.options import REQUIRED, Option, options_of, task_names_of
from zoo_core.registry.lookup import Registered
from zoo_core.weights.shipped import told_of

SIZES = (ImageSpec(1, 28, 28), ImageSpec(1, 32, 32), ImageSpec(3, 64, 64))
"""For these, parameters are counted."""

NETS = frozenset({"generator", "discriminator", "encoder"})

_SECTIONS = {"discriminator": "critic", "dataset": "data"}
_MANY = frozenset({"penalty", "constraint"})
_LATENTS, _CLASSES = 100, 10
_TOLD = ("data", "mb", "metric", "licence", "hub")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One part in words and numbers.

    Args:
        item: the entry and its distribution.
        version: of the distribution.
        section: where `-o` sets its options.
        options: name, type, bounds, default and help of each.
        shapes: what goes in and comes out, from its docstring.
        parameters: size to number of trainable parameters.
        recipe: what a recipe holds, and what it needs here.
        weights: data, size, metric and licence of pretrained weights.
    """

    item: Registered
    version: str
    section: str
    options: list[dict[str, Any]]
    shapes: str
    parameters: dict[str, int]
    recipe: dict[str, Any]
    weights: dict[str, Any]

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
            "defaults": {section: dict(values) for section, values in entry.defaults.items()},
            "section": self.section,
            "options": self.options,
            "shapes": self.shapes,
            "parameters": self.parameters,
            **({"recipe": self.recipe} if self.recipe else {}),
            **({"weights": self.weights} if self.weights else {}),
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
        section=section_of(entry),
        options=[_option(option) for option in options.values()],
        shapes=_shapes(inspect.getdoc(target) or "") if callable(target) else "",
        parameters=_parameters(target) if entry.kind in NETS else {},
        recipe=recipe_facts(registry, item) if entry.kind == "recipe" else {},
        weights=told_of(item) if entry.kind == "weights" else {},
    )


def told_text(weights: Mapping[str, Any]) -> list[str]:
    """Return data, size, metric and licence of pretrained weights in words, as far as known."""
    data, size, metric, licence, hub = (str(weights.get(key) or "") for key in _TOLD)
    found = [data, size and f"{size} MB", metric, licence, hub and f"downloaded from {hub}"]
    return [text for text in found if text]


def section_of(entry: Entry) -> str:
    """Return where `-o` sets the options of a part."""
    section = _SECTIONS.get(entry.kind, entry.kind)
    return f"{section}.{entry.name}" if entry.kind in _MANY else section


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
