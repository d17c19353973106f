from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest


def test_options_are_shown_with_bounds_default_and_meaning(zoo):
    text = zoo("info", "gp").stdout
    assert text.startswith("penalty gp\n")
    assert "options (-o penalty.gp.NAME=VALUE)" in text
    assert "weight     float, 0 to 1e+06" in text
    assert "lambda of the paper." in text


def test_net_shows_shapes_parameters_and_what_it_brings(zoo):
    text = zoo("info", "dcgan", "--kind", "generator").stdout
    assert "latents (N, latent_dim) -> images (N, C, H, W)" in text
    assert "32x32x1: 1,066,880" in text
    assert "parts.critic=dcgan" in text
    assert "zoo-plugin-dcgan" in text


def test_name_of_two_kinds_shows_both(zoo):
    text = zoo("info", "vanilla").stdout
    assert "generator vanilla\n" in text
    assert "discriminator vanilla\n" in text


def test_json_has_options_with_bounds(zoo):
    (part,) = json.loads(zoo("info", "wgan-gp", "--json").stdout)
    assert part["defaults"]["parts"] == {"penalty": "gp"}
    (part,) = json.loads(zoo("info", "zoo-plugin-wgan/gp", "--json").stdout)
    (weight,) = [option for option in part["options"] if option["name"] == "weight"]
    assert weight == {
        "name": "weight",
        "type": "float",
        "bounds": [0, 1000000.0],
        "required": False,
        "default": 10.0,
        "help": "lambda of the paper.",
    }


def test_json_counts_parameters_at_the_sizes_that_fit(zoo):
    (part,) = json.loads(zoo("info", "vanilla", "--kind", "generator", "--json").stdout)
    assert set(part["parameters"]) == {"28x28x1", "32x32x1", "64x64x3"}


def test_needed_option_says_so(zoo):
    assert "path          str                    needed" in zoo("info", "folder").stdout


def test_a_part_says_where_it_departs_from_its_original(zoo):
    text = zoo("info", "relativistic-average").stdout
    assert "departs         the sum of both terms, as in the paper's equations" in text
    (part,) = json.loads(zoo("info", "r1", "--json").stdout)
    assert part["departures"] == [
        "half of weight times the squared norm, as in equations 9 and 10; the authors' code leaves "
        "out the half, so its weight of 10 is 20 here (`weight` of the penalty)"
    ]
    assert "departs" not in zoo("info", "hinge").stdout


RECIPES = """
from zoo_core import Entry, Recipe, hookimpl
QUICK = Recipe(
    parts={"generator": "vanilla", "loss": "zoo-plugin-x/far", "data": "gan-zoo/digits"},
    options={"run": {"steps": 7, "size": "8"}},
    for_parts={"generator": "vanilla"},
    source="a paper and a search",
    departures=("fewer steps",),
    reaches=("an FID of 3",),
    minutes=2,
    picture="quick.png",
)
LONG = Recipe(parts={"generator": "vanilla"}, minutes=600)
ODD = 3
@hookimpl
def zoo_entries():
    return [
        Entry("recipe", name.lower(), "my_recipe:" + name, name.title() + ".")
        for name in ("QUICK", "LONG", "ODD")
    ]
"""
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def recipe_file(home):
    (home / "my_recipe.py").write_text(RECIPES)
    (home / "quick.png").write_bytes(PNG)
    return home / "my_recipe.py"


def test_recipe_shows_all_that_is_known_of_it(zoo, home, recipe_file):
    text = zoo("info", "quick", "--plugin", "my_recipe.py", width=80).stdout
    assert "trains          vanilla with far on digits at 8\n" in text
    assert "takes           about 2 minutes on two cores\n" in text
    assert "follows         a paper and a search\n" in text
    assert "reaches         an FID of 3\n" in text
    assert "departs         fewer steps\n" in text
    assert "values          run.steps=7\n" in text
    assert f"picture         {home / 'quick.png'}\n" in text
    assert f"train it        zoo train --recipe quick --plugin {recipe_file}\n" in text
    assert f"or just         zoo train --gen vanilla --plugin {recipe_file}\n" in text
    missing = text.partition("missing ")[2].partition("\nparts ")[0]
    assert "`pip install zoo-plugin-x`" in " ".join(missing.split())


def test_recipe_of_a_plugin_shows_a_picture_and_a_command_that_works(zoo):
    (found,) = json.loads(zoo("info", "dcgan-digits", "--json").stdout)
    recipe = found["recipe"]
    assert Path(recipe["picture"]).read_bytes().startswith(PNG)
    assert Path(recipe["picture"]).stat().st_size < 40_000
    assert recipe["missing"] == {}
    _, *command = shlex.split(recipe["command"])
    assert zoo(*command, "--dry-run", "--json").exit_code == 0


def test_recipe_whose_picture_is_missing_is_an_error(zoo, home, recipe_file):
    (home / "quick.png").unlink()
    assert zoo("info", "quick", "--plugin", "my_recipe.py").stderr.startswith(
        "Error: recipe 'quick' shows 'quick.png', which is no PNG of its plugin\nHint: "
    )


def test_what_is_no_recipe_is_an_error(zoo, recipe_file):
    assert zoo("info", "odd", "--plugin", "my_recipe.py").stderr == (
        "Error: recipe 'odd' of my-recipe is int, not a Recipe\n"
        "Hint: its author must make the target a zoo_core.Recipe\n"
    )


def test_list_says_what_a_recipe_trains_and_how_long(zoo, recipe_file, monkeypatch):
    monkeypatch.setenv("ZOO_STRICT_PLUGINS", "0")
    result = zoo("list", "recipe", "--plugin", "my_recipe.py")
    text = " ".join(result.stdout.split())
    assert "Quick. vanilla with far on digits at 8, about 2 minutes on two cores" in text
    assert "Long. vanilla, about 10 hours on two cores" in text
    assert "dcgan with wgan-gp on digits at 32x32, about 3 minutes on two cores" in text
    # one that is broken is listed, and costs only itself
    assert "odd Odd. my-recipe" in text
    assert result.stderr.count("Warning: my-recipe: recipe 'odd': recipe 'odd' of my-recipe") == 1


def test_list_has_it_as_json_too(zoo):
    parts = json.loads(zoo("list", "recipe", "--json").stdout)
    (part,) = [part for part in parts if part["name"] == "dcgan-digits"]
    assert (part["trains"], part["minutes"]) == ("dcgan with wgan-gp on digits at 32x32", 3.0)


def test_unknown_part_is_an_error_with_the_nearest(zoo):
    result = zoo("info", "wgan-pg")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: no part named 'wgan-pg'\nHint: did you mean 'wgan-gp'? `zoo list` shows all parts\n"
    )


def test_unknown_part_of_a_kind_is_an_error(zoo):
    result = zoo("info", "gp", "--kind", "loss")
    assert result.stderr == ("Error: no loss named 'gp'\nHint: 'gp' is a penalty\n")


def test_part_of_a_plugin_that_is_missing_names_the_install_line(zoo, only_the_core):
    assert zoo("info", "wgan-gp").stderr == (
        "Error: no part named 'wgan-gp'\n"
        "Hint: it is in a plugin that is not installed: `pip install zoo-plugin-wgan`\n"
    )
