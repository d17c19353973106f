from __future__ import annotations

from itertools import permutations

import pytest
import torch
from scipy.stats import wasserstein_distance
from torch import Tensor

from zoo_core import ZooError
from zoo_plugin_metrics.wasserstein import Wasserstein, earth_movers_distance


def test_worked_by_hand() -> None:
    # 0 -> (3, 4) costs 5 and (10, 0) -> (10, 1) costs 1; crossing over would cost more
    first = torch.tensor([[0.0, 0.0], [10.0, 0.0]])
    second = torch.tensor([[10.0, 1.0], [3.0, 4.0]])
    assert earth_movers_distance(first, second) == pytest.approx(3)


def test_it_is_the_least_of_all_assignments() -> None:
    generator = torch.Generator().manual_seed(0)
    first, second = (torch.rand(6, 3, generator=generator).double() for _ in "ab")
    costs = torch.cdist(first, second)
    least = min(float(costs[range(6), order].mean()) for order in permutations(range(6)))
    assert earth_movers_distance(first, second) == pytest.approx(least)


def test_on_a_line_it_is_scipys() -> None:
    generator = torch.Generator().manual_seed(1)
    first, second = (torch.rand(200, 1, generator=generator) for _ in "ab")
    expected = wasserstein_distance(first.flatten().numpy(), second.flatten().numpy())
    assert earth_movers_distance(first, second) == pytest.approx(expected)


def images(value: int, count: int = 4) -> Tensor:
    return torch.full((count, 1, 2, 2), value, dtype=torch.uint8)


def test_unequal_counts_are_brought_to_the_smaller_one(measure, image_set) -> None:
    real = image_set(torch.arange(9.0).unsqueeze(1), images=images(0, 9))
    fake = image_set(torch.full((4, 1), 20.0), images=images(0))
    found = measure(Wasserstein(), fake, real)
    assert set(found) == {"wasserstein"}
    # four of nine real values, each once: their mean distance to 20 lies between these
    assert 20 - 6.5 <= found["wasserstein"] <= 20 - 1.5
    few = measure(Wasserstein(count=2), fake, real)["wasserstein"]
    assert 20 - 7.5 <= few <= 20 - 0.5


def test_a_set_is_at_no_distance_from_itself(measure, image_set) -> None:
    rows = torch.rand(300, 5, generator=torch.Generator().manual_seed(2))
    one = image_set(rows, images=images(0, 300))
    assert measure(Wasserstein(), one, one)["wasserstein"] == pytest.approx(0, abs=1e-12)


def test_the_critics_estimate_is_the_difference_of_its_means_on_held_out_images(
    measure, image_set
) -> None:
    real = image_set(torch.zeros(300, 1), images=images(255, 300))
    fake = image_set(torch.zeros(4, 1), images=images(0))

    def critic(values: Tensor) -> Tensor:
        return 3 * values.flatten(1).mean(1)

    found = measure(Wasserstein(), fake, real, critic=critic)
    # 255 is 1 and 0 is -1 to the critic
    assert found["wasserstein.critic"] == pytest.approx(6)


def test_one_sample_is_too_few(measure, image_set) -> None:
    real = image_set(torch.zeros(3, 1), images=images(0, 3))
    fake = image_set(torch.zeros(1, 1), images=images(0, 1))
    with pytest.raises(ZooError, match="at least 2 samples, and there are 1"):
        measure(Wasserstein(), fake, real)
