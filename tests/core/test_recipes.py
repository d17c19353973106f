from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from zoo_core import Entry, Recipe, Registry, ZooError
from zoo_core.composition import Composition, compose
from zoo_core.composition.recipe_changes import changes

MADE = Recipe(
    parts={"generator": "toys/toy", "critic": "toys/norm", "data": "toys/toy"},
    options={"critic": {"lr": 0.5}, "run": {"steps": 7}},
    for_parts={"generator": "toys/toy", "critic": "toys/norm", "data": "toys/toy"},
    departures=("the learning rate is 0.5 instead of 2e-4",),
    minutes=3.0,
)
NAMED = Recipe(
    parts={"generator": "toy", "critic": "toy", "data": "toy", "penalty": ("a", "b")},
    options={"penalty.a": {"weight": 2}},
)
MISSPELT = Recipe(
    parts={"generator": "toy", "critic": "toy", "data": "toy"}, options={"run": {"step": 3}}
)
NOT_A_RECIPE = 3

PARTS = {"generator": "toy", "critic": "norm", "data": "toy"}


@pytest.fixture(autouse=True)
def recipes(registry: Registry) -> None:
    for name, target in (("made", "MADE"), ("named", "NAMED"), ("misspelt", "MISSPELT")):
        entry = Entry("recipe", name, f"{__name__}:{target}", "A recipe.")
        registry.add(entry, source="recipes")


def composed(
    registry: Registry, parts: Any = PARTS, options: Any = None, **more: Any
) -> Composition:
    return compose(parts, options, registry=registry, **more)


def test_a_recipe_is_picked_for_just_its_composition(registry: Registry) -> None:
    found = composed(registry)
    assert found.by_itself
    assert found.recipe is not None
    assert found.recipe.qualified == "recipes/made"
    assert found.run.steps == 7
    assert found.settings["run"].values["steps"].source == "recipe made"


def test_a_picked_recipe_tells_its_details(registry: Registry) -> None:
    assert composed(registry).recipe_details == MADE


def test_the_engines_parts_may_be_said_aloud(registry: Registry) -> None:
    assert composed(registry, {**PARTS, "loss": "non-saturating", "sampler": "normal"}).by_itself


def test_bookkeeping_options_do_not_count(registry: Registry) -> None:
    run = {"seed": 3, "device": "cpu", "log_every": 2, "max_minutes": 1, "keep": 2}
    assert composed(registry, PARTS, {"run": run}).by_itself


@pytest.mark.parametrize(
    "options",
    [
        {"run": {"steps": 3}},
        {"run": {"size": 12}},
        {"critic": {"lr": 1}},
        {"generator": {"gain": 2}},
    ],
)
def test_other_options_keep_a_recipe_away(registry: Registry, options: Any) -> None:
    found = composed(registry, PARTS, options)
    assert (found.recipe, found.by_itself) == (None, False)


@pytest.mark.parametrize(
    "parts",
    [
        {"data": "digits"},
        {"data": "toy:photos/"},
        {"loss": "minimax"},
        {"penalty": "a"},
        {"critic": "toy"},
        {"sampler": "uniform"},
    ],
)
def test_other_parts_keep_a_recipe_away(registry: Registry, parts: Any) -> None:
    assert composed(registry, {**PARTS, **parts}).recipe is None


def test_the_users_own_wish_is_not_a_composition_with_fewer_parts(registry: Registry) -> None:
    assert composed(registry, {"generator": "toy", "critic": "norm"}).recipe is None


def test_none_keeps_a_recipe_away(registry: Registry) -> None:
    found = composed(registry, recipe="none")
    assert (found.recipe, found.run.steps) == (None, 5000)


def test_a_configuration_keeps_a_recipe_away(registry: Registry) -> None:
    found = composed(registry, config={"format": 1})
    assert (found.recipe, found.run.steps) == (None, 5000)


def test_a_recipe_without_a_composition_is_used_by_name_only(registry: Registry) -> None:
    found = compose(registry=registry, recipe="named")
    assert not found.by_itself
    assert found.settings["penalty.a"].values["weight"].value == 2.0
    assert {item.entry.name for item in found.plan.chosen["penalty"].items} == {"a", "b"}


def test_a_user_wins_over_a_recipe(registry: Registry) -> None:
    found = compose({"penalty": "a"}, {"run": {"steps": 3}}, registry=registry, recipe="named")
    assert found.run.steps == 3
    assert [item.entry.name for item in found.plan.chosen["penalty"].items] == ["a"]


def test_a_configuration_remembers_its_recipe(registry: Registry) -> None:
    config = composed(registry).config()
    assert config.recipe == "recipes/made"
    again = compose(registry=registry, config=config)
    assert again.recipe is not None
    assert again.config() == config


def test_a_recipe_that_is_gone_does_not_stop_a_configuration(registry: Registry) -> None:
    config = replace(composed(registry).config(), recipe="recipes/gone")
    assert compose(registry=registry, config=config).recipe is None


def test_an_unknown_recipe_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        compose(registry=registry, recipe="mad")
    assert caught.value.message == "no recipe named 'mad'"
    assert caught.value.hint == "did you mean 'made'? `zoo list recipe` shows all 3"


def test_a_misspelt_option_of_a_recipe_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        compose(registry=registry, recipe="misspelt")
    assert caught.value.message == "the run has no option 'step'"


