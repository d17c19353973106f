from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from zoo_core import Entry, Registry, ZooError
from zoo_core.composition import Composition, compose
from zoo_core.composition.build import Given
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import TASK_NAMES
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Condition
from zoo_core.spec import ImageSpec

AddEntry = Callable[..., None]
PARTS = {"generator": "toy", "critic": "toy", "data": "toy"}


def composed(registry: Registry, options: Any = None, **parts: Any) -> Composition:
    return compose({**PARTS, **parts}, options, registry=registry)


def failure(registry: Registry, options: Any = None, **parts: Any) -> ZooError:
    with pytest.raises(ZooError) as caught:
        composed(registry, options, **parts)
    return caught.value


def names(composition: Composition, role: str) -> list[str]:
    return [item.entry.name for item in composition.plan.chosen[role].items]


def weights(composition: Composition, net: str) -> dict[str, Tensor]:
    return dict(composition.build().nets()[net].state_dict())


def same(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_the_engine_chooses_game_loss_sampler_and_data(registry: Registry) -> None:
    found = compose({"generator": "toy", "critic": "toy"}, registry=registry)
    chosen = {role: names(found, role) for role in ("game", "loss", "sampler", "data")}
    assert chosen == {
        "game": ["adversarial"],
        "loss": ["non-saturating"],
        "sampler": ["normal"],
        "data": ["digits"],
    }
    assert found.plan.chosen["loss"].chosen_by == "engine"


def test_a_composition_without_a_generator_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        compose({"critic": "toy"}, registry=registry)
    assert caught.value.message == "no generator is named"
    assert caught.value.hint.startswith("`--gen` takes one of: batch-norm, broken, ")


def test_without_any_generator_the_hint_installs_some() -> None:
    registry = Registry()
    for kind, name, target in (
        ("game", "adversarial", "zoo_core.builtin.adversarial:Adversarial"),
        ("loss", "non-saturating", "zoo_core.builtin.losses:NonSaturating"),
        ("sampler", "normal", "zoo_core.builtin.samplers:Normal"),
        ("dataset", "digits", "zoo_core.data.sets.digits:Digits"),
    ):
        registry.add(Entry(kind, name, target, "Built in."), source="gan-zoo")
    with pytest.raises(ZooError) as caught:
        compose(registry=registry)
    assert caught.value.hint == "`pip install gan-zoo[all]`"


def test_a_generator_without_a_critic_of_its_own_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        compose({"generator": "toy"}, registry=registry)
    assert caught.value.message == "generator 'toy' names no critic of its own"
    assert caught.value.hint.startswith("`--disc` takes one of: batch, batch-or-nothing, ")


@pytest.mark.parametrize("role", ["game", "data"])
def test_a_part_that_every_composition_needs_cannot_be_none(registry: Registry, role: str) -> None:
    error = failure(registry, **{role: "none"})
    assert error.message == f"user asks for no {role}, and every composition needs one"
    assert error.hint == "name one, or leave it out"


@pytest.mark.parametrize("role", ["loss", "sampler"])
def test_a_part_that_the_game_needs_cannot_be_none(registry: Registry, role: str) -> None:
    error = failure(registry, **{role: "none"})
    assert error.message == f"game 'adversarial' needs the part {role!r}, and user asks for none"
    assert error.hint.startswith(f"`--{role}` takes one of: ")


def test_several_parts_for_a_role_of_one_are_refused(registry: Registry) -> None:
    error = failure(registry, loss=("toy", "minimax"))
    assert error.message == "user names 2 parts for the role 'loss': toy, minimax"
    assert error.hint == "one is possible"


def test_an_unknown_part_is_refused(registry: Registry) -> None:
    assert failure(registry, loss="minmax").message == "no loss named 'minmax'"


def test_a_part_brings_other_parts(registry: Registry, add: AddEntry) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}})
    found = composed(registry, loss="it")
    assert names(found, "penalty") == ["a"]
    assert found.plan.chosen["penalty"].chosen_by == "loss it"


