"""How diverse images are, beside the data: measured where the answer is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core.builtin.health.diversity import (
    Yardstick,
    effective_number,
    grouped,
    mean_distance,
    nearest_of,
    nearest_other,
    reduced,
)

CENTRES = torch.cartesian_prod(*[torch.linspace(-0.8, 0.8, 5)] * 2)


def points(count: int, seed: int, kinds: int = 25) -> Tensor:
    """Return points of the first kinds of a 5 x 5 grid of Gaussians, in turn."""
    noise = torch.randn(count, 2, generator=torch.Generator().manual_seed(seed))
    return CENTRES[torch.arange(count) % kinds] + 0.024 * noise


@pytest.fixture(scope="module")
def yardstick() -> Yardstick:
    return Yardstick.of(points(512, 0), 128)


def test_samples_of_the_data_measure_about_one(yardstick: Yardstick) -> None:
    found = yardstick.compare(points(128, 1))
    assert found.modes == pytest.approx(1, abs=0.1)
    assert found.spread == pytest.approx(1, abs=0.05)
    assert found.nearest == pytest.approx(1, abs=0.5)
    assert found.distance == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize("kinds", [1, 2, 5, 10])
def test_modes_says_how_many_kinds_are_left(yardstick: Yardstick, kinds: int) -> None:
    # kinds are split over 32 groups, so the share is a little off
    assert yardstick.compare(points(128, 1, kinds)).modes == pytest.approx(kinds / 25, abs=0.12)


def test_two_far_kinds_keep_the_distance_and_lose_the_modes(yardstick: Yardstick) -> None:
    corners = torch.tensor([[-0.8, -0.8], [0.8, 0.8]])
    found = yardstick.compare(corners[torch.arange(128) % 2] + 0.024 * points(128, 3))
    assert found.spread > 1
    assert found.modes < 0.25


def test_copies_of_many_images_have_a_nearest_other_at_no_distance() -> None:
    rows = torch.randn(512, 40, generator=torch.Generator().manual_seed(0))
    other = torch.randn(40, 40, generator=torch.Generator().manual_seed(1))
    found = Yardstick.of(rows, 128).compare(other[torch.arange(128) % 40])
    assert found.nearest < 0.001
    assert found.spread == pytest.approx(1, abs=0.05)


def test_one_repeated_image_is_no_diversity_at_all(yardstick: Yardstick) -> None:
    found = yardstick.compare(torch.zeros(128, 2))
    assert (found.spread, found.nearest) == (0, 0)
    assert found.modes == pytest.approx(1 / 24, abs=0.02)


def test_noise_is_far_from_the_data() -> None:
    rows = 0.1 * torch.randn(512, 40, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(128, 40, generator=torch.Generator().manual_seed(1))
    assert Yardstick.of(rows, 128).compare(noise).distance > 5


def test_data_of_many_equal_images_are_no_division_by_zero() -> None:
    found = Yardstick.of(torch.zeros(64, 3), 32).compare(torch.ones(32, 3))
    assert all(math.isfinite(v) for v in (found.modes, found.spread, found.nearest, found.distance))


@pytest.mark.parametrize(
    ("shape", "numbers"),
    [((3, 16, 16), 768), ((1, 28, 28), 196), ((1, 100, 20), 150), ((2, 1, 1), 2)],
)
def test_large_images_are_averaged_down(shape: tuple[int, ...], numbers: int) -> None:
    rows = reduced(torch.ones(4, *shape))
    assert rows.shape == (4, numbers)
    assert torch.equal(rows, torch.ones_like(rows))


def test_distances_worked_out_by_hand() -> None:
    rows = torch.tensor([[0.0, 0], [3, 4], [0, 1]])
    assert mean_distance(rows) == pytest.approx((5 + 1 + math.sqrt(18)) / 3)
    assert nearest_other(rows) == pytest.approx(1)
    assert nearest_of(rows, torch.tensor([[0.0, 2]])) == pytest.approx(2)


def test_the_effective_number_counts_equal_shares() -> None:
    centres = torch.tensor([[0.0], [1], [2], [3]])
    assert effective_number(torch.tensor([[0.0], [1], [2.1], [2.9]]), centres) == pytest.approx(4)
    assert effective_number(torch.tensor([[0.0], [0.1], [3], [3.2]]), centres) == pytest.approx(2)


def test_groups_find_every_kind() -> None:
    found = grouped(points(500, 0), 25)
    assert float(torch.cdist(CENTRES, found).amin(1).max()) < 0.05
