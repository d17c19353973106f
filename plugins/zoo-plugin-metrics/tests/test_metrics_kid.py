from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch_fidelity.metric_kid import kid_features_to_metric

from zoo_core import ZooError
from zoo_plugin_metrics.kid import Kid, over_subsets, squared_discrepancy

FAKE = torch.randn(300, 32, generator=torch.Generator().manual_seed(1)) + 0.5
REAL = torch.randn(400, 32, generator=torch.Generator().manual_seed(2)) * 1.2


def exact(first: Tensor, second: Tensor) -> float:
    """Return the estimate pair by pair in float64."""
    one, two = (rows.double().numpy() for rows in (first, second))
    kernels = [((a @ b.T) / one.shape[1] + 1) ** 3 for a, b in ((one, one), (two, two), (one, two))]
    count = len(one)
    within = sum(k.sum() - np.trace(k) for k in kernels[:2]) / (count * (count - 1))
    return float(within - 2 * kernels[2].sum() / count**2)


def test_worked_by_hand() -> None:
    # x = 1, 2 and y = 0, 1, one feature: (1 * 2 + 1)^3 = 27 and (0 * 1 + 1)^3 = 1 within;
    # across 1, 8, 1, 27; 2 * 27 / 2 + 2 * 1 / 2 - 2 * 37 / 4 = 9.5
    first, second = (np.array(rows, np.float32) for rows in ([[1], [2]], [[0], [1]]))
    found = squared_discrepancy(first, second)
    assert found == pytest.approx(9.5)


@pytest.mark.parametrize(("scale", "moved"), [(1, 0), (10, 0), (1, 30)])
def test_a_subset_is_that_of_the_formula_in_float64(scale: float, moved: float) -> None:
    first, second = FAKE * scale + moved, REAL[:300] * scale + moved
    found = squared_discrepancy(first.numpy(), second.numpy())
    assert found == pytest.approx(exact(first, second), rel=1e-4)


def test_the_same_subsets_give_what_torch_fidelity_gives() -> None:
    theirs = kid_features_to_metric(
        FAKE, REAL, kid_subsets=20, kid_subset_size=100, rng_seed=7, verbose=False
    )
    state = np.random.RandomState(7)
    chosen = [
        [torch.from_numpy(state.choice(len(rows), 100, replace=False)) for rows in (FAKE, REAL)]
        for _ in range(20)
    ]
    fake, real = (torch.stack(rows) for rows in zip(*chosen, strict=True))
    mean, spread = over_subsets(FAKE, REAL, fake, real)
    assert mean == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-4)
    assert spread == pytest.approx(theirs["kernel_inception_distance_std"], rel=1e-4)


def test_whole_sets_need_one_subset(measure, image_set) -> None:
    found = measure(Kid(subsets=7), image_set(FAKE), image_set(REAL[:300]))
    assert found["kid"] == pytest.approx(exact(FAKE, REAL[:300]), rel=1e-4)
    # one subset has no spread, and 0 would look like a certain figure
    assert "kid.std" not in found


def test_random_subsets_scatter_around_the_whole(measure, image_set) -> None:
    found = measure(Kid(subsets=60, subset_size=100), image_set(FAKE), image_set(REAL))
    assert found["kid.std"] > 0
    assert found["kid"] == pytest.approx(exact(FAKE, REAL[:300]), abs=found["kid.std"])
    again = measure(Kid(subsets=60, subset_size=100), image_set(FAKE), image_set(REAL))
    assert again == found


def test_alike_sets_are_at_zero_on_average(measure, image_set) -> None:
    rows = torch.randn(400, 16, generator=torch.Generator().manual_seed(3))
    found = measure(Kid(subset_size=100), image_set(rows[:200]), image_set(rows[200:]))
    assert abs(found["kid"]) < found["kid.std"]


def test_one_sample_is_too_few(measure, image_set) -> None:
    with pytest.raises(ZooError, match="at least 2 real images, and there are 1"):
        measure(Kid(), image_set(FAKE), image_set(REAL[:1]))