def test_parts_bring_parts_that_bring_parts(registry: Registry, add: AddEntry) -> None:
    add("generator", "it", "ToyGenerator", defaults={"parts": {"critic": "more/it"}})
    add("discriminator", "it", "ToyCritic", defaults={"parts": {"loss": "more/it"}})
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": ("a", "b")}})
    found = compose({"generator": "it", "data": "toy"}, registry=registry)
    assert names(found, "penalty") == ["a", "b"]


def test_none_removes_a_part_that_another_brings(registry: Registry, add: AddEntry) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}})
    assert names(composed(registry, loss="it", penalty="none"), "penalty") == []


def test_a_user_replaces_a_part_that_another_brings(registry: Registry, add: AddEntry) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}})
    assert names(composed(registry, loss="it", penalty="b"), "penalty") == ["b"]


def test_parts_that_keep_naming_each_other_are_refused(registry: Registry, add: AddEntry) -> None:
    add("generator", "it", "ToyGenerator", defaults={"parts": {"critic": "one"}})
    add("discriminator", "one", "ToyCritic", defaults={"parts": {"loss": "x"}})
    add("discriminator", "two", "ToyCritic", defaults={"parts": {"loss": "minimax"}})
    add("loss", "x", "ToyLoss", defaults={"parts": {"critic": "two"}})
    with pytest.raises(ZooError) as caught:
        compose({"generator": "it", "data": "toy"}, registry=registry)
    assert caught.value.message == "the parts of this composition keep naming each other"
    assert caught.value.hint == "name the generator, the critic, the loss and the game yourself"


def test_data_takes_an_argument_behind_a_colon(registry: Registry) -> None:
    found = composed(registry, data="toy:photos:1/")
    assert found.settings["data"].values["path"].value == "photos:1/"
    assert found.settings["data"].values["path"].source == "user"


def test_a_folder_takes_its_path_behind_a_colon(registry: Registry, tmp_path: Path) -> None:
    from PIL import Image

    for number in range(10):
        Image.new("L", (6, 5), number).save(tmp_path / f"{number}.png")
    found = composed(registry, data=f"folder:{tmp_path}")
    assert found.task.image == ImageSpec(1, 5, 6)


def test_an_argument_for_data_that_takes_none_is_refused(registry: Registry) -> None:
    error = failure(registry, data="digits:photos/")
    assert error.message == (
        "dataset 'digits' takes nothing after a colon, but 'photos/' stands there"
    )
    assert error.hint == "`--data digits`"


def test_the_size_is_the_datas_own_unless_somebody_asks(registry: Registry) -> None:
    found = composed(registry)
    assert (found.run.size, found.task.image) == ("8x8", ImageSpec(1, 8, 8))
    assert found.settings["run"].values["size"].source == "dataset 'toy'"


@pytest.mark.parametrize("size", ["12x6", "12 x 6"])
def test_sizes_need_not_be_square(registry: Registry, size: str) -> None:
    found = composed(registry, {"run": {"size": size}})
    assert (found.run.size, found.task.image) == ("12x6", ImageSpec(1, 12, 6))
    assert found.build().nets()["generator"](torch.zeros(2, 100)).shape == (2, 1, 12, 6)


def test_a_size_may_be_a_number(registry: Registry) -> None:
    assert composed(registry, {"run": {"size": 12}}).run.size == "12x12"


def test_a_size_that_cannot_be_read_is_refused(registry: Registry) -> None:
    error = failure(registry, {"run": {"size": "big"}})
    assert error.message == "no image size can be read from 'big'"


def test_a_configuration_composes_the_same_again(registry: Registry) -> None:
    first = composed(
        registry,
        {"critic": {"betas": (0.0, 0.9), "slope": 0.1}, "run": {"size": "12x6", "max_minutes": 2}},
        penalty=("a", "b"),
        data="toy:photos/",
        augment="none",
    )
    config = json.loads(json.dumps(first.config().to_json()))
    again = compose(registry=registry, config=config)
    assert again.config() == first.config() == Configuration.from_json(config)


