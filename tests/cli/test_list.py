from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest


def test_every_part_is_listed_with_its_origin(zoo):
    text = zoo("list", width=80).stdout
    assert "\ngenerator\n" in text
    assert "wgan-gp" in text
    assert "arXiv:1704.00028  zoo-plugin-wgan" in text
    assert all(len(line) <= 80 and line == line.rstrip() for line in text.splitlines())


def test_one_kind_is_listed(zoo):
    text = zoo("list", "penalty").stdout
    assert text.startswith("\npenalty\n")
    assert "\ngp " in text
    assert "\ngenerator\n" not in text


@pytest.mark.parametrize(("spoken", "kind"), [("critic", "discriminator"), ("data", "dataset")])
def test_kinds_have_the_names_of_the_flags_too(zoo, spoken, kind):
    assert zoo("list", spoken).stdout == zoo("list", kind).stdout


def test_wide_terminal_gets_a_line_for_each_part(zoo):
    text = zoo("list", "penalty", width=140).stdout
    (line,) = [line for line in text.splitlines() if line[:3] == "gp "]
    assert line.endswith("arXiv:1704.00028  zoo-plugin-wgan")


def test_json_has_all_that_is_known(zoo):
    parts = json.loads(zoo("list", "loss", "--json").stdout)
    (part,) = [part for part in parts if part["name"] == "wgan-gp"]
    assert part["kind"] == "loss"
    assert part["qualified"] == "zoo-plugin-wgan/wgan-gp"
    assert part["paper"] == "arXiv:1704.00028"
    assert part["version"]


def test_unknown_kind_is_an_error_with_the_nearest(zoo):
    result = zoo("list", "generators")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "Error: no kind of part named 'generators'\nHint: did you mean 'generator'? the kinds are "
    )


def test_kind_without_parts_says_so(zoo, only_the_core):
    result = zoo("list", "recipe")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("no part of the kind 'recipe' is installed\n")


def test_broken_plugin_is_one_warning_line_and_the_rest_is_listed(
    zoo, install: Callable[[str, str], None]
):
    install("zoo-broken", "raise ValueError('no\\nluck')")
    result = zoo("list", "loss")
    assert result.exit_code == 0
    assert result.stderr == (
        "Warning: zoo-broken: cannot be loaded: ValueError: no luck; `zoo doctor` shows where\n"
    )
    assert "wgan-gp" in result.stdout


def test_without_a_generator_it_says_what_to_install(zoo, only_the_core):
    result = zoo("list")
    assert "non-saturating" in result.stdout
    assert "No generator is installed: `pip install gan-zoo[all]` brings all" in result.stderr
    assert "zoo-plugin-dcgan" in result.stderr


def test_plugin_file_is_listed_too(zoo, home):
    (home / "my_parts.py").write_text(
        "from zoo_core import Entry, hookimpl\n"
        "@hookimpl\n"
        "def zoo_entries():\n"
        "    return [Entry(kind='loss', name='mine', target='my_parts:x', summary='Mine.')]\n"
    )
    text = zoo("list", "loss", "--plugin", "my_parts.py", width=80).stdout
    assert re.search(r"\nmine +Mine\.\n +my-parts\n", text)
