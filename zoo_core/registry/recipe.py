"""A named, complete, tried configuration."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.registry.entry import Entry

_ADDRESS = "https://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Parts and values that were trained together and measured.

    Args:
        parts: role to name, such as `{"generator": "dcgan", "loss": "wgan-gp"}`.
        options: section to values, such as `{"critic": {"lr": 5e-4}, "run": {"steps": 900}}`.
        for_parts: the composition that uses this recipe by itself when a user asks for just
            these parts and nothing else; empty for a recipe that is only used by name.
        source: what it follows, and where its values come from, in a sentence.
        departures: values that differ from the paper, a sentence each.
        reaches: what came of it when it was measured, a sentence with figures each.
        minutes: training time on two cores of a laptop-class CPU.
        picture: a PNG of what it makes: an address, or a path from the folder of the file that
            the recipe stands in.

    Raises:
        ZooError: a time below zero, or a picture of another form.
    """

    parts: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    for_parts: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    departures: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()
    minutes: float = 0.0
    picture: str = ""

    def __post_init__(self) -> None:
        if self.minutes < 0:
            raise ZooError(
                f"a recipe cannot take {self.minutes:g} minutes", hint="0 where it is not known"
            )
        if self.picture and not _is_picture(self.picture):
            raise ZooError(
                f"{self.picture!r} is no picture of a recipe",
                hint="a PNG inside the plugin's package, such as 'pictures/digits.png', "
                f"or an address that begins with {_ADDRESS}",
            )


def recipe_of(entry: Entry, source: str) -> Recipe:
    """Return the recipe behind an entry.

    Args:
        entry: of the kind recipe.
        source: its distribution, for the message.

    Raises:
        ZooError: the target is something else.
    """
    recipe = entry.load()
    if not isinstance(recipe, Recipe):
        raise ZooError(
            f"recipe {entry.name!r} of {source} is {type(recipe).__name__}, not a Recipe",
            hint="its author must make the target a zoo_core.Recipe",
        )
    return recipe


def picture_of(entry: Entry, recipe: Recipe) -> str:
    """Return where a recipe's picture is: a path that exists, an address, or an empty string.

    Raises:
        ZooError: the plugin has no such file, or it is no PNG.
    """
    if not recipe.picture or recipe.picture.startswith(_ADDRESS):
        return recipe.picture
    module = importlib.import_module(entry.target.partition(":")[0])
    path = Path(str(module.__file__)).parent / recipe.picture
    if not _holds_png(path):
        raise ZooError(
            f"recipe {entry.name!r} shows {recipe.picture!r}, which is no PNG of its plugin",
            hint="its author must put the file beside the module of the recipe, "
            "and into the distribution",
        )
    return str(path)


def _is_picture(text: str) -> bool:
    if not text.endswith(".png"):
        return False
    if text.startswith(_ADDRESS):
        return True
    path = Path(text)
    return "://" not in text and not path.is_absolute() and ".." not in path.parts


def _holds_png(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8) == b"\x89PNG\r\n\x1a\n"
    except OSError:
        return False
