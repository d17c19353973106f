from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from zoo_core import Entry, Recipe, Registry, ZooError
from zoo_core.composition import (
    Composition,
    Layer,
    Setting,
    compose,
    parse_options,
    split_names,
)

AddEntry = Callable[..., None]
PARTS = {"generator": "toy", "critic": "toy", "data": "toy"}
LAYERS = ("user", "config", "recipe", "game", "loss", "critic", "generator", "engine")


def failure(registry: Registry, parts: Any = PARTS, options: Any = None, **more: Any) -> ZooError:
    with pytest.raises(ZooError) as caught:
        compose(parts, options, registry=registry, **more)
    return caught.value


def wish(layer: str) -> dict[str, dict[str, float]]:
    number = 1 + LAYERS.index(layer)
    share = number % 2 == 1  # neighbours say the opposite
    return {"critic": {"lr": number / 10}, "run": {"batch": number}, "game": {"share": share}}


RECIPE = Recipe(parts={}, options=wish("recipe"))
GAME = "zoo_core.builtin.adversarial:Adversarial"


def layered(registry: Registry, add: AddEntry, *layers: str) -> Composition:
    """Compose with a learning rate and a batch of its own from each layer."""

    def said(layer: str) -> dict[str, dict[str, float]]:
        return wish(layer) if layer in layers else {}

    add("discriminator", "it", "ToyCritic", defaults=said("critic"))
    add("generator", "it", "ToyGenerator", defaults=said("generator"))
    add("loss", "it", "ToyLoss", defaults=said("loss"))
    registry.add(Entry("game", "it", GAME, "G.", defaults=said("game")))
    registry.add(Entry("recipe", "it", f"{__name__}:RECIPE", "R."))
    return compose(
        {"generator": "it", "critic": "it", "loss": "it", "game": "it", "data": "toy"},
        said("user"),
        registry=registry,
        recipe="it" if "recipe" in layers else "none",
        config={"format": 1, "parts": {}, "options": said("config")},
    )


NAMES = {
    "user": "user",
    "config": "config",
    "recipe": "recipe it",
    "game": "game it",
    "loss": "loss it",
    "critic": "critic it",
    "generator": "generator it",
    "engine": "engine",
}


@pytest.mark.parametrize(("stronger", "weaker"), list(itertools.pairwise(LAYERS)))
def test_the_stronger_of_two_neighbours_wins(
    registry: Registry, add: AddEntry, stronger: str, weaker: str
) -> None:
    settings = layered(registry, add, stronger, weaker).settings
    number = 1 + LAYERS.index(stronger)
    lr, batch = settings["critic"].values["lr"], settings["run"].values["batch"]
    assert (lr.value, batch.value) == (number / 10, number)
    share = settings["game"].values["share"]
    assert lr.source == batch.source == share.source == NAMES[stronger]
    assert share.value is (number % 2 == 1)
    assert NAMES[weaker] in [name for name, _ in lr.overrode]


def test_a_value_knows_everybody_whom_it_overrode(registry: Registry, add: AddEntry) -> None:
    settings = layered(registry, add, *LAYERS).settings
    assert settings["run"].values["batch"] == Setting(
        1,
        "user",
        (
            ("config", 2),
            ("recipe it", 3),
            ("game it", 4),
            ("loss it", 5),
            ("critic it", 6),
            ("generator it", 7),
            ("engine", 64),
        ),
    )


def test_a_value_that_nobody_sets_is_the_engines_or_the_parts(registry: Registry) -> None:
    settings = compose(PARTS, registry=registry).settings
    assert settings["critic"].values["lr"] == Setting(2e-4, "engine")
    assert settings["critic"].values["width"] == Setting(4, "default")
    assert settings["run"].values["steps"].source == "engine"


def test_defaults_that_a_part_does_not_have_are_passed_over(
    registry: Registry, add: AddEntry
) -> None:
    add("loss", "it", "ToyLoss", defaults={"critic": {"depth": 3}, "penalty.c": {"weight": 2}})
    settings = compose({**PARTS, "loss": "it"}, registry=registry).settings
    assert "depth" not in settings["critic"].values


