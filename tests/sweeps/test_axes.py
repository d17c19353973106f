"""What varies, as a user types it."""

from __future__ import annotations

from typing import Annotated

import pytest

from zoo_core import Between, Range, Sweep, ZooError, vary
from zoo_core.composition.settings import PLAYER_OPTIONS, RUN_OPTIONS
from zoo_core.sweeps.axes import Axis, axis_of, kinds_in, option_domain, part_domain
from zoo_core.sweeps.definition import domain_text


def read(text: str, option: str = "lr"):
    known = {**PLAYER_OPTIONS, **RUN_OPTIONS}
    return option_domain(text, known[option], option)


@pytest.mark.parametrize(
    ("text", "option", "found"),
    [
        ("1e-4", "lr", ("1e-4",)),
        ("1e-4,2e-4", "lr", ("1e-4", "2e-4")),
        ("1e-5..1e-3:log", "lr", Range(low=1e-5, high=1e-3, log=True)),
        ("0.5..1.5", "lr", Range(low=0.5, high=1.5)),
        ("0..1:0.25", "lr", Range(low=0.0, high=1.0, step=0.25)),
        ("0..2", "seed", Range(low=0, high=2)),
        ("16..64:16", "batch", Range(low=16, high=64, step=16)),
        ("0.5,0.9", "betas", ("0.5,0.9",)),
        ("0.5,0.9; 0,0.99", "betas", ("0.5,0.9", "0,0.99")),
        ("32,64x48", "size", ("32", "64x48")),
    ],
)
def test_alternatives_are_read_by_what_the_option_takes(text, option, found) -> None:
    assert read(text, option) == found


@pytest.mark.parametrize(
    "text", ["1e-5..1e-3:lg", "1e-5..", "..3", "a..b", "1...3", "1..2..3", "1..2:", "nan..1"]
)
def test_a_range_that_does_not_parse_is_quoted_with_the_form(text: str) -> None:
    with pytest.raises(ZooError, match="lr: no range can be read from") as error:
        read(text)
    assert repr(text) in error.value.message
    assert "LOW..HIGH:log" in error.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3..1", "nothing lies in the range 3..1"),
        ("1..1", "nothing lies in the range 1..1"),
        ("0..1:log", "the range 0..1:log has no logarithm"),
        ("0..1:2", "has no such step"),
    ],
)
def test_a_range_without_numbers_is_refused(text: str, said: str) -> None:
    with pytest.raises(ZooError) as error:
        read(text)
    assert said in error.value.message


def test_whole_numbers_have_no_fractions() -> None:
    with pytest.raises(ZooError, match="batch takes whole numbers"):
        read("0.5..8", "batch")


def test_a_grid_spells_ranges_out() -> None:
    assert Range(low=0, high=2).listed() == (0, 1, 2)
    assert Range(low=0.0, high=1.0, step=0.25).listed() == (0.0, 0.25, 0.5, 0.75, 1.0)
    with pytest.raises(ZooError, match=r"a grid cannot have all numbers in 0\.1\.\.1") as error:
        Range(low=0.1, high=1.0).listed()
    assert "--trials" in error.value.hint


def test_a_comma_of_penalties_and_paths_is_no_alternative() -> None:
    assert part_domain("loss", "hinge,wgan") == ("hinge", "wgan")
    assert part_domain("penalty", "gp,r1") == (("gp", "r1"),)
    assert part_domain("penalty", "r1;gp,r1;none") == (("r1",), ("gp", "r1"), ("none",))
    assert part_domain("data", "folder:a,b") == ("folder:a,b",)
    assert part_domain("data", "digits;folder:a,b") == ("digits", "folder:a,b")


def test_the_types_within_an_annotation() -> None:
    assert kinds_in(Annotated[int | None, Between(0, 1)]) == {int, type(None)}
    assert kinds_in(tuple[float, float]) == {tuple}


def test_an_axis_is_called_as_a_user_calls_it() -> None:
    assert axis_of("run.seed", [0]).name == "seed"
    assert axis_of("critic.lr", [0]).name == "critic.lr"
    assert axis_of("generator.lr critic.lr", [0]).name == "lr"
    assert axis_of("loss", ["hinge"]).name == "loss"


def test_a_value_twice_or_none_is_refused() -> None:
    with pytest.raises(ZooError, match="seed is to be 1 twice"):
        axis_of("run.seed", [1, 1])
    with pytest.raises(ZooError, match="has no values to try"):
        axis_of("run.seed", [])


def test_seeds_are_the_slowest_and_options_that_move_together_do() -> None:
    sweep = Sweep(
        axes=vary({"run.seed": [0, 1], "loss": ["a", "b"], "generator.lr critic.lr": [0.1]})
    )
    points = sweep.points()
    assert [(one["seed"], one["loss"]) for one in points] == [
        (0, "a"), (0, "b"), (1, "a"), (1, "b")
    ]  # fmt: skip
    parts, options = sweep.request(points[3])
    assert parts == {"loss": "b"}
    assert options == {"run": {"seed": 1}, "generator": {"lr": 0.1}, "critic": {"lr": 0.1}}


def test_a_sweep_is_the_same_after_its_file() -> None:
    axes = {"penalty": [("gp", "r1"), ("r1",)], "critic.betas": [(0.5, 0.9), (0, 0.99)]}
    sweep = Sweep(
        parts={"metric": ("fid",)},
        options={"run": {"steps": "4"}},
        axes=(*vary(axes), *vary({"critic.lr": Range(low=1e-5, high=1e-3, log=True)})),
        trials=5,
    )
    again = Sweep.from_json(sweep.to_json())
    assert again == sweep
    assert again.digest == sweep.digest
    assert domain_text(Axis.from_json(sweep.axes[0].to_json())) == "gp,r1;r1"


def test_more_trials_are_the_same_sweep_and_another_value_is_not() -> None:
    base = Sweep(axes=vary({"loss": ["a", "b"]}), trials=5)
    more = Sweep(axes=vary({"loss": ["a", "b"]}), trials=50)
    grid = Sweep(axes=vary({"loss": ["a", "b"]}))
    other = Sweep(axes=vary({"loss": ["a", "c"]}), trials=5)
    assert base.digest == more.digest
    assert len({base.digest, grid.digest, other.digest}) == 3
