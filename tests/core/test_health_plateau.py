"""The rule of `--stop-on`."""

from __future__ import annotations

import pytest

from zoo_core import ZooError
from zoo_core.builtin.health.plateau import Plateau
from zoo_core.config.stop_rule import parse_plateau


def test_a_plateau_names_a_score_and_a_count() -> None:
    assert parse_plateau("plateau=fid:5") == ("fid", 5)
    assert parse_plateau(" plateau=inception-score:12 ") == ("inception-score", 12)


@pytest.mark.parametrize("text", ["", "fid:5", "plateau=fid", "plateau=:5", "plateau=fid:-1"])
def test_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ZooError) as caught:
        parse_plateau(text)
    assert caught.value.message == f"a run cannot stop on {text!r}"
    assert "`--stop-on plateau=fid:5`" in caught.value.hint


@pytest.mark.parametrize("count", ["0", "10001"])
def test_a_count_out_of_bounds_is_refused(count: str) -> None:
    with pytest.raises(ZooError, match=f"a plateau of {count} evaluations .* between 1 and 10000"):
        parse_plateau(f"plateau=fid:{count}")


def fed(plateau: Plateau, values: list[float | None]) -> list[bool]:
    lines = enumerate({} if value is None else {"fid": value} for value in values)
    return [plateau.take(10 * number, scalars) for number, scalars in lines]


def test_the_evaluations_without_a_better_score_are_counted() -> None:
    plateau = Plateau("fid", 2, higher=False)
    assert fed(plateau, [3.0, 2.0, 2.0, None, 1.5, 1.6, 1.5]) == [False] * 6 + [True]
    assert (plateau.best, plateau.best_step) == (1.5, 40)
    assert plateau.reason == (
        "fid did not get better in 2 evaluations: the best is 1.5, of step 40"
    )


def test_more_can_be_better() -> None:
    plateau = Plateau("fid", 1, higher=True)
    assert fed(plateau, [1.0, 2.0, 3.0, 2.5]) == [False, False, False, True]
    assert "in 1 evaluation:" in plateau.reason