def test_an_option_of_the_user_that_the_part_does_not_have_is_refused(registry: Registry) -> None:
    error = failure(registry, options={"critic": {"widht": 3}})
    assert error.message == "discriminator 'toy' has no option 'widht'"
    assert error.hint.startswith("did you mean 'width'? it has alpha, betas, clip_norm, ")


def test_an_option_of_a_configuration_that_the_part_does_not_have_is_refused(
    registry: Registry,
) -> None:
    config = {"format": 1, "parts": PARTS, "options": {"loss": {"depth": 3}}}
    error = failure(registry, None, config=config)
    assert error.message == "loss 'non-saturating' has no option 'depth'"


def test_an_option_of_the_run_that_does_not_exist_is_refused(registry: Registry) -> None:
    error = failure(registry, options={"run": {"step": 3}})
    assert error.message == "the run has no option 'step'"
    assert error.hint.startswith("did you mean 'steps'? it has batch, ")


def test_an_unknown_section_is_refused(registry: Registry) -> None:
    error = failure(registry, options={"critc": {"lr": 1}})
    assert error.message == "user sets 'critc.lr', but this composition has no 'critc'"
    assert error.hint == (
        "did you mean 'critic'? its sections are critic, data, game, generator, loss, run, sampler"
    )


def test_a_value_of_another_type_is_refused_with_its_owner(registry: Registry) -> None:
    error = failure(registry, options={"generator": {"width": "wide"}})
    assert error.message == "generator 'toy' cannot take 'wide' for 'width'"
    assert error.hint == "width is int from 1 to 1e+06"


def test_values_are_brought_to_their_types(registry: Registry) -> None:
    settings = compose(PARTS, {"critic": {"betas": "0,0.9"}}, registry=registry).settings
    assert settings["critic"].plain(["betas"]) == {"betas": (0.0, 0.9)}


def test_a_missing_value_is_refused_with_its_spelling(registry: Registry) -> None:
    error = failure(registry, {**PARTS, "loss": "needy"})
    assert error.message == "loss 'needy' needs a value for 'power'"
    assert error.hint == "`-o loss.power=` takes int from 1 to 3"


def test_a_part_whose_option_is_one_of_its_optimiser_is_refused(registry: Registry) -> None:
    error = failure(registry, {**PARTS, "critic": "clashing"})
    assert error.message == (
        "discriminator 'clashing' has an option 'lr', which is an option of its optimiser"
    )
    assert error.hint == "its author must rename the option"


def test_each_of_several_penalties_has_a_section(registry: Registry) -> None:
    settings = compose(
        {**PARTS, "penalty": ("a", "b")},
        {"penalty.a": {"weight": 2}, "penalty.b": {"weight": 3}},
        registry=registry,
    ).settings
    weights = [settings[f"penalty.{name}"].values["weight"].value for name in "ab"]
    assert weights == [2.0, 3.0]


def test_one_penalty_has_a_short_form(registry: Registry) -> None:
    parts = {**PARTS, "penalty": "a"}
    settings = compose(parts, {"penalty": {"weight": 5}}, registry=registry).settings
    assert settings["penalty.a"].values["weight"] == Setting(5.0, "user", (("default", 1.0),))


def test_the_short_form_is_ambiguous_with_two_penalties(registry: Registry) -> None:
    error = failure(registry, {**PARTS, "penalty": ("a", "b")}, {"penalty": {"weight": 5}})
    assert error.message == "user sets an option of 'penalty', but there are 2"
    assert error.hint == "say which: `-o penalty.a...` or `-o penalty.b...`"


def test_the_short_form_in_a_parts_defaults_never_stops_a_user(
    registry: Registry, add: AddEntry
) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}, "penalty": {"weight": 5}})
    alone = compose({**PARTS, "loss": "it"}, registry=registry).settings
    assert alone["penalty.a"].values["weight"].value == 5.0
    both = compose({**PARTS, "loss": "it", "penalty": ("a", "b")}, registry=registry).settings
    assert both["penalty.b"].values["weight"].value == 1.0


