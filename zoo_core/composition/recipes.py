"""Recipes: by name, or by themselves when a user asks for just their composition."""

from __future__ import annotations

from collections.abc import Mapping

from zoo_core.composition.request import ROLES, Layer
from zoo_core.composition.selection import ENGINE
from zoo_core.errors import ZooError
from zoo_core.recipe import Recipe
from zoo_core.registry import Registered, Registry
from zoo_core.run_options import BOOKKEEPING

_SILENT = {"run": BOOKKEEPING, "data": frozenset({"root", "download"})}


def recipe_layer(item: Registered) -> Layer:
    """Return a recipe as a layer of wishes."""
    recipe = loaded(item)
    return Layer(f"recipe {item.entry.name}", dict(recipe.parts), dict(recipe.options), strict=True)


def loaded(item: Registered) -> Recipe:
    """Return the recipe behind an entry.

    Raises:
        ZooError: the target is something else.
    """
    recipe = item.entry.load()
    if not isinstance(recipe, Recipe):
        raise ZooError(
            f"recipe {item.entry.name!r} of {item.source} is {type(recipe).__name__}, not a Recipe",
            hint="its author must make the target a zoo_core.Recipe",
        )
    return recipe


def matching_recipe(registry: Registry, user: Layer) -> Registered | None:
    """Return the recipe that was made for just what the user asks, if they say nothing else."""
    if not user.parts or _says_more(user):
        return None
    for item in registry.entries("recipe"):
        wanted: Mapping[str, str] = {}
        with registry.isolated(item.source, f"recipe {item.entry.name!r}"):
            wanted = loaded(item).for_parts
        if wanted and _same_parts(registry, user, wanted):
            return item
    return None


def _says_more(user: Layer) -> bool:
    return any(
        set(values) - _SILENT.get(section, frozenset()) for section, values in user.options.items()
    )


def _same_parts(registry: Registry, user: Layer, wanted: Mapping[str, str]) -> bool:
    asked = {role: user.names(role) or () for role in user.parts}
    for role in asked.keys() | wanted.keys():
        default = ENGINE.parts.get(role, "")
        theirs = asked.get(role, (str(default),) if default else ())
        if _qualified(registry, role, theirs) != _qualified(
            registry, role, (wanted.get(role, str(default)),)
        ):
            return False
    return True


def _qualified(registry: Registry, role: str, names: tuple[str, ...]) -> list[str]:
    found = []
    for name in names:
        try:
            found.append(registry.find(ROLES[role], name).qualified if name else "")
        except ZooError:
            found.append(name)
    return found