def test_a_configuration_has_qualified_names(registry: Registry) -> None:
    found = composed(registry, penalty="a").config().to_json()
    assert found["format"] == 1
    assert found["parts"] == {
        "game": "gan-zoo/adversarial",
        "generator": "toys/toy",
        "critic": "toys/toy",
        "loss": "gan-zoo/non-saturating",
        "penalty": ["toys/a"],
        "constraint": [],
        "head": [],
        "sampler": "gan-zoo/normal",
        "condition": "none",
        "augment": "none",
        "encoder": "none",
        "data": "toys/toy",
        "features": "none",
        "metric": [],
    }
    assert found["task"] == {"images": {"images": [1, 8, 8]}, "source": None, "classes": []}


def test_a_configuration_keeps_a_part_that_was_removed_away(
    registry: Registry, add: AddEntry
) -> None:
    add("loss", "it", "ToyLoss", defaults={"parts": {"penalty": "a"}})
    config = composed(registry, loss="it", penalty="none").config()
    assert names(compose(registry=registry, config=config), "penalty") == []


def test_a_user_changes_one_value_of_a_configuration(registry: Registry) -> None:
    config = composed(registry, {"run": {"steps": 7}}).config()
    found = compose(None, {"run": {"batch": 3}}, registry=registry, config=config)
    assert (found.run.steps, found.run.batch) == (7, 3)


def test_a_configuration_names_the_plugin_files(tmp_path: Path) -> None:
    file = tmp_path / "toy_file_parts.py"
    file.write_text(
        "from zoo_core import Entry, hookimpl\n"
        "@hookimpl\n"
        "def zoo_entries():\n"
        '    return [Entry("loss", "mine", "zoo_core.builtin.losses:Minimax", "M.")]\n',
        encoding="utf-8",
    )
    parts = {"generator": "mini-conv", "loss": "mine"}
    first = compose(parts, plugins=[file])
    assert first.config().plugins == (str(file),)
    assert compose(config=first.config(), plugins=[file]).config() == first.config()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"format": 2}, "the configuration has the format 2; this version reads 1"),
        ({"parts": ["toy"]}, "the configuration's 'parts' is no object"),
        ({"options": 3}, "the configuration's 'options' is no object"),
        ({"options": {"run": 3}}, "the configuration's options for 'run' are no object"),
        ({"parts": {"loss": 3}}, "the configuration's part for 'loss' is no name"),
        (
            {"options": {"run": {"size": {"height": 8}}}},
            "the configuration's option 'run.size' is an object",
        ),
    ],
)
def test_a_configuration_of_another_form_is_refused(
    registry: Registry, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(ZooError) as caught:
        compose(PARTS, registry=registry, config=config)
    assert caught.value.message == message
    assert caught.value.hint


def test_a_batch_normalised_critic_is_rebuilt_for_a_penalty_of_each_sample(
    registry: Registry,
) -> None:
    found = composed(registry, critic="norm", penalty="sample")
    norm = found.settings["critic"].values["norm"]
    assert (norm.value, norm.source) == ("layer", "penalty sample")
    assert norm.overrode == (("default", "batch"),)
    assert found.remarks == (
        "critic 'norm' is built with norm=layer instead of batch: "
        "penalty 'sample' needs the gradient of each sample",
    )


def test_a_rebuilt_critic_stays_so_in_a_configuration(registry: Registry) -> None:
    config = composed(registry, critic="norm", penalty="sample").config()
    again = compose(registry=registry, config=config)
    assert again.settings["critic"].values["norm"].value == "layer"
    assert again.remarks == ()


def test_another_penalty_leaves_batch_normalisation_alone(registry: Registry) -> None:
    found = composed(registry, critic="norm", penalty="a")
    assert found.settings["critic"].values["norm"].value == "batch"


def test_batch_normalisation_that_the_user_asks_for_is_refused(registry: Registry) -> None:
    error = failure(registry, {"critic": {"norm": "batch"}}, critic="norm", penalty="sample")
    assert error.message == (
        "penalty 'sample' needs the gradient of each sample, but user asks "
        "critic 'norm' for norm 'batch', which mixes them"
    )
    assert error.hint == "`-o critic.norm=layer`, or leave it out"


@pytest.mark.parametrize("critic", ["batch", "batch-or-nothing"])
def test_batch_normalisation_that_cannot_become_another_is_refused(
    registry: Registry, critic: str
) -> None:
    error = failure(registry, critic=critic, penalty="sample")
    assert error.message == (
        "penalty 'sample' needs the gradient of each sample, "
        f"but critic '{critic}' has batch normalisation, which mixes them"
    )
    assert error.hint == "a critic without it, such as `--disc dcgan -o critic.norm=layer`"


HINT = "another `--size`, a larger `--batch` or another part; `zoo matrix` shows what fits"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("small", "makes images of shape (4, 1, 7, 8) where 1x8x8 is needed"),
        ("broken", "cannot be built: KeyError: 'width'"),
        ("crashing", "does not run: RuntimeError: shapes cannot be multiplied"),
        ("list", "returns a list, not a tensor"),
    ],
)
def test_a_generator_that_does_not_fit_is_refused(registry: Registry, name: str, what: str) -> None:
    error = failure(registry, generator=name)
    assert error.message == f"generator {name!r} at 1x8x8 with critic 'toy' {what}"
    assert error.hint == HINT


