"""Recipes: by name, by a file, or by themselves when a user asks for just their composition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zoo_core.composition.selection import ENGINE
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import Bookkeeping, marked
from zoo_core.config.request import NOTHING, Layer, Parts
from zoo_core.config.run import KEPT, RunOptions
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import ARGUED, MEASURING, ROLES
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.registry.recipe import Recipe, recipe_of

SILENT = {"run": frozenset(marked(RunOptions, Bookkeeping())), "data": KEPT}
"""Options that do not change which composition is asked for."""


def recipe_layer(item: Registered) -> Layer:
    """Return a recipe as a layer of wishes."""
    recipe = loaded(item)
    return Layer(f"recipe {item.entry.name}", dict(recipe.parts), dict(recipe.options), strict=True)


def loaded(item: Registered) -> Recipe:
    """Return the recipe behind an entry.

    Raises:
        ZooError: the target is something else.
    """
    return recipe_of(item.entry, item.source)


def asked_recipe(
    registry: Registry, user: Layer, name: str | None, config: Configuration | None
) -> Registered | None:
    """Return the recipe that is asked for by name, on the command line or in a file.

    Args:
        registry: where names are looked up.
        user: what the user says beside it.
        name: of the recipe; "none" for none, None where nothing is said.
        config: the configuration file, if there is one.

    Raises:
        ZooError: an unknown recipe, a part that is not installed, or a recipe of which nothing is
            left because the configuration file says everything.
    """
    file = config or Configuration()
    if name is None and not file.complete:
        name = file.recipe
    if not name or name == NOTHING:
        return None
    found = registry.find("recipe", name)
    if file.complete:
        raise ZooError(
            f"nothing is left of recipe {name!r}: the configuration names every part itself",
            hint="leave out `--recipe` or `--config`",
        )
    _check_parts(registry, found, [user.parts, file.parts])
    return found


def matching_recipe(registry: Registry, user: Layer) -> Registered | None:
    """Return the recipe that was made for just what the user asks, if they say nothing else.

    A recipe that cannot be loaded, or that needs what is not installed, is a problem of its plugin
    and is passed over.
    """
    if not user.parts or _says_more(user):
        return None
    for item in registry.entries("recipe"):
        found = False
        with registry.isolated(item.source, f"recipe {item.entry.name!r}"):
            wanted = loaded(item).for_parts
            if wanted and _same_parts(registry, user, wanted):
                _check_parts(registry, item, [user.parts])
                found = True
        if found:
            return item
    return None


def _check_parts(registry: Registry, item: Registered, stronger: Sequence[Parts]) -> None:
    """Refuse a recipe that names a part which is not there, unless another is asked for."""
    recipe = Layer("", loaded(item).parts)
    for role in recipe.parts:
        if any(role in parts for parts in stronger):
            continue
        for name in recipe.names(role) or ():
            plain = name.partition(":")[0] if role in ARGUED else name
            try:
                registry.find(ROLES[role].name, plain)
            except ZooError as error:
                raise ZooError(
                    f"recipe {item.entry.name!r} names the {role} {plain!r}: {error.message}",
                    hint=error.hint,
                ) from error


def _says_more(user: Layer) -> bool:
    return any(
        set(values) - SILENT.get(section, frozenset())
        for section, values in user.options.items()
        if section.partition(".")[0] not in MEASURING
    )


def _same_parts(registry: Registry, user: Layer, wanted: Mapping[str, str]) -> bool:
    asked = {role: user.names(role) or () for role in user.parts}
    for role in (asked.keys() | wanted.keys()) - MEASURING:
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
            found.append(registry.find(ROLES[role].name, name).qualified if name else "")
        except ZooError:
            found.append(name)
    return found
