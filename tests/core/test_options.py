from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from zoo_core.config.options import (
    Between,
    Bookkeeping,
    Option,
    Resumable,
    checked,
    coerced,
    marked,
    options_of,
    task_names_of,
    unknown_option,
)
from zoo_core.config.run import PlayerOptions, RunOptions
from zoo_core.errors import ZooError


def one(annotation: Any, value: Any, bounds: Between | None = None) -> Any:
    return coerced(Option("x", annotation, None, bounds), value, "the toy")


def refused(annotation: Any, value: Any, bounds: Between | None = None) -> ZooError:
    with pytest.raises(ZooError) as caught:
        one(annotation, value, bounds)
    return caught.value


class Toy:
    """Do nothing.

    Args:
        image: from the task.
        width: channels of the last stage,
            doubled at each earlier one.
        norm: of hidden stages.

    Shapes:
        width: this is not about the option.
    """

    def __init__(
        self,
        *,
        image: str,
        width: Annotated[int, Between(1, 64)] = 8,
        norm: Literal["batch", "layer"] = "batch",
        betas: Annotated[tuple[float, float], Between(0, 1)] = (0.5, 0.9),
    ) -> None: ...


@pytest.mark.parametrize(
    ("annotation", "value", "result"),
    [
        (int, 64, 64),
        (int, "64", 64),
        (int, " -7 ", -7),
        (int, 64.0, 64),
        (int, "64.0", 64),
        (int, "1e3", 1000),
        (int, 2**53 + 1, 2**53 + 1),
        (int, str(2**53 + 1), 2**53 + 1),
        (float, 1, 1.0),
        (float, "2e-4", 2e-4),
        (str, "text", "text"),
        (bool, True, True),
        (bool, "yes", True),
        (bool, "ON", True),
        (bool, "1", True),
        (bool, "False", False),
        (bool, "off", False),
        (bool, "0", False),
        (Literal["a", "b"], "b", "b"),
        (Literal[1, 2], 2, 2),
        (Literal[1, 2], "2", 2),
        (int | None, None, None),
        (int | None, "none", None),
        (int | None, "null", None),
        (int | None, "3", 3),
        (str | int | None, 32, 32),
        (str | int | None, "64x48", "64x48"),
        (tuple[float, float], "0.5,0.9", (0.5, 0.9)),
        (tuple[float, float], "(0.5, 0.9)", (0.5, 0.9)),
        (tuple[float, float], [0.5, "0.9"], (0.5, 0.9)),
        (tuple[int, ...], "1,2,3", (1, 2, 3)),
        (tuple[int, ...], [], ()),
        (tuple[int, str], "1,a", (1, "a")),
        (Annotated[float, Between(0, 10)] | None, "2.5", 2.5),
        (Annotated[float, Between(0, 10)] | None, None, None),
    ],
)
def test_a_value_is_brought_to_its_type(annotation: Any, value: Any, result: Any) -> None:
    found = one(annotation, value)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (int, 64.5),
        (int, "64.5"),
        (int, "sixty"),
        (int, ""),
        (int, True),
        (int, None),
        (int, [1]),
        (int, math.nan),
        (int, math.inf),
        (float, "nan"),
        (float, "-inf"),
        (float, math.nan),
        (float, math.inf),
        (float, True),
        (float, "fast"),
        (float, 10**400),
        (str, 3),
        (bool, 1),
        (bool, 0.0),
        (bool, "maybe"),
        (bool, None),
        (Literal["a", "b"], "c"),
        (Literal[1, 2], True),
        (Literal[1, 2], "3"),
        (int | None, "few"),
        (int | None, 10.5),
        (tuple[float, float], "0.5"),
        (tuple[float, float], [0.5, 0.6, 0.7]),
        (tuple[float, float], 0.5),
        (tuple[float, float], [0.5, math.nan]),
        (tuple[int, ...], "1,b"),
        (dict[str, int], {}),
    ],
)
def test_a_value_of_another_type_is_refused(annotation: Any, value: Any) -> None:
    assert refused(annotation, value).message == f"the toy cannot take {value!r} for 'x'" or (
        len(repr(value)) > 80
    )


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (int, "x is int"),
        (float, "x is float"),
        (bool, "x is bool"),
        (Literal["a", "b"], "x is a | b"),
        (int | None, "x is int | none"),
        (tuple[float, float], "x is float, float"),
        (tuple[int, ...], "x is int, ..."),
    ],
)
def test_the_hint_says_what_the_option_takes(annotation: Any, words: str) -> None:
    assert refused(annotation, "?").hint == words


@pytest.mark.parametrize("value", [0, 65, "65", 65.0])
def test_a_number_out_of_bounds_is_refused(value: Any) -> None:
    error = refused(int, value, Between(1, 64))
    assert error.message == f"the toy cannot take {int(value)} for 'x'"
    assert error.hint == "x is int from 1 to 64"


@pytest.mark.parametrize("value", [1, 64])
def test_bounds_are_possible_values(value: int) -> None:
    assert one(int, value, Between(1, 64)) == value


def test_bounds_hold_for_every_number_of_a_tuple() -> None:
    error = refused(tuple[float, float], "0.5,1.5", Between(0, 1))
    assert error.message == "the toy cannot take 1.5 for 'x'"
    assert error.hint == "x is float, float from 0 to 1"


def test_bounds_may_stand_inside_a_union_or_a_tuple() -> None:
    bounded = Annotated[float, Between(0, 10)]
    error = refused(bounded | None, "11")
    assert error.message == "the toy cannot take '11' for 'x'"
    assert error.hint == "x is float from 0 to 10 | none"
    assert refused(tuple[int, bounded], "99,11").hint == "x is int, float from 0 to 10"


