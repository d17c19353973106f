from __future__ import annotations

from typing import Any

import pytest
import torch

from zoo_core.config.run import PlayerOptions
from zoo_core.engine.schedules import learning_rate


def rate(player: PlayerOptions, step: int, of: int) -> float:
    """Return the learning rate at a step; it is a number of the device, as exact as it can be."""
    found = learning_rate(player, torch.tensor(step), of)
    assert (found.shape, found.dtype) == ((), torch.float64)
    return found.item()


def rates(steps: list[int], *, of: int = 100, **options: Any) -> list[float]:
    player = PlayerOptions(lr=1.0, **options)
    return [rate(player, step, of) for step in steps]


def test_constant_stays() -> None:
    assert rates([0, 50, 99]) == [1, 1, 1]


def test_linear_falls_to_zero() -> None:
    assert rates([0, 25, 50, 75, 100], schedule="linear") == [1, 0.75, 0.5, 0.25, 0]


def test_linear_falls_from_a_share_of_the_run() -> None:
    found = rates([0, 50, 60, 75, 100], schedule="linear", decay_from=0.5)
    assert found == pytest.approx([1, 1, 0.8, 0.5, 0])


def test_cosine_falls_by_half_a_wave() -> None:
    # (1 + cos(pi / 4)) / 2 = 0.853553
    found = rates([0, 25, 50, 75, 100], schedule="cosine")
    assert found == pytest.approx([1, 0.853553, 0.5, 0.146447, 0], abs=1e-6)


def test_cosine_falls_from_a_share_of_the_run() -> None:
    found = rates([40, 70, 100], schedule="cosine", decay_from=0.4)
    assert found == pytest.approx([1, 0.5, 0])


def test_step_multiplies_at_every_so_many_steps() -> None:
    found = rates([0, 9, 10, 19, 20, 35], schedule="step", decay=0.5, decay_every=10)
    assert found == [1, 1, 0.5, 0.5, 0.25, 0.125]


def test_warmup_rises_from_near_zero() -> None:
    assert rates([0, 1, 2, 3, 4], warmup=3) == [0.25, 0.5, 0.75, 1, 1]


def test_warmup_and_decay_multiply() -> None:
    assert rates([1], of=4, schedule="linear", warmup=3) == [0.5 * 0.75]


def test_the_highest_rate_scales_everything() -> None:
    player = PlayerOptions(lr=2e-4, schedule="linear")
    assert rate(player, 50, 100) == pytest.approx(1e-4)


@pytest.mark.parametrize("schedule", ["linear", "cosine"])
@pytest.mark.parametrize("decay_from", [0.0, 0.5, 1.0])
def test_no_run_is_too_short_or_too_long(schedule: Any, decay_from: float) -> None:
    player = PlayerOptions(lr=1.0, schedule=schedule, decay_from=decay_from)
    found = [rate(player, step, of) for of in (1, 2, 100) for step in (0, 1, of, 2 * of)]
    assert all(0 <= value <= 1 for value in found)
