from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core.builtin.samplers import Normal, Uniform
from zoo_core.config.options import options_of
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Sampler

CPU = torch.device("cpu")


def drawn(sampler: Sampler, count: int = 10_000) -> Tensor:
    return sampler(count, CounterDraws(0, 0), CPU)


def test_normal_latents_have_mean_zero_and_their_deviation() -> None:
    found = drawn(Normal(latent_dim=4, std=2.0))
    assert found.shape == (10_000, 4)
    assert found.mean().item() == pytest.approx(0, abs=0.03)
    assert found.std().item() == pytest.approx(2, abs=0.03)


def test_uniform_latents_fill_their_range() -> None:
    found = drawn(Uniform(latent_dim=4, bound=3.0))
    assert -3 <= found.min().item() < -2.99
    assert 2.99 < found.max().item() < 3
    assert found.mean().item() == pytest.approx(0, abs=0.03)
    assert found.var().item() == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize("kind", [Normal, Uniform])
def test_the_same_stream_gives_the_same_latents(kind: type[Normal | Uniform]) -> None:
    assert torch.equal(drawn(kind(latent_dim=4), 8), drawn(kind(latent_dim=4), 8))


def test_a_scale_of_one_is_the_default() -> None:
    assert torch.equal(drawn(Normal(latent_dim=2), 4), drawn(Normal(latent_dim=2, std=1.0), 4))


def test_latents_are_put_on_the_device() -> None:
    found = Normal(latent_dim=4)(2, CounterDraws(0, 0), torch.device("meta"))
    assert found.device.type == "meta"


@pytest.mark.parametrize(("kind", "option"), [(Normal, "std"), (Uniform, "bound")])
def test_each_has_one_bounded_option(kind: type[Sampler], option: str) -> None:
    (found,) = options_of(kind).values()
    assert (found.name, found.default, found.takes) == (option, 1.0, "float from 0 to 100")
