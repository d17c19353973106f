"""What the originals do, where they differ from each other: the defaults of compositions."""

from __future__ import annotations

import pytest

from zoo_core import compose
from zoo_core.composition import Setting

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
