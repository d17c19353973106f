from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from zoo_core import Entry, Recipe, Registry, ZooError
from zoo_core.composition import compose
from zoo_core.composition.recipe_changes import changes
from zoo_core.registry.lookup import Registered
from zoo_core.registry.recipe import picture_of, recipe_of

ROOT = Path(__file__).resolve().parents[2]
SHOWN = Recipe(parts={"generator": "toy"}, picture="pictures/shown.png")
INSTALLED = Registry.from_installed()


@pytest.mark.parametrize(
    "picture", ["/etc/a.png", "../a.png", "a.jpg", "http://example.org/a.png", "https://x/a.svg"]
)
def test_a_picture_of_another_form_is_refused(picture: str) -> None:
    with pytest.raises(ZooError) as caught:
        Recipe(parts={}, picture=picture)
    assert caught.value.message == f"{picture!r} is no picture of a recipe"
    assert caught.value.hint.startswith("a PNG inside the plugin's package")


def test_a_time_below_zero_is_refused() -> None:
    with pytest.raises(ZooError, match="a recipe cannot take -1 minutes"):
        Recipe(parts={}, minutes=-1)


def test_a_picture_that_the_plugin_has_not_is_refused() -> None:
    entry = Entry("recipe", "shown", f"{__name__}:SHOWN", "Shown.")
    with pytest.raises(ZooError) as caught:
        picture_of(entry, SHOWN)
    assert caught.value.message == (
        "recipe 'shown' shows 'pictures/shown.png', which is no PNG of its plugin"
    )
    assert "beside the module of the recipe" in caught.value.hint


def test_an_address_is_a_picture() -> None:
    entry = Entry("recipe", "shown", f"{__name__}:SHOWN", "Shown.")
    recipe = Recipe(parts={}, picture="https://example.org/a.png")
    assert picture_of(entry, recipe) == "https://example.org/a.png"


@pytest.mark.parametrize("item", INSTALLED.entries("recipe"), ids=lambda item: item.qualified)
def test_an_installed_recipe_is_complete(item: Registered) -> None:
    recipe = recipe_of(item.entry, item.source)
    assert {"generator", "data"} <= recipe.parts.keys()
    takes_loss = compose(registry=INSTALLED, recipe=item.qualified).plan.chosen["loss"].items
    assert bool(takes_loss) == ("loss" in recipe.parts)
    assert recipe.source
    assert recipe.minutes
    assert not recipe.picture or picture_of(item.entry, recipe)
    if not recipe.for_parts:
        return
    chosen = compose(recipe.for_parts, registry=INSTALLED)
    assert chosen.recipe == item
    assert changes(recipe, chosen.plan.chosen, chosen.settings) == []


@pytest.mark.parametrize("item", INSTALLED.entries("recipe"), ids=lambda item: item.qualified)
def test_an_installed_recipe_comes_back_from_its_configuration(item: Registered) -> None:
    written = compose(registry=INSTALLED, recipe=item.qualified).config()
    read = json.loads(json.dumps(written.to_json()))
    assert compose(registry=INSTALLED, config=read).config() == written


def shown(language: str) -> list[str]:
    text = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.parametrize("text", shown("json"), ids=["small", "changed recipe"])
def test_the_configurations_that_are_shown_compose(text: str) -> None:
    assert compose(registry=INSTALLED, config=json.loads(text)).run.steps in (900, 6600)


def test_the_recipe_that_is_shown_composes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = shown("python")[0]
    (tmp_path / "shown_recipe.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry.from_installed()
    registry.add(Entry("recipe", "shown", "shown_recipe:DIGITS", "Shown."))
    assert compose(registry=registry, recipe="shown").run.steps == 3000
