"""What is left of a recipe that a user changes: its time and its figures hold as it stands only."""

from __future__ import annotations

from typing import Any

from zoo_core.composition.recipes import SILENT
from zoo_core.composition.selection import Choice, Selection
from zoo_core.composition.settings import Section, Settings
from zoo_core.config.options import coerced
from zoo_core.config.request import Layer
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import ARGUED, MANY
from zoo_core.registry.recipe import Recipe
from zoo_core.spec import parse_size


def changes(recipe: Recipe, chosen: Selection, settings: Settings) -> list[str]:
    """Return what is in force instead of a recipe's own choice, such as "run.steps=9".

    Args:
        recipe: what was tried.
        chosen: the parts in force.
        settings: the values in force.
    """
    found = []
    tried = Layer("", recipe.parts)
    for role in recipe.parts:
        if not _same_parts(role, tried.names(role) or (), chosen[role]):
            names = ",".join(item.entry.name for item in chosen[role].items)
            found.append(f"{role} {names or 'none'}")
    for section, values in recipe.options.items():
        for option, value in values.items():
            if option not in SILENT.get(section, frozenset()):
                found += _change(section, option, value, settings)
    return found


def _same_parts(role: str, names: tuple[str, ...], choice: Choice) -> bool:
    plain = {name.partition(":")[0] for name in names} if role in ARGUED else set(names)
    return len(plain) == len(choice.items) and all(
        plain & {item.entry.name, item.qualified, *item.entry.aliases} for item in choice.items
    )


def _change(name: str, option: str, value: Any, settings: Settings) -> list[str]:
    section = _section(name, settings)
    # options of a part that is not in force: the part itself is told
    if section is None or option not in section.values:
        return []
    now = section.values[option].value
    shown = ",".join(map(str, now)) if isinstance(now, tuple) else str(now)
    same = _tried(section, option, value) == (parse_size(shown) if option == "size" else now)
    return [] if same else [f"{name}.{option}={shown}"]


def _tried(section: Section, option: str, value: Any) -> Any:
    try:
        found = coerced(section.options[option], value, section.owner)
        return parse_size(str(found)) if option == "size" else found
    except ZooError:
        # a later version of the recipe has another form than what was recorded
        return None


def _section(name: str, settings: Settings) -> Section | None:
    if name not in MANY:
        return settings.get(name)
    full = [settings[one] for one in settings if one.startswith(f"{name}.")]
    return full[0] if len(full) == 1 else None
