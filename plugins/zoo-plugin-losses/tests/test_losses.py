from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core.interfaces import Loss, Scores
from zoo_plugin_losses.feature_matching import FeatureMatching
from zoo_plugin_losses.hinge import Hinge
from zoo_plugin_losses.least_squares import LeastSquares
from zoo_plugin_losses.logistic import Logistic
from zoo_plugin_losses.relativistic import Relativistic, RelativisticAverage

REAL = (2.0, 0.5, -1.0)
FAKE = (1.0, -0.5, -3.0)


def scores(values: tuple[float, ...], features: Tensor | None = None) -> Scores:
    return Scores(torch.tensor(values, requires_grad=True), features)


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


def critic_total(loss: Loss) -> float:
    return loss.critic(scores(REAL), scores(FAKE)).total.item()


def generator_total(loss: Loss) -> float:
    real = scores(REAL) if loss.generator_needs_real else None
    return loss.generator(scores(FAKE), real).total.item()


def test_lsgan_is_half_the_mean_squared_distance() -> None:
    # real: (1 + 0.25 + 4) / 3 / 2; fake to 0: (1 + 0.25 + 9) / 3 / 2
    assert critic_total(LeastSquares()) == pytest.approx(5.25 / 6 + 10.25 / 6)
    # fake to 1: (0 + 2.25 + 16) / 3 / 2
    assert generator_total(LeastSquares()) == pytest.approx(18.25 / 6)


def test_lsgan_takes_the_codes_of_the_paper() -> None:
    loss = LeastSquares(fake=-1, real=1, wish=0)
    # fake to -1: (4 + 0.25 + 4) / 3 / 2; fake to 0: 10.25 / 6
    assert critic_total(loss) == pytest.approx(5.25 / 6 + 8.25 / 6)
    assert generator_total(loss) == pytest.approx(10.25 / 6)


def test_hinge_costs_nothing_beyond_the_margin() -> None:
    # real: relu(1 - r) = 0, 0.5, 2; fake: relu(1 + f) = 2, 0.5, 0
    assert critic_total(Hinge()) == pytest.approx(2.5 / 3 + 2.5 / 3)
    # -mean(fake) = 2.5 / 3
    assert generator_total(Hinge()) == pytest.approx(2.5 / 3)


def test_logistic_is_softplus() -> None:
    expected = sum(softplus(-r) for r in REAL) / 3 + sum(softplus(f) for f in FAKE) / 3
    assert critic_total(Logistic()) == pytest.approx(expected)
    assert generator_total(Logistic()) == pytest.approx(sum(softplus(-f) for f in FAKE) / 3)


def test_relativistic_compares_within_pairs() -> None:
    # fake - real = -1, -1, -2
    assert critic_total(Relativistic()) == pytest.approx((2 * softplus(-1) + softplus(-2)) / 3)
    assert generator_total(Relativistic()) == pytest.approx((2 * softplus(1) + softplus(2)) / 3)


def test_relativistic_average_compares_with_the_other_kinds_mean() -> None:
    # mean(real) = 0.5, mean(fake) = -2.5 / 3
    above = [r + 2.5 / 3 for r in REAL]
    below = [f - 0.5 for f in FAKE]
    critic = sum(softplus(-a) for a in above) / 3 + sum(softplus(b) for b in below) / 3
    generator = sum(softplus(a) for a in above) / 3 + sum(softplus(-b) for b in below) / 3
    assert critic_total(RelativisticAverage()) == pytest.approx(critic)
    assert generator_total(RelativisticAverage()) == pytest.approx(generator)


def test_feature_matching_is_the_squared_distance_of_mean_features() -> None:
    real = scores(REAL, torch.tensor([[1.0, 0.0], [3.0, 0.0], [2.0, 6.0]]))
    fake = scores(FAKE, torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 3.0]]))
    # means (2, 2) and (0, 1): (4 + 1) / 2
    assert FeatureMatching().generator(fake, real).total.item() == pytest.approx(2.5)


def test_feature_matching_leaves_the_real_features_alone() -> None:
    real = torch.ones(3, 2, requires_grad=True)
    fake = torch.zeros(3, 2, requires_grad=True)
    FeatureMatching().generator(scores(FAKE, fake), scores(REAL, real)).total.backward()
    assert real.grad is None
    assert fake.grad is not None


@pytest.mark.parametrize(
    "loss", [LeastSquares(), Hinge(), Logistic(), Relativistic(), RelativisticAverage()]
)
def test_patches_are_averaged(loss: Loss) -> None:
    shape = (3, 2, 2)
    real, fake = (Scores(torch.tensor(v).view(3, 1, 1).expand(shape)) for v in (REAL, FAKE))
    assert loss.critic(real, fake).total.item() == pytest.approx(critic_total(loss))
    assert loss.generator(fake, real).total.item() == pytest.approx(generator_total(loss))


@pytest.mark.parametrize(
    "loss", [LeastSquares(), Hinge(), Logistic(), Relativistic(), RelativisticAverage()]
)
def test_the_generator_gains_by_higher_scores(loss: Loss) -> None:
    fake = Scores(torch.tensor(FAKE, requires_grad=True))
    loss.generator(fake, scores(REAL)).total.backward()
    assert (fake.logits.grad <= 0).all()