def test_a_critic_with_scores_of_another_shape_is_refused(registry: Registry) -> None:
    error = failure(registry, critic="column")
    assert error.message == (
        "critic 'column' at 1x8x8 with generator 'toy' "
        "scores with shape (4, 1); one score (N,) or patches (N, h, w)"
    )


def test_a_size_that_a_part_refuses_is_said_in_its_own_words(registry: Registry) -> None:
    error = failure(registry, generator="picky")
    assert (error.message, error.hint) == (
        "generator 'picky' cannot make a side of 8",
        "`--size 16`",
    )
    assert composed(registry, {"run": {"size": 16}}, generator="picky").task.image.height == 16


def test_a_generator_that_is_none_is_refused(registry: Registry) -> None:
    error = failure(registry, generator="no-generator")
    assert error.message == (
        "generator 'no-generator' is a NoGenerator, which is no zoo_core.interfaces.Generator"
    )
    assert error.hint == "derive it from the interface"


def test_a_critic_that_is_none_is_refused(registry: Registry, add: AddEntry) -> None:
    add("discriminator", "it", "ToyGenerator")
    error = failure(registry, critic="it")
    assert error.message == (
        "critic 'it' is a ToyGenerator, which is no zoo_core.interfaces.Discriminator"
    )
    assert error.hint == "a critic has `features` and `head`"


def test_patches_are_refused_for_a_loss_that_needs_one_score(registry: Registry) -> None:
    error = failure(registry, critic="patch", loss="single")
    assert error.message == (
        "loss 'single' needs one score per image, but critic 'patch' scores patches"
    )
    assert error.hint == "a critic with one score, such as `--disc dcgan`, or another loss"


def test_patches_fit_other_losses(registry: Registry) -> None:
    assert composed(registry, critic="patch", loss="toy").findings.patches


def test_a_conditional_part_without_labels_is_refused(registry: Registry) -> None:
    error = failure(registry, generator="labelled")
    assert error.message == "generator 'labelled' reads labels, but data 'toy' has none"
    assert error.hint == "choose labelled data, or a part that is not conditional"


def test_a_conditional_part_fits_labelled_data(registry: Registry) -> None:
    found = composed(registry, generator="labelled", data="digits")
    assert found.plan.labelled
    assert len(found.task.classes) == 10


def test_batch_normalisation_needs_more_than_one_image(registry: Registry) -> None:
    error = failure(registry, {"run": {"batch": 1}}, generator="batch-norm")
    assert error.message == (
        "generator 'batch-norm' at 1x8x8 with critic 'toy' "
        "normalises over a batch, and one image is too few"
    )
    assert error.hint == (
        "`--batch 2` or more, or another part; a folder of few images trains on all of them with "
        "`-o data.held_out=0`"
    )
    assert composed(registry, {"run": {"batch": 2}}, generator="batch-norm")


def test_one_image_is_enough_without_batch_normalisation(registry: Registry) -> None:
    assert composed(registry, {"run": {"batch": 1}}).run.batch == 1