def test_a_recipe_that_is_none_is_refused(registry: Registry) -> None:
    registry.add(Entry("recipe", "odd", f"{__name__}:NOT_A_RECIPE", "Odd."))
    with pytest.raises(ZooError) as caught:
        compose(registry=registry, recipe="odd")
    assert caught.value.message == "recipe 'odd' of local is int, not a Recipe"
    assert caught.value.hint == "its author must make the target a zoo_core.Recipe"


@pytest.mark.parametrize("target", ["NOT_A_RECIPE", "MISSING"])
def test_a_broken_recipe_costs_only_itself(registry: Registry, target: str) -> None:
    registry.strict = False
    registry.add(Entry("recipe", "a-broken-one", f"{__name__}:{target}", "Odd."), source="odd")
    assert composed(registry).by_itself
    (problem,) = registry.problems
    assert str(problem).startswith("odd: recipe 'a-broken-one': recipe 'a-broken-one' ")


NEEDY = Recipe(
    parts={"generator": "toy", "critic": "toy", "data": "toy", "loss": "zoo-plugin-x/far"},
    for_parts={"generator": "toy", "critic": "toy", "data": "toy"},
)


def add_needy(registry: Registry) -> None:
    registry.add(Entry("recipe", "needy", f"{__name__}:NEEDY", "Needy."), source="recipes")


def refusal(registry: Registry, *arguments: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(ZooError) as caught:
        compose(*arguments, registry=registry, **more)
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize("how", [{"recipe": "needy"}, {"config": {"recipe": "needy"}}])
def test_a_recipe_whose_part_is_not_installed_gives_the_install_line(
    registry: Registry, how: Any
) -> None:
    add_needy(registry)
    assert refusal(registry, **how) == (
        "recipe 'needy' names the loss 'zoo-plugin-x/far': no loss named 'zoo-plugin-x/far'",
        "it is in a plugin that is not installed: `pip install zoo-plugin-x`",
    )


def test_a_missing_part_is_not_missed_where_another_is_asked_for(registry: Registry) -> None:
    add_needy(registry)
    found = compose({"loss": "toy"}, registry=registry, recipe="needy")
    assert found.recipe is not None


def test_a_recipe_whose_part_is_not_installed_is_not_chosen_by_itself(registry: Registry) -> None:
    registry.strict = False
    add_needy(registry)
    parts = {"generator": "toy", "critic": "toy", "data": "toy"}
    assert compose(parts, registry=registry).recipe is None
    (problem,) = registry.problems
    assert str(problem).startswith("recipes: recipe 'needy': recipe 'needy' names the loss ")
    assert problem.hint.endswith("`pip install zoo-plugin-x`")


def test_a_file_may_change_a_recipe(registry: Registry) -> None:
    config = {"recipe": "made", "options": {"run": {"steps": 9}}}
    found = compose(registry=registry, config=config)
    assert found.recipe is not None
    assert found.run.steps == 9
    lr = found.settings["critic"].values["lr"]
    assert (lr.value, lr.source) == (0.5, "recipe made")
    assert found.settings["run"].values["steps"].overrode[0] == ("recipe made", 7)
    assert compose(registry=registry, config=found.config()).config() == found.config()


def test_a_file_and_a_recipe_by_name_are_layers(registry: Registry) -> None:
    config = {"recipe": "gone", "options": {"run": {"steps": 9}}}
    found = compose(registry=registry, config=config, recipe="made")
    assert (found.run.steps, found.settings["critic"].values["lr"].value) == (9, 0.5)


def test_none_keeps_the_recipe_of_a_file_away(registry: Registry) -> None:
    found = compose(PARTS, registry=registry, config={"recipe": "made"}, recipe="none")
    assert found.run.steps == 5000


def test_an_unknown_recipe_of_a_file_is_refused(registry: Registry) -> None:
    assert refusal(registry, config={"recipe": "mad"}) == (
        "no recipe named 'mad'",
        "did you mean 'made'? `zoo list recipe` shows all 3",
    )


def test_a_recipe_that_a_whole_configuration_leaves_nothing_of_is_refused(
    registry: Registry,
) -> None:
    assert refusal(registry, config=composed(registry).config(), recipe="named") == (
        "nothing is left of recipe 'named': the configuration names every part itself",
        "leave out `--recipe` or `--config`",
    )


def test_a_recipe_as_it_stands_is_not_changed(registry: Registry) -> None:
    found = composed(registry, PARTS, {"run": {"seed": 3}})
    assert changes(MADE, found.plan.chosen, found.settings) == []


def test_what_a_user_changes_of_a_recipe_is_told(registry: Registry) -> None:
    parts, options = {"critic": "toy"}, {"run": {"steps": 3}, "critic": {"lr": 0.25}}
    found = compose(parts, options, registry=registry, recipe="made")
    assert changes(MADE, found.plan.chosen, found.settings) == [
        "critic toy",
        "critic.lr=0.25",
        "run.steps=3",
    ]


def test_a_size_has_several_spellings(registry: Registry) -> None:
    found = composed(registry, PARTS, {"run": {"size": "12x12"}})
    for size in (12, "12", "12x12"):
        recipe = Recipe(parts={}, options={"run": {"size": size}})
        assert changes(recipe, found.plan.chosen, found.settings) == []
    recipe = Recipe(parts={"penalty": ("a", "b")}, options={"run": {"size": 16}})
    told = changes(recipe, found.plan.chosen, found.settings)
    assert told == ["penalty none", "run.size=12x12"]
