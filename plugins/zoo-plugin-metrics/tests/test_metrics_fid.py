from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import linalg
from torch import Tensor
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from zoo_core import ZooError
from zoo_plugin_metrics.fid import Fid, frechet_distance
from zoo_plugin_metrics.moments import Moments, moments


def drawn(count: int, length: int, seed: int, *, rank: int | None = None) -> Tensor:
    """Return features with correlations, of a rank, and far from zero."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(rank or length, length, generator=generator)
    values = torch.randn(count, rank or length, generator=generator) @ mixing
    return values / length**0.5 + 2 + 0.3 * seed


def ours(fake: Tensor, real: Tensor) -> float:
    return frechet_distance(moments(fake), moments(real))


def fidelity(fake: Tensor, real: Tensor) -> float:
    statistics = [fid_features_to_statistics(rows) for rows in (fake, real)]
    (found,) = fid_statistics_to_metric(*statistics, verbose=False).values()
    return found


def exact(fake: Tensor, real: Tensor) -> float:
    """Return the formula in float64: roots of the symmetric form by scipy."""
    first, second = (rows.double().numpy() for rows in (fake, real))
    apart = np.square(first.mean(0) - second.mean(0)).sum()
    one, two = (np.cov(rows, rowvar=False) for rows in (first, second))
    values, vectors = linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(linalg.eigvalsh(root @ two @ root).clip(0)).sum()
    return float(apart + np.trace(one) + np.trace(two) - 2 * cross)


CASES = {
    "plenty": (drawn(500, 24, 1), drawn(700, 24, 2)),
    "equal counts and dimensions": (drawn(24, 24, 1), drawn(24, 24, 2)),
    "fewer samples than dimensions": (drawn(10, 24, 1), drawn(700, 24, 2)),
    "fewer real images than dimensions": (drawn(500, 24, 1), drawn(12, 24, 2)),
    "fewer of both": (drawn(10, 24, 1), drawn(15, 24, 2)),
    "two of both": (drawn(2, 24, 1), drawn(2, 24, 2)),
    "a singular covariance": (drawn(500, 24, 1, rank=5), drawn(700, 24, 2)),
    "two singular covariances": (drawn(500, 24, 1, rank=5), drawn(700, 24, 2, rank=7)),
    "one repeated image": (drawn(1, 24, 1).expand(500, 24), drawn(700, 24, 2)),
    "two alike singular covariances": (
        drawn(1000, 24, 1, rank=5)[:500],
        drawn(1000, 24, 1, rank=5)[500:],
    ),
    "features that are always zero": (
        torch.cat([drawn(500, 12, 1), torch.zeros(500, 12)], 1),
        torch.cat([drawn(700, 12, 2), torch.zeros(700, 12)], 1),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_that_of_torch_fidelity_and_of_scipy(case: str) -> None:
    fake, real = CASES[case]
    found = ours(fake, real)
    assert found == pytest.approx(fidelity(fake, real), rel=1e-3)
    assert found == pytest.approx(exact(fake, real), rel=1e-4)
    assert ours(real, fake) == pytest.approx(found, rel=1e-4)


def test_two_normal_distributions_worked_by_hand() -> None:
    # means 0 and (3, 4), covariances diag(4, 1) and diag(1, 9):
    # 25 + (4 + 1) + (1 + 9) - 2 (2 + 3) = 30
    first = Moments(
        torch.zeros(2).double(), covariance=torch.diag(torch.tensor([4.0, 1.0])).double()
    )
    second = Moments(
        torch.tensor([3.0, 4.0]).double(), covariance=torch.diag(torch.tensor([1.0, 9.0])).double()
    )
    assert frechet_distance(first, second) == pytest.approx(30)


def test_samples_worked_by_hand() -> None:
    # one feature: means 1 and 4; unbiased variances 2 and 8; 9 + 2 + 8 - 2 * 4 = 11
    assert ours(torch.tensor([[0.0], [2.0]]), torch.tensor([[2.0], [6.0]])) == pytest.approx(11)


def test_a_set_is_at_no_distance_from_itself() -> None:
    for rows in (drawn(500, 24, 1), drawn(10, 24, 1), drawn(500, 24, 1, rank=5)):
        assert ours(rows, rows) == pytest.approx(0, abs=1e-6)


def test_moments_are_those_of_numpy_over_several_chunks() -> None:
    rows = drawn(5000, 24, 3)
    found = moments(rows)
    exact_rows = rows.double().numpy()
    np.testing.assert_allclose(found.mean.numpy(), exact_rows.mean(0), rtol=1e-12)
    assert found.covariance is not None
    np.testing.assert_allclose(
        found.covariance.numpy(), np.cov(exact_rows, rowvar=False), rtol=1e-9, atol=1e-12
    )


def test_of_few_rows_a_factor_is_kept_and_of_many_the_covariance() -> None:
    assert set(moments(drawn(10, 24, 1)).tensors()) == {"mean", "factor"}
    assert set(moments(drawn(24, 24, 1)).tensors()) == {"mean", "covariance"}


def test_a_large_mean_costs_no_digits() -> None:
    rows, others = drawn(400, 8, 1), drawn(400, 8, 2)
    moved = ours(rows.double() + 1e5, others.double() + 1e5)
    assert moved == pytest.approx(ours(rows, others), rel=1e-6)


def test_the_metric_compares_samples_with_what_it_kept(measure, image_set) -> None:
    fake, real = CASES["plenty"]
    assert measure(Fid(), image_set(fake), image_set(real)) == {"fid": ours(fake, real)}


def test_one_sample_is_too_few(measure, image_set) -> None:
    with pytest.raises(ZooError, match="at least 2 samples, and there are 1"):
        measure(Fid(), image_set(drawn(1, 24, 1)), image_set(drawn(9, 24, 1)))


def test_features_that_are_not_finite_are_refused(measure, image_set) -> None:
    rows = drawn(5000, 4, 1)
    rows[4500, 2] = torch.nan
    with pytest.raises(ZooError, match="features of the samples are not all finite"):
        measure(Fid(), image_set(rows), image_set(drawn(9, 4, 1)))
