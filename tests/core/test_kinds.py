"""The table of the kinds of parts."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace

import pytest

from zoo_core import KINDS, interfaces
from zoo_core.composition.settings import PLAYER_OPTIONS
from zoo_core.registry.kinds import (
    ARGUED,
    BY_GAME,
    EXTRAS,
    MANY,
    MEASURING,
    NEEDED,
    OPTIONAL,
    ROLES,
    STRENGTH,
    TABLE,
    Kind,
    kind_called,
)

PARTS = [kind for kind in TABLE if kind.interface]


@pytest.mark.parametrize("kind", PARTS, ids=[kind.name for kind in PARTS])
def test_every_kind_has_an_interface_that_exists(kind: Kind) -> None:
    assert inspect.isclass(getattr(interfaces, kind.interface))


def test_only_weights_are_files() -> None:
    assert [kind.name for kind in TABLE if not kind.interface] == ["recipe", "weights"]


def test_what_a_composition_has_is_chosen_by_a_flag_with_a_help() -> None:
    for kind in TABLE:
        assert bool(kind.role) == bool(kind.flags) == bool(kind.help), kind.name


def test_a_word_means_one_kind() -> None:
    words = Counter(word for kind in TABLE for word in kind.called)
    assert [word for word, count in words.items() if count > 1] == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("critic", "discriminator"),
        ("disc", "discriminator"),
        ("discriminator", "discriminator"),
        ("gen", "generator"),
        ("data", "dataset"),
        ("metrics", "metric"),
        ("recipe", "recipe"),
    ],
)
def test_a_kind_is_called_by_its_name_its_role_and_its_flags(word: str, name: str) -> None:
    kind = kind_called(word)
    assert kind is not None
    assert kind.name == name


def test_an_unknown_word_means_no_kind() -> None:
    assert kind_called("") is None
    assert kind_called("generators") is None


def test_the_names_of_the_kinds_are_those_of_the_table() -> None:
    assert tuple(kind.name for kind in TABLE) == KINDS
    assert len(set(KINDS)) == len(KINDS)


def test_options_of_one_of_several_parts_stand_under_its_name() -> None:
    assert ROLES["penalty"].section("gp") == "penalty.gp"
    assert ROLES["critic"].section("dcgan") == "critic"
    assert replace(ROLES["critic"], role="").section("dcgan") == "discriminator"


def test_no_two_kinds_bring_defaults_of_one_strength() -> None:
    assert len({ROLES[role].strength for role in STRENGTH}) == len(STRENGTH)
    assert STRENGTH[:4] == ("game", "loss", "critic", "generator")


def test_what_measures_brings_no_defaults() -> None:
    assert not MEASURING & {*STRENGTH}


def test_a_role_is_needed_or_taken_by_games_or_measures() -> None:
    assert ROLES.keys() == BY_GAME | NEEDED | MEASURING
    assert len(BY_GAME) + len(NEEDED) + len(MEASURING) == len(ROLES)
    assert {*EXTRAS} < BY_GAME
    assert OPTIONAL < BY_GAME


def test_several_parts_have_no_argument() -> None:
    assert not MANY & ARGUED


def test_options_of_optimisers_are_no_names_of_roles() -> None:
    assert not PLAYER_OPTIONS.keys() & ROLES.keys()
