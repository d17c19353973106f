from __future__ import annotations

import json


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


def test_recipe_shows_parts_values_departures_and_minutes(zoo, home):
    (home / "my_recipe.py").write_text(
        "from zoo_core import Entry, Recipe, hookimpl\n"
        "QUICK = Recipe(parts={'generator': 'vanilla'}, options={'run': {'steps': 7}},\n"
        "    for_parts={'generator': 'vanilla'}, departures=('fewer steps',), minutes=2)\n"
        "@hookimpl\n"
        "def zoo_entries():\n"
        "    return [Entry(kind='recipe', name='quick', target='my_recipe:QUICK', summary='Q.')]\n"
    )
    text = zoo("info", "quick", "--plugin", "my_recipe.py").stdout
    assert "departs         fewer steps" in text
    assert "values          run.steps=7" in text
    assert "takes           about 2 minutes on two CPU cores" in text


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
