from __future__ import annotations

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


def test_dragan_looks_above_real_images_by_up_to_half_a_deviation() -> None:
    seen: list[Tensor] = []

    def critic(images: Tensor, labels: Tensor | None = None) -> Scores:
        seen.append(images.detach())
        return linear(images)

    move = turn(critic)
    Dragan()(move)
    noise = seen[-1] - move.real.images.detach()
    assert noise.min() >= 0
    assert noise.max() <= 0.5 * move.real.images.std()
    assert noise.std() > 0


def test_penalties_reach_the_critics_parameters_by_second_derivatives() -> None:
    layer = torch.nn.Linear(4, 1)

    def critic(images: Tensor, labels: Tensor | None = None) -> Scores:
        return Scores(torch.tanh(layer(images.flatten(1))).squeeze(1))

    for penalty in (R1(), R2(), Dragan()):
        layer.zero_grad()
        penalty(turn(critic)).total.backward()
        assert layer.weight.grad is not None
        assert layer.weight.grad.abs().sum() > 0
