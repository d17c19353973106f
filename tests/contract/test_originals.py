"""What the originals do, where they differ from each other: the defaults of compositions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from zoo_core import AVERAGED, Registry, compose
from zoo_core.composition import Setting
from zoo_core.interfaces import Scores
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.lookup import Registered

SHARED = [
    ({"generator": "dcgan"}, True, "generator dcgan"),
    ({"generator": "dcgan-resize"}, True, "generator dcgan-resize"),
    ({"generator": "dcgan", "loss": "lsgan"}, True, "generator dcgan"),
    ({"generator": "dcgan", "condition": "concat"}, True, "generator dcgan"),
    ({"generator": "vanilla"}, False, "generator vanilla"),
    ({"generator": "mini-conv"}, False, "generator mini-conv"),
    ({"generator": "vanilla", "critic": "dcgan"}, False, "generator vanilla"),
    ({"generator": "infogan", "condition": "infogan"}, False, "generator infogan"),
    ({"generator": "dcgan", "loss": "wgan"}, False, "loss wgan"),
    ({"generator": "dcgan", "loss": "wgan-gp"}, False, "loss wgan-gp"),
    ({"generator": "vanilla", "loss": "wgan-gp"}, False, "loss wgan-gp"),
]


def share_of(parts: dict[str, str], recipe: str = "none", **options: object) -> Setting:
    found = compose({"data": "digits", **parts}, {"game": options}, recipe=recipe)
    return found.settings["game"].values["share"]


@pytest.mark.parametrize(("parts", "shared", "source"), SHARED)
def test_the_generator_moves_against_the_images_that_its_original_does(
    parts: dict[str, str], shared: bool, source: str
) -> None:
    setting = share_of(parts)
    assert (setting.value, setting.source) == (shared, source)


@pytest.mark.parametrize("shared", [True, False])
def test_a_user_says_otherwise_whatever_the_parts_bring(shared: bool) -> None:
    setting = share_of({"generator": "dcgan", "loss": "wgan-gp"}, share=shared)
    assert (setting.value, setting.source) == (shared, "user")
    assert ("loss wgan-gp", False) in setting.overrode
    assert ("generator dcgan", True) in setting.overrode


@pytest.mark.parametrize("recipe", ["dcgan-digits", "cdcgan-digits"])
def test_a_recipe_keeps_what_was_tried(recipe: str) -> None:
    setting = share_of({}, recipe=recipe)
    assert (setting.value, setting.source) == (True, f"recipe {recipe}")


def test_games_without_such_a_choice_take_no_notice_of_it() -> None:
    parts = {"generator": "cyclegan", "loss": "wgan-gp", "data": "unpaired:digits,digits"}
    assert "share" not in compose(parts, {}).settings["game"].values


REGISTRY = Registry.from_installed()
GENERATORS = [item for item in REGISTRY.entries("generator") if item.source in FIRST_PARTY]


@pytest.mark.parametrize("item", GENERATORS, ids=lambda item: item.entry.name)
def test_a_generator_with_an_average_that_its_original_has_not_says_so(item: Registered) -> None:
    brings = "ema_images" in item.entry.defaults.get("run", {})
    assert (AVERAGED in item.entry.departures) is not brings


def test_the_page_of_departures_has_those_of_every_part() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "departures.md").read_text()
    told = [(item, said) for item in REGISTRY.entries() for said in item.entry.departures]
    assert {item.entry.name for item, _ in told} >= {"wgan", "r1", "dragan", "infogan", "pix2pix"}
    for item, said in told:
        if item.source in FIRST_PARTY:
            assert f"| `{item.entry.name}` |" in page
            assert f"| {said} |" in page


def test_the_learning_rate_of_pix2pix_falls_from_the_middle_on() -> None:
    entry = REGISTRY.find("game", "paired").entry
    for player in ("generator", "critic"):
        found = entry.defaults[player]
        assert (found["schedule"], found["decay_from"]) == ("linear", 0.5)


def test_the_weights_that_departures_name_give_what_the_authors_code_has() -> None:
    scores = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 2.0])
    real, fake = (Scores(logits) for logits in scores)
    loss: Any = REGISTRY.find("loss", "relativistic-average").entry.load()()
    # real - mean(fake) is 0 and 2, fake - mean(real) is -2 and 0
    authors = (math.log(2) + math.log1p(math.exp(-2))) / 2
    assert loss.critic(real, fake).total.item() == pytest.approx(2 * authors)
