"""What can be said of a recipe: what it trains, how long that takes, and what it needs here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from zoo_core import Recipe, Registry, ZooError
from zoo_core.config.request import Options, Parts
from zoo_core.registry.kinds import ARGUED, ROLES
from zoo_core.registry.lookup import Registered
from zoo_core.registry.recipe import picture_of, recipe_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeFacts:
    """What a recipe holds, and what it needs here.

    Args:
        source: what it follows.
        trains: in a few words.
        minutes: on two cores.
        reaches: what came of it.
        departures: from the paper.
        picture: a path or an address; may be empty.
        command: trains it by its name.
        by_itself: trains it without its name; may be empty.
        missing: parts that are not installed, each with the way to get it.
        parts: role to name or names.
        options: section to values.
        for_parts: what it is used for by itself.
    """

    source: str
    trains: str
    minutes: float
    reaches: tuple[str, ...]
    departures: tuple[str, ...]
    picture: str
    command: str
    by_itself: str
    missing: Mapping[str, str]
    parts: Parts
    options: Options
    for_parts: Mapping[str, str]


def recipe_facts(registry: Registry, item: Registered) -> RecipeFacts:
    """Return what a recipe holds.

    Raises:
        ZooError: the target is no recipe, or its plugin has not the picture that it names.
    """
    recipe = recipe_of(item.entry, item.source)
    return RecipeFacts(
        source=recipe.source,
        trains=trains_text(recipe),
        minutes=recipe.minutes,
        reaches=recipe.reaches,
        departures=recipe.departures,
        picture=picture_of(item.entry, recipe),
        command=command_line(registry, item),
        by_itself=_by_itself(registry, item, recipe),
        missing=_missing(registry, recipe),
        parts=dict(recipe.parts),
        options={section: dict(values) for section, values in recipe.options.items()},
        for_parts=dict(recipe.for_parts),
    )


def trains_text(recipe: Recipe) -> str:
    """Return such as "dcgan with wgan-gp on digits at 32x32"."""
    size = recipe.options.get("run", {}).get("size")
    words = {
        "": _plain(recipe, "generator"),
        "with": ", ".join(filter(None, (_plain(recipe, "loss"), _plain(recipe, "condition")))),
        "on": _plain(recipe, "data"),
        "at": str(size or ""),
    }
    return " ".join(f"{word} {name}".strip() for word, name in words.items() if name)


def time_text(minutes: float) -> str:
    """Return a time on two cores, in words; empty where it is not known."""
    if not minutes:
        return ""
    if minutes >= 90:
        return f"about {minutes / 60:.2g} hours on two cores"
    shown = max(1.0, float(f"{minutes:.2g}"))
    return f"about {shown:g} minute{'' if shown == 1 else 's'} on two cores"


def command_line(registry: Registry, item: Registered) -> str:
    """Return the command that trains a recipe."""
    try:
        name = registry.find("recipe", item.entry.name).entry.name
    except ZooError:
        # two plugins have one of this name
        name = item.qualified
    return f"zoo train --recipe {name}{_plugin(registry, item)}"


def _by_itself(registry: Registry, item: Registered, recipe: Recipe) -> str:
    """Return the command that uses a recipe although it does not name it."""
    words = [f"{ROLES[role].flag} {name}" for role, name in recipe.for_parts.items()]
    return f"zoo train {' '.join(words)}{_plugin(registry, item)}" if words else ""


def _plugin(registry: Registry, item: Registered) -> str:
    files = [p.source.file for p in registry.plugins if p.source.distribution == item.source]
    return f" --plugin {shlex.quote(str(files[0]))}" if files and files[0] else ""


def _missing(registry: Registry, recipe: Recipe) -> dict[str, str]:
    """Return the parts that are not installed, each with the way to get it."""
    found = {}
    for role, names in recipe.parts.items():
        for name in (names,) if isinstance(names, str) else names:
            plain = name.partition(":")[0] if role in ARGUED else name
            try:
                if plain != "none":
                    registry.find(ROLES[role].name, plain)
            except ZooError as error:
                found[f"{role} {name}"] = error.hint
    return found


def _plain(recipe: Recipe, role: str) -> str:
    found = recipe.parts.get(role, "")
    # a distribution in front of the name is left out, a path of data is not
    head, colon, rest = str(found).partition(":")
    bare = f"{head.rpartition('/')[2]}{colon}{rest}"
    return "" if bare == "none" else bare