def test_parameters_and_features_are_found_without_memory(registry: Registry) -> None:
    options = {"generator": {"width": 4096}, "critic": {"width": 1_000_000}}
    found = composed(registry, {**options, "run": {"size": 1024}})
    assert found.findings.parameters == {
        "generator": 101 * 4096 + 4097 * 1024**2,
        "discriminator": (1024**2 + 1) * 1_000_000 + 1_000_001,
    }
    assert found.findings.features == (1_000_000,)


@pytest.mark.parametrize("generator", ["broken", "crashing"])
def test_untried_parts_are_neither_built_nor_run(registry: Registry, generator: str) -> None:
    parts = {**PARTS, "generator": generator}
    found = compose(parts, registry=registry, untried=True)
    with pytest.raises(ZooError) as caught:
        _ = found.findings
    assert caught.value.message == failure(registry, generator=generator).message


def test_untried_parts_must_fit_by_what_they_say_of_themselves(registry: Registry) -> None:
    parts = {**PARTS, "generator": "labelled"}
    with pytest.raises(ZooError, match="generator 'labelled' reads labels"):
        compose(parts, registry=registry, untried=True)


def test_an_untried_composition_has_the_same_weights(registry: Registry) -> None:
    tried, untried = (compose(PARTS, registry=registry, untried=each) for each in (False, True))
    assert same(weights(tried, "generator"), weights(untried, "generator"))


class Reading(Condition):
    """Look at the critic's features."""

    def prepare(self, features: tuple[int, ...]) -> None:
        self.critic_side.add_module("look", torch.nn.Linear(*features, 1))


def test_features_are_found_where_a_condition_is_built_for_them(registry: Registry) -> None:
    registry.add(Entry("condition", "reading", f"{__name__}:Reading", "Reads."), source="toys")
    parts = {**PARTS, "condition": "reading"}
    assert compose(PARTS, registry=registry, untried=True).features == ()
    found = compose(parts, registry=registry, untried=True)
    assert found.features == composed(registry, condition="reading").findings.features
    assert found.features


def test_composing_and_building_leave_the_global_generator_alone(registry: Registry) -> None:
    before = torch.random.get_rng_state()
    composed(registry, penalty="a", augment="random").build()
    assert torch.equal(before, torch.random.get_rng_state())


def test_weights_are_a_function_of_the_seed(registry: Registry) -> None:
    first = composed(registry, {"run": {"seed": 1}})
    torch.manual_seed(99)
    again = composed(registry, {"run": {"seed": 1}})
    other = composed(registry, {"run": {"seed": 2}})
    assert same(weights(first, "generator"), weights(again, "generator"))
    assert not same(weights(first, "generator"), weights(other, "generator"))


def test_another_critic_leaves_the_generators_first_weights_alone(registry: Registry) -> None:
    first, other = composed(registry), composed(registry, critic="norm", penalty="a")
    assert same(weights(first, "generator"), weights(other, "generator"))


def test_two_roles_of_one_seed_have_different_weights(registry: Registry) -> None:
    game = composed(registry, {"run": {"latent_dim": 64}}).build()
    nets = game.nets()
    generator, critic = nets["generator"], nets["discriminator"]
    assert not torch.equal(
        generator.state_dict()["layers.0.weight"], critic.state_dict()["layers.1.weight"]
    )


def test_what_is_random_in_other_parts_is_a_function_of_the_seed(registry: Registry) -> None:
    def strength() -> Tensor:
        game = composed(registry, augment="random").build()
        return dict(game.named_buffers())["duel.augment.strength"]

    torch.manual_seed(1)
    first = strength()
    torch.manual_seed(2)
    assert torch.equal(first, strength())


def test_a_penalty_needs_no_constructor(registry: Registry) -> None:
    assert composed(registry, penalty="plain").build()


def test_a_built_game_makes_pictures(registry: Registry) -> None:
    game = composed(registry).build()
    found = game.sample(game.nets(), CounterDraws(0, 0), count=3)
    assert found.shape == (3, 1, 8, 8)


def test_the_run_s_options_are_typed(registry: Registry) -> None:
    run = composed(registry, {"run": {"steps": "12", "deterministic": "yes"}}).run
    assert (run.steps, run.deterministic) == (12, True)


def test_what_the_task_provides_is_named_in_one_way() -> None:
    assert Given.__annotations__.keys() == TASK_NAMES
