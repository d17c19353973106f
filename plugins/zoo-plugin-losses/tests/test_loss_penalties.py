from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Batch, Scores, Turn
from zoo_plugin_losses.dragan import Dragan
from zoo_plugin_losses.zero_centred import R1, R2

WEIGHT = torch.tensor([[[1.0, 2.0]], [[2.0, 4.0]]])
"""Of a linear critic on images of 2 channels, 1 x 2: its gradient has the squared norm 25."""


def linear(images: Tensor, labels: Tensor | None = None) -> Scores:
    return Scores((images * WEIGHT).flatten(1).sum(1))


def patches(images: Tensor, labels: Tensor | None = None) -> Scores:
    return Scores((images * WEIGHT).sum(1))


def quadratic(images: Tensor, labels: Tensor | None = None) -> Scores:
    return Scores(images.square().flatten(1).sum(1) / 2)


def turn(critic=linear) -> Turn:
    torch.manual_seed(0)
    real, fake = (torch.rand(3, 2, 1, 2).requires_grad_() for _ in "rf")
    return Turn(
        player="critic",
        real=Batch(real),
        fake=Batch(fake),
        real_scores=critic(real),
        fake_scores=critic(fake),
        generator=lambda latents, labels: latents,
        critic=critic,
        nets={},
        rng=CounterDraws(0, 0),
    )


@pytest.mark.parametrize("penalty", [R1, R2])
def test_half_the_weight_times_the_squared_norm_over_all_dimensions(penalty) -> None:
    found = penalty(weight=10)(turn()).total.item()
    # the mistake of a norm per channel or per place would give another number
    assert found == pytest.approx(10 / 2 * 25)


def test_r1_looks_at_real_and_r2_at_fake_images() -> None:
    both = turn(quadratic)
    # the gradient of the quadratic critic is the image itself
    for penalty, images in ((R1(), both.real.images), (R2(), both.fake.images)):
        expected = 5 * images.square().flatten(1).sum(1).mean().item()
        assert penalty(both).total.item() == pytest.approx(expected)
    assert R1.differentiates == {"real"}
    assert R2.differentiates == {"fake"}


def test_patches_are_differentiated_through_their_mean() -> None:
    # two patches: each value counts half, so the squared norm is a quarter
    assert R1(weight=2)(turn(patches)).total.item() == pytest.approx(25 / 4)


def test_a_lazy_penalty_says_how_often_it_acts() -> None:
    assert (R1(every=16).every, R1().every) == (16, 1)


def test_dragan_draws_the_norm_to_its_target() -> None:
    assert Dragan()(turn()).total.item() == pytest.approx(10 * (5 - 1) ** 2)
    assert Dragan(target=5)(turn()).total.item() == pytest.approx(0, abs=1e-8)


class Uniforms:
    """A stream of uniform draws that are written down."""

    def __init__(self, *draws: Tensor) -> None:
        self.draws = list(draws)

    def uniform(self, *shape: int) -> Tensor:
        drawn = self.draws.pop(0)
        assert tuple(drawn.shape) == shape
        return drawn


def test_dragan_looks_at_the_points_that_its_formula_gives() -> None:
    # two images of two values, 0 2 and 4 6: their deviation from 3 is sqrt((9 + 1 + 1 + 9) / 4)
    images = torch.tensor([[[[0.0, 2.0]]], [[[4.0, 6.0]]]])
    noise = torch.tensor([[[[0.0, 0.4]]], [[[0.8, 0.2]]]])
    alpha = torch.tensor([0.25, 0.5]).view(2, 1, 1, 1)
    seen: list[Tensor] = []

    def critic(images: Tensor, labels: Tensor | None = None) -> Scores:
        seen.append(images.detach())
        return quadratic(images)

    move = replace(turn(critic), real=Batch(images), rng=Uniforms(noise, alpha))
    found = Dragan()(move)
    half = 5**0.5 / 2
    expected = [[0, 2 + 0.25 * 0.4 * half], [4 + 0.5 * 0.8 * half, 6 + 0.5 * 0.2 * half]]
    torch.testing.assert_close(seen[-1].flatten(1), torch.tensor(expected))
    # the gradient of the quadratic critic is the point itself
    norms = [(a * a + b * b) ** 0.5 for a, b in expected]
    by_hand = 10 * sum((norm - 1) ** 2 for norm in norms) / 2
    assert found.total.item() == pytest.approx(by_hand, rel=1e-6)


def test_dragan_draws_one_alpha_for_each_sample() -> None:
    seen: list[Tensor] = []

    def critic(images: Tensor, labels: Tensor | None = None) -> Scores:
        seen.append(images.detach())
        return Scores(images.flatten(1).sum(1))

    real = torch.rand(64, 3, 16, 16)
    Dragan()(replace(turn(), critic=critic, real=Batch(real), rng=CounterDraws(0, 0)))
    noise = (seen[-1] - real).flatten(1)
    assert noise.min() >= -1e-6
    assert noise.max() <= 0.5 * real.std()
    # without alpha all means would be near a quarter of a deviation; with it they are uniform below
    means = noise.mean(1) / (0.25 * real.std())
    assert means.min() < 0.1
    assert means.max() > 0.9
    assert means.mean().item() == pytest.approx(0.5, abs=0.12)


def test_penalties_reach_the_critics_parameters_by_second_derivatives() -> None:
    layer = torch.nn.Linear(4, 1)

    def critic(images: Tensor, labels: Tensor | None = None) -> Scores:
        return Scores(torch.tanh(layer(images.flatten(1))).squeeze(1))

    for penalty in (R1(), R2(), Dragan()):
        layer.zero_grad()
        penalty(turn(critic)).total.backward()
        assert layer.weight.grad is not None
        assert layer.weight.grad.abs().sum() > 0