def test_bounds_hold_where_none_is_possible() -> None:
    assert one(int | None, None, Between(1, 4)) is None
    assert refused(int | None, 5, Between(1, 4)).message == "the toy cannot take 5 for 'x'"


@pytest.mark.parametrize(
    "value",
    ["9" * 400, 10**400, 10**5000, "9" * 100_000],
    ids=["text", "number", "long-number", "long-text"],
)
@pytest.mark.parametrize("annotation", [int, float, int | None, tuple[int, ...]])
def test_absurd_numbers_are_refused_quickly_in_a_short_line(annotation: Any, value: Any) -> None:
    before = time.perf_counter()
    error = refused(annotation, value, Between(0, 64))
    assert time.perf_counter() - before < 0.5
    assert len(error.message) < 120


def test_options_have_type_bounds_default_and_meaning() -> None:
    found = options_of(Toy)
    assert list(found) == ["width", "norm", "betas"]
    assert found["width"] == Option(
        "width",
        int,
        8,
        Between(1, 64),
        "channels of the last stage, doubled at each earlier one.",
    )
    assert found["norm"].help == "of hidden stages."
    assert found["betas"].help == ""


def test_what_the_task_provides_is_no_option() -> None:
    assert "image" not in options_of(Toy)
    assert task_names_of(Toy) == {"image"}


def test_a_function_has_options_too() -> None:
    def toy(*, images: int = 3) -> None: ...

    assert options_of(toy)["images"].default == 3


def test_an_option_without_a_type_is_refused() -> None:
    def toy(*, width=3) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(ZooError) as caught:
        options_of(toy)
    assert caught.value.message.endswith("toy has no type")
    assert caught.value.message.startswith("option 'width' of ")
    assert caught.value.hint == ("annotate it, such as `width: Annotated[int, Between(1, 64)] = 8`")


def test_swallowed_options_are_refused() -> None:
    def toy(**kwargs: int) -> None: ...

    with pytest.raises(ZooError) as caught:
        options_of(toy)
    assert "toy takes '**kwargs: " in caught.value.message
    assert caught.value.message.endswith(", which would swallow a misspelt option")
    assert caught.value.hint == "name every option in the signature"


def test_checked_values_are_brought_to_their_types() -> None:
    assert checked(options_of(Toy), {"width": "16"}, "the toy") == {"width": 16}


def test_an_unknown_option_is_refused_with_the_nearest() -> None:
    with pytest.raises(ZooError) as caught:
        checked(options_of(Toy), {"widht": 16}, "the toy")
    assert caught.value.message == "the toy has no option 'widht'"
    assert caught.value.hint == "did you mean 'width'? it has betas, norm, width"


def test_an_option_of_a_part_without_options_is_refused() -> None:
    error = unknown_option("width", (), "the toy")
    assert (error.message, error.hint) == ("the toy has no option 'width'", "it has no options")


def test_a_missing_value_is_refused() -> None:
    def toy(*, power: Annotated[int, Between(1, 3)]) -> None: ...

    with pytest.raises(ZooError) as caught:
        checked(options_of(toy), {}, "the toy")
    assert caught.value.message == "the toy needs a value for 'power'"
    assert caught.value.hint == "`-o ...power=` takes int from 1 to 3"


def test_options_of_a_dataclass_are_its_fields() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Plain:
        """Hold values.

        Args:
            width: how wide.
        """

        width: Annotated[int, Between(1, 2)] = 1

    assert options_of(Plain)["width"] == Option("width", int, 1, Between(1, 2), "how wide.")


def test_every_run_and_player_option_has_a_meaning() -> None:
    found = options_of(RunOptions, frozenset()) | options_of(PlayerOptions)
    assert [name for name, option in found.items() if not option.help] == []


def test_run_options_include_what_a_task_provides_to_parts() -> None:
    assert {"size", "latent_dim"} <= options_of(RunOptions, frozenset()).keys()


@pytest.mark.parametrize("options", [RunOptions, PlayerOptions])
def test_every_default_of_the_engine_is_a_possible_value(options: Any) -> None:
    for option in options_of(options, frozenset()).values():
        assert coerced(option, option.default, "the engine") == option.default


def test_a_mark_is_read_where_the_option_is_declared() -> None:
    class Marked:
        def __init__(
            self,
            *,
            width: Annotated[int, Between(1, 2)] = 1,
            place: Annotated[str | None, Bookkeeping()] = None,
            count: Annotated[int, Between(1, 2), Bookkeeping(), Resumable()] = 1,
        ) -> None: ...

    assert marked(Marked, Bookkeeping()) == ("place", "count")
    assert marked(Marked, Resumable()) == ("count",)
    assert options_of(Marked)["count"].bounds == Between(1, 2)


def test_a_run_is_kept_on_another_device_and_goes_on_with_more_steps_there() -> None:
    kept, may_change = marked(RunOptions, Bookkeeping()), marked(RunOptions, Resumable())
    assert {"device", "seed", "keep"} <= set(kept)
    assert {"device", "steps", "keep"} <= set(may_change)
    assert not {"batch", "latent_dim", "critic_steps"} & {*kept, *may_change}
    assert "seed" not in may_change
    assert "steps" not in kept


def test_the_time_limit_takes_minutes_within_bounds() -> None:
    option = options_of(RunOptions, frozenset())["max_minutes"]
    assert coerced(option, "2.5", "the run") == 2.5
    with pytest.raises(ZooError) as caught:
        coerced(option, -1, "the run")
    assert caught.value.message == "the run cannot take -1.0 for 'max_minutes'"
    assert caught.value.hint == "max_minutes is float | none from 0 to 1e+06"
