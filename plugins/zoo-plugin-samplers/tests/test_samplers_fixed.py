"""Samplers without parameters, against their closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core.draws import CounterDraws
from zoo_plugin_samplers.gaussians import Mixture
from zoo_plugin_samplers.spherical import Spherical
from zoo_plugin_samplers.truncated_normal import TruncatedNormal

COUNT = 20_000
CPU = torch.device("cpu")


def drawn(sampler: torch.nn.Module, count: int = COUNT) -> Tensor:
    found: Tensor = sampler(count, CounterDraws(3, 0), CPU)
    return found.double()


@pytest.mark.parametrize("bound", [0.5, 1.0, 2.0, 4.0])
def test_a_truncated_normal_has_the_moments_of_its_density(bound: float) -> None:
    values = drawn(TruncatedNormal(latent_dim=10, bound=bound))
    density = math.exp(-(bound**2) / 2) / math.sqrt(2 * math.pi)
    variance = 1 - 2 * bound * density / math.erf(bound / math.sqrt(2))
    assert values.abs().max() <= bound
    assert values.mean().item() == pytest.approx(0, abs=0.01)
    assert values.var().item() == pytest.approx(variance, rel=0.02)


def test_a_narrow_bound_is_uniform_and_a_wide_one_normal() -> None:
    narrow = drawn(TruncatedNormal(latent_dim=10, bound=0.1))
    assert narrow.var().item() == pytest.approx(0.1**2 / 3, rel=0.02)
    wide = drawn(TruncatedNormal(latent_dim=10, bound=5.0))
    assert wide.var().item() == pytest.approx(1, rel=0.02)
    assert wide.pow(4).mean().item() == pytest.approx(3, rel=0.05)


class Lowest(CounterDraws):
    """Uniform draws that are all 0, the lowest there is."""

    def uniform(self, *shape: int) -> Tensor:
        return torch.zeros(shape)


@pytest.mark.parametrize("bound", [0.01, 2.0, 5.0])
def test_the_lowest_draw_is_the_bound(bound: float) -> None:
    (value,) = TruncatedNormal(latent_dim=1, bound=bound)(1, Lowest(0, 0), CPU).flatten().tolist()
    assert value == pytest.approx(-bound, rel=0.01)


@pytest.mark.parametrize("dim", [1, 2, 7])
def test_a_sphere_has_one_radius_and_unit_variance(dim: int) -> None:
    values = drawn(Spherical(latent_dim=dim))
    assert values.norm(dim=1).tolist() == pytest.approx([dim**0.5] * COUNT)
    assert values.mean(0).abs().max() < 0.03
    assert values.var(0).tolist() == pytest.approx([1.0] * dim, rel=0.03)
    # of one coordinate on a sphere of radius sqrt(d): 3 d / (d + 2)
    assert values[:, 0].pow(4).mean().item() == pytest.approx(3 * dim / (dim + 2), rel=0.05)


def test_a_radius_is_kept() -> None:
    values = drawn(Spherical(latent_dim=3, radius=2.5))
    assert values.norm(dim=1).tolist() == pytest.approx([2.5] * COUNT)


def test_a_fixed_mixture_has_the_moments_of_its_components() -> None:
    torch.manual_seed(0)
    sampler = Mixture(latent_dim=3, components=4, apart=2.0, spread=0.3, learned=False)
    assert not list(sampler.parameters())
    assert sampler.state_dict().keys() == {"means", "log_scales"}
    values, means = drawn(sampler), sampler.means.double()
    assert values.mean(0).tolist() == pytest.approx(means.mean(0).tolist(), abs=0.03)
    variances = (means.var(0, correction=0) + 0.3**2).tolist()
    assert values.var(0).tolist() == pytest.approx(variances, rel=0.03)
    nearest = torch.cdist(values, means).argmin(1)
    assert torch.bincount(nearest, minlength=4).tolist() == pytest.approx([COUNT / 4] * 4, rel=0.1)
