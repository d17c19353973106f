"""Which generators, conditions and data a game can be played with, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Between, Entry, Registry, ZooError, compose
from zoo_core.builtin.adversarial import Adversarial
from zoo_core.composition.datasets import opener
from zoo_core.data import MemoryTable
from zoo_core.interfaces import (
    Condition,
    Dataset,
    Datasets,
    Discriminator,
    Encoder,
    GameParts,
    Generator,
    Role,
    Scores,
    Split,
    Table,
    Task,
)
from zoo_core.spec import ImageSpec

SPEC = ImageSpec(1, 8, 8)


class Translator(Generator):
    """Reads images."""

    def __init__(self, *, image: ImageSpec, source: ImageSpec) -> None:
        super().__init__()
        self.net = nn.Conv2d(source.channels, image.channels, 1)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return torch.tanh(self.net(latents))


class Patches(Discriminator):
    """Scores patches."""

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.net = nn.Conv2d(image.channels, 1, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images

    def head(self, features: Tensor) -> Tensor:
        found: Tensor = self.net(features).squeeze(1)
        return found


class Translating(Adversarial):
    """Asks for a generator that reads images, and for no condition."""

    needs: ClassVar[frozenset[str]] = Adversarial.needs - {"condition"}

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        return {
            "generator": Role(part="generator", image=task.image, source=task.image),
            "discriminator": Role(part="critic", image=task.image),
        }


class Coding(Adversarial):
    needs = Adversarial.needs | {"encoder"}
    """Asks for an encoder, and trains it beside the generator."""

    def __init__(self, *, parts: GameParts) -> None:
        super().__init__(parts=parts)
        self.encoder = parts.nets["encoder"]

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        found = {**super().roles(task)}
        return {**found, "encoder": Role(part="encoder", image=task.image)}


class Coder(Encoder):
    """Gives a mean and a log variance.

    Args:
        longer: how many more numbers than a latent has.
    """

    def __init__(
        self, *, image: ImageSpec, latent_dim: int, longer: Annotated[int, Between(0, 9)] = 0
    ) -> None:
        super().__init__()
        self.net = nn.Linear(image.numel, latent_dim + longer)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        found = self.net(images.flatten(1))
        return found, found


class Torn(Coder):
    """Gives a mean and a log variance that do not belong together."""

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        mean, variance = super().forward(images)
        return mean, variance[:, 1:]


class Wide(Condition):
    """Wants wide features and one score."""

    needs_single_score: ClassVar[bool] = True

    def prepare(self, features: tuple[int, ...]) -> None:
        if features[0] < 1000:
            raise ZooError(f"features of {features} are narrow", hint="a wider critic")


class Two(Dataset):
    """Two sets of images."""

    image = SPEC

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        return {"a": SPEC, "b": SPEC}

    def tables(self, split: Split) -> Mapping[str, Table]:
        table = MemoryTable(torch.zeros(8, *SPEC.shape, dtype=torch.uint8))
        return {"a": table, "b": table}


class Nested(Dataset):
    """Is another data set, opened by name.

    Args:
        of: its name.
    """

    argument = "of"

    def __init__(self, *, datasets: Datasets, of: str, size: tuple[int, int] | None = None) -> None:
        self.inner = datasets(of, size=size, held_out=0.5)
        self.image, self.classes = self.inner.image, self.inner.classes

    def tables(self, split: Split) -> Mapping[str, Table]:
        return self.inner.tables(split)


@pytest.fixture
def parts() -> Registry:
    registry = Registry.from_installed(strict=True)
    for kind, name, target in (
        ("generator", "translator", Translator),
        ("discriminator", "patches", Patches),
        ("game", "translating", Translating),
        ("game", "coding", Coding),
        ("encoder", "coder", Coder),
        ("encoder", "torn", Torn),
        ("condition", "wide", Wide),
        ("dataset", "two", Two),
        ("dataset", "nested", Nested),
    ):
        registry.add(Entry(kind, name, f"{__name__}:{target.__name__}", "For this test."))
    return registry


def refusal(registry: Registry, **chosen: str) -> ZooError:
    with pytest.raises(ZooError) as caught:
        compose({"critic": "vanilla", **chosen}, {"run": {"size": 8}}, registry=registry)
    return caught.value


def test_a_game_that_takes_no_condition_refuses_one_by_name(parts: Registry) -> None:
    error = refusal(parts, generator="translator", game="translating", condition="wide")
    assert error.message == "game 'translating' takes no condition, but 'wide' is asked for"
    assert error.hint == "`--condition none`, or a game that takes one"


def test_a_game_that_takes_no_encoder_refuses_one_by_name(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", encoder="coder")
    assert error.message == "game 'adversarial' takes no encoder, but 'coder' is asked for"
    assert error.hint == "`--encoder none`, or a game that takes one"


def test_a_game_that_needs_an_encoder_says_so(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", game="coding")
    assert error.message == "game 'coding' needs the part 'encoder', and nobody names one"
    assert error.hint.startswith("`--encoder` takes one of: ")
    assert {"coder", "torn"} <= set(error.hint.partition(": ")[2].split(", "))


def test_an_encoder_is_built_for_the_game_that_takes_it(parts: Registry) -> None:
    chosen = {"generator": "vanilla", "critic": "vanilla", "game": "coding", "encoder": "coder"}
    options = {"encoder": {"lr": 0.01}, "run": {"size": 8, "latent_dim": 5}}
    found = compose(chosen, options, registry=parts)
    assert found.findings.parameters["encoder"] == 64 * 5 + 5
    assert found.settings["encoder"].values["lr"].value == 0.01
    assert isinstance(found.build().get_submodule("encoder"), Coder)


def test_an_encoder_of_other_latents_is_refused(parts: Registry) -> None:
    chosen = {"generator": "vanilla", "game": "coding", "encoder": "coder"}
    options = {"encoder": {"longer": 2}, "run": {"size": 8, "latent_dim": 5}}
    with pytest.raises(ZooError) as caught:
        compose(chosen, options, registry=parts)
    assert caught.value.message == (
        "encoder 'coder' at 1x8x8 with generator 'vanilla' gives latents of shape (4, 7) where "
        "(4, 5) is needed"
    )


def test_an_encoder_whose_variance_is_not_of_its_mean_is_refused(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", game="coding", encoder="torn")
    assert "returns a mean and a log variance of different shapes" in error.message


def test_a_generator_that_translates_is_refused_where_latents_are_drawn(parts: Registry) -> None:
    error = refusal(parts, generator="translator")
    assert error.message == (
        "generator 'translator' translates images, but game 'adversarial' draws latents"
    )
    assert error.hint.startswith("`--game cycle --data unpaired:A,B`")


def test_a_generator_that_draws_is_refused_where_images_are_translated(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", game="translating")
    assert error.message == (
        "generator 'vanilla' draws from latents, but game 'translating' translates images"
    )


def test_data_with_two_sets_is_refused_by_the_adversarial_game(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", data="two")
    assert error.message == (
        "game 'adversarial' plays with one set of images, but the data has a and b"
    )
    assert "`--game cycle`" in error.hint


def test_a_condition_that_needs_one_score_refuses_patches(parts: Registry) -> None:
    error = refusal(parts, generator="vanilla", critic="patches", condition="wide")
    assert error.message == (
        "condition 'wide' needs one score per image, but critic 'patches' scores patches"
    )


def test_a_condition_can_refuse_the_features_before_anything_trains(parts: Registry) -> None:
    assert refusal(parts, generator="vanilla", condition="wide").message == (
        "features of (256,) are narrow"
    )


def test_a_data_set_opens_another_by_name_with_the_options_it_has(parts: Registry) -> None:
    composition = compose(
        {"generator": "vanilla", "data": "nested:digits"}, {"run": {"size": 16}}, registry=parts
    )
    assert composition.task.image == ImageSpec(1, 16, 16)
    assert len(composition.task.classes) == 10


def test_opening_says_which_name_is_unknown_and_what_takes_no_argument(parts: Registry) -> None:
    datasets = opener(parts)
    with pytest.raises(ZooError, match="no dataset named 'digit'"):
        datasets("digit")
    with pytest.raises(ZooError, match="dataset 'digits' takes nothing after a colon, but 'x'"):
        datasets("digits:x")


def test_a_critic_scores_what_it_is_shown(parts: Registry) -> None:
    game = compose({"generator": "vanilla"}, {"run": {"size": 8}}, registry=parts).build()
    assert isinstance(game, Adversarial)
    scores = game.duel.score(torch.zeros(3, 1, 8, 8), None)
    assert isinstance(scores, Scores)
    assert scores.logits.shape == (3,)
