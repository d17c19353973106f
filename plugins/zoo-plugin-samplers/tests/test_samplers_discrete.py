"""Gumbel-softmax and concrete latents against their closed forms."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_core.draws import CounterDraws
from zoo_plugin_samplers.concrete import Concrete
from zoo_plugin_samplers.gumbel_softmax import GumbelSoftmax
from zoo_plugin_samplers.noise import gumbel, logistic
from zoo_plugin_samplers.straight import straight_through
from zoo_plugin_samplers.temperature import Temperature

COUNT = 20_000
CPU = torch.device("cpu")
EULER = 0.5772156649


def draws(step: int = 0) -> CounterDraws:
    return CounterDraws(5, step)


def uniform(*shape: int) -> Tensor:
    return draws().uniform(*shape).double()


def test_the_noise_has_the_moments_of_its_distributions() -> None:
    found = gumbel(uniform(COUNT, 10))
    assert found.mean().item() == pytest.approx(EULER, abs=0.01)
    assert found.var().item() == pytest.approx(math.pi**2 / 6, rel=0.02)
    found = logistic(uniform(COUNT, 10))
    assert found.mean().item() == pytest.approx(0, abs=0.02)
    assert found.var().item() == pytest.approx(math.pi**2 / 3, rel=0.02)


def test_the_outermost_draws_give_finite_noise() -> None:
    ends = torch.tensor([0.0, 1 - 2.0**-24])
    assert torch.isfinite(gumbel(ends)).all()
    assert torch.isfinite(logistic(ends)).all()


@pytest.mark.parametrize("tau", [0.1, 1.0, 10.0])
def test_choices_have_their_probabilities_whatever_tau_is(tau: float) -> None:
    sampler = GumbelSoftmax(latent_dim=8, categories=4, tau=tau, last=tau)
    wanted = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]])
    with torch.no_grad():
        # what is added to all logits of a choice changes nothing
        sampler.logits.copy_(wanted.log() + torch.tensor([[3.0], [-2.0]]))
    choices = sampler(COUNT, draws(), CPU).view(COUNT, 2, 4)
    torch.testing.assert_close(choices.sum(2), torch.ones(COUNT, 2))
    found = torch.nn.functional.one_hot(choices.argmax(2), 4).double().mean(0)
    assert found.flatten().tolist() == pytest.approx(wanted.flatten().tolist(), abs=0.015)


def test_a_low_temperature_chooses_and_a_high_one_does_not() -> None:
    low = GumbelSoftmax(latent_dim=4, categories=4, tau=0.01, last=0.01)(COUNT, draws(), CPU)
    assert (low.max(1).values > 0.99).float().mean() > 0.95
    high = GumbelSoftmax(latent_dim=4, categories=4, tau=100.0, last=100.0)(COUNT, draws(), CPU)
    assert (high - 0.25).abs().max() < 0.1


@pytest.mark.parametrize("tau", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("p", [0.2, 0.5])
def test_concrete_and_two_categories_have_the_published_distribution(p: float, tau: float) -> None:
    """P(X <= x) = sigmoid(tau logit(x) - logit(p)) (arXiv:1611.00712, appendix B)."""
    binary = Concrete(latent_dim=1, p=p, tau=tau, last=tau)(COUNT, draws(), CPU).flatten()
    pair = GumbelSoftmax(latent_dim=2, categories=2, tau=tau, last=tau)
    with torch.no_grad():
        pair.logits.copy_(torch.tensor([[p, 1 - p]]).log())
    first = pair(COUNT, draws(), CPU)[:, 0]
    for x in (0.1, 0.5, 0.8):
        below = torch.tensor(tau * math.log(x / (1 - x)) - math.log(p / (1 - p))).sigmoid().item()
        assert (binary <= x).double().mean().item() == pytest.approx(below, abs=0.015)
        assert (first <= x).double().mean().item() == pytest.approx(below, abs=0.015)


def test_log_p_with_one_gumbel_variable_is_biased() -> None:
    p = 0.5
    biased = ((math.log(p) + gumbel(uniform(COUNT, 5))) / 0.5).sigmoid()
    assert (biased > 0.5).double().mean().item() == pytest.approx(1 - math.exp(-p), abs=0.01)
    right = Concrete(latent_dim=5, p=p)(COUNT, draws(), CPU)
    assert (right > 0.5).double().mean().item() == pytest.approx(p, abs=0.01)


def slopes(tau: float) -> Tensor:
    """Return d value / d logit of every sample."""
    sampler = Concrete(latent_dim=1, p=0.3, tau=tau, last=tau).double()
    logits = sampler.logits.detach().expand(COUNT, 1).clone().requires_grad_()
    values = ((logits + logistic(uniform(COUNT, 1))) / tau).sigmoid()
    return torch.autograd.grad(values.sum(), logits)[0].flatten()


def test_the_gradient_of_a_sample_vanishes_as_tau_falls_and_their_mean_does_not() -> None:
    vanished = [(slopes(tau) < 1e-6).double().mean().item() for tau in (1.0, 0.1, 0.01)]
    assert vanished[0] == 0
    assert vanished == sorted(vanished)
    assert vanished[-1] > 0.9
    # d P(choice) / d logit = p (1 - p), by fewer and fewer samples with larger and larger slopes
    assert slopes(0.1).mean().item() == pytest.approx(0.3 * 0.7, abs=0.02)
    assert slopes(0.01).max() > 20


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("kind", [GumbelSoftmax, Concrete])
def test_gradients_reach_the_logits(kind: type, hard: bool) -> None:
    sampler = kind(latent_dim=10, hard=hard)
    latents = sampler(16, draws(), CPU)
    latents.mul(torch.arange(1.0, 11.0)).sum().backward()
    assert sampler.logits.grad.abs().min() > 0
    assert set(latents.detach().unique().tolist()) <= {0.0, 1.0} or not hard


def test_a_hard_choice_has_the_gradient_of_the_soft_one() -> None:
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    weights = torch.arange(4.0)
    soft = logits.softmax(1)
    choice = torch.nn.functional.one_hot(soft.argmax(1), 4).float()
    hard = straight_through(choice, logits.softmax(1))
    assert torch.equal(hard, choice)
    (one,) = torch.autograd.grad((soft * weights).sum(), logits, retain_graph=True)
    (other,) = torch.autograd.grad((hard * weights).sum(), logits)
    torch.testing.assert_close(one, other)


def test_the_temperature_falls_with_the_step_and_stays_where_it_fell_to() -> None:
    tau = Temperature(first=2.0, last=0.5, rate=0.1)
    assert tau(draws(0)).item() == 2.0
    assert tau(draws(5)).item() == pytest.approx(2 * math.exp(-0.5))
    assert tau.eval()(draws(0)).item() == pytest.approx(2 * math.exp(-0.5))
    assert tau.train()(draws(100)).item() == 0.5
    rising = Temperature(first=0.2, last=0.5, rate=0.0)
    assert rising(draws(7)).item() == pytest.approx(0.2)


def test_categories_that_do_not_divide_the_latents_are_refused() -> None:
    with pytest.raises(ZooError, match="10 categories, which do not divide 64 latents") as caught:
        GumbelSoftmax(latent_dim=64)
    assert caught.value.hint == "`--latent-dim 60` or `-o sampler.categories=8`"
    with pytest.raises(ZooError) as caught:
        GumbelSoftmax(latent_dim=11)
    assert caught.value.hint == "`--latent-dim 10`"