def test_an_option_of_a_penalty_that_is_not_there_is_refused(registry: Registry) -> None:
    error = failure(registry, options={"penalty": {"weight": 5}})
    assert error.message == "user sets 'penalty.weight', but this composition has no 'penalty'"


def test_one_penalty_twice_is_refused(registry: Registry) -> None:
    error = failure(registry, {**PARTS, "penalty": ("a", "a")})
    assert (error.message, error.hint) == ("the penalty 'a' is named 2 times", "name it once")


def test_a_configuration_tolerates_that_the_user_takes_its_penalty_away(registry: Registry) -> None:
    config = compose({**PARTS, "penalty": ("a", "b")}, registry=registry).config()
    config = config.with_options("penalty.a", {**config.options["penalty.a"], "weight": 3})
    found = compose({"penalty": "a"}, registry=registry, config=config)
    assert found.settings["penalty.a"].values["weight"].value == 3
    assert "penalty.b" not in found.settings
    assert (
        "penalty.a" not in compose({"penalty": "none"}, registry=registry, config=config).settings
    )


def test_options_of_a_part_that_the_user_replaces_do_not_reach_the_other(
    registry: Registry,
) -> None:
    config = {"parts": {**PARTS, "loss": "toy"}, "options": {"loss": {"weight": 3}}}
    found = compose({"loss": "minimax"}, registry=registry, config=config).settings
    assert found["loss"].plain() == {"smoothing": 0.0}
    options = {"critic": {"slope": 0.5, "lr": 0.5}}
    config = {"parts": PARTS, "options": options}
    found = compose({"critic": "norm"}, registry=registry, config=config).settings
    assert found["critic"].values["lr"].value == 0.5


def test_options_stay_where_the_user_names_the_same_part(registry: Registry) -> None:
    config = {"parts": {**PARTS, "critic": "toys/toy"}, "options": {"critic": {"slope": 0.5}}}
    found = compose({"critic": "toy"}, registry=registry, config=config).settings
    assert found["critic"].values["slope"].value == 0.5


def test_defaults_for_a_penalty_do_not_reach_another(registry: Registry, add: AddEntry) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}, "penalty": {"weight": 5}})
    found = compose({**PARTS, "loss": "it", "penalty": "b"}, registry=registry).settings
    assert found["penalty.b"].values["weight"].value == 1.0


def test_a_configuration_that_misspells_its_own_penalty_is_refused(registry: Registry) -> None:
    config = {"parts": {"penalty": "a"}, "options": {"penalty.c": {"weight": 3}}}
    error = failure(registry, config=config)
    assert (
        error.message == "config sets 'penalty.c.weight', but this composition has no 'penalty.c'"
    )


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Layer("user", {"generater": "toy"})
    assert caught.value.message == "user names a part for the unknown role 'generater'"
    assert caught.value.hint == (
        "did you mean 'generator'? the roles are generator, critic, loss, penalty, "
        "constraint, head, sampler, condition, game, encoder, data, augment, metric, features"
    )


def test_option_pairs_are_read() -> None:
    pairs = ["generator.width=32", "penalty.gp.weight = 10", "run.critic-steps=5", "data.path=a=b"]
    assert parse_options(pairs) == {
        "generator": {"width": "32"},
        "penalty.gp": {"weight": "10"},
        "run": {"critic_steps": "5"},
        "data": {"path": "a=b"},
    }


@pytest.mark.parametrize("pair", ["width=32", "generator.width", "=3", ".width=3", "generator.=3"])
def test_an_option_pair_of_another_form_is_refused(pair: str) -> None:
    with pytest.raises(ZooError) as caught:
        parse_options([pair])
    assert caught.value.message == f"no option can be read from {pair!r}"
    assert caught.value.hint == "`-o` takes section.name=value, such as `-o generator.width=32`"


def test_lists_of_names_are_split() -> None:
    assert split_names(" gp, r1 ,") == ("gp", "r1")
