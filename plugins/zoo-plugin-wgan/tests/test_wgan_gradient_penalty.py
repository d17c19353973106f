from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from zoo_core.interfaces import Batch, Scores, Terms, Turn, slopes
from zoo_plugin_wgan.gradient_penalty import GradientPenalty

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPE = (3, 3, 2, 2)


@dataclass(frozen=True)
class ConstantDraws:
    """A stream whose every uniform draw is one value."""

    value: float = 0.25

    @property
    def step(self) -> Tensor:
        return torch.zeros((), dtype=torch.int64)

    def child(self, *names: str | int) -> ConstantDraws:
        return self

    def uniform(self, *shape: int) -> Tensor:
        return torch.full(shape, self.value)

    def normal(self, *shape: int) -> Tensor:
        return torch.full(shape, self.value)

    def integers(self, high: int, *shape: int) -> Tensor:
        return torch.zeros(shape, dtype=torch.int64)

    def places(self, count: int) -> Tensor:
        return torch.arange(count)


class SeparateDraws(ConstantDraws):
    """A stream whose uniform draw of sample n is n / 4."""

    def uniform(self, *shape: int) -> Tensor:
        return torch.arange(shape[0]).reshape(-1, 1, 1, 1).expand(shape) / 4


def turn_of(score: Callable[[Tensor], Tensor], draws: ConstantDraws | None = None) -> Turn:
    """Return a critic's turn with real images of ones and fake images of minus ones."""
    real, fake = Batch(torch.ones(SHAPE)), Batch(-torch.ones(SHAPE))
    return Turn(
        player="critic",
        real=real,
        fake=fake,
        real_scores=Scores(score(real.images)),
        fake_scores=Scores(score(fake.images)),
        generator=lambda latents, labels: latents,
        critic=lambda images, labels: Scores(score(images)),
        nets={},
        rng=draws or ConstantDraws(),
    )


def linear(weight: Tensor) -> Callable[[Tensor], Tensor]:
    """Return D(x) = sum(w * x), whose gradient is w everywhere."""
    return lambda images: (images * weight).flatten(1).sum(1)


def half_square(images: Tensor) -> Tensor:
    """Return D(x) = ||x||^2 / 2, whose gradient is x."""
    return images.square().flatten(1).sum(1) / 2


def value(terms: Terms) -> float:
    return terms.losses["gp"].item()


def test_a_linear_critic_pays_for_the_norm_of_its_weights() -> None:
    weight = torch.zeros(SHAPE[1:])
    weight[0, 0, 0], weight[2, 1, 1] = 3.0, 4.0
    terms = GradientPenalty()(turn_of(linear(weight)))
    # ||w|| = 5, 10 * (5 - 1)^2
    assert value(terms) == pytest.approx(160.0)
    assert terms.notes["gp_norm"].item() == pytest.approx(5.0)


def test_the_norm_is_not_that_over_the_channels_alone() -> None:
    weight = torch.full(SHAPE[1:], 0.5)
    expected = 10 * (3**0.5 - 1) ** 2
    mistaken = 10 * (weight.norm(dim=0) - 1).square().mean().item()
    assert mistaken == pytest.approx(10 * (0.75**0.5 - 1) ** 2)
    assert mistaken != pytest.approx(expected)
    assert value(GradientPenalty()(turn_of(linear(weight)))) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("at", "norm"),
    # 12 values of 1, of -1, or of 1/4 * 1 + 3/4 * -1 = -1/2
    [("real", 12**0.5), ("fake", 12**0.5), ("interpolates", 3**0.5)],
)
def test_the_gradient_is_taken_where_the_option_says(at: str, norm: float) -> None:
    terms = GradientPenalty(at=at)(turn_of(half_square))
    assert value(terms) == pytest.approx(10 * (norm - 1) ** 2)


def test_real_and_fake_are_told_apart() -> None:
    turn = replace(turn_of(half_square), fake=Batch(torch.zeros(SHAPE)))
    assert value(GradientPenalty(at="fake")(turn)) == pytest.approx(10.0)
    assert value(GradientPenalty(at="real")(turn)) == pytest.approx(10 * (12**0.5 - 1) ** 2)


def test_every_sample_has_an_interpolation_of_its_own() -> None:
    terms = GradientPenalty()(turn_of(half_square, SeparateDraws()))
    # shares 0, 1/4 and 1/2 of the real images of ones: values of -1, -1/2 and 0
    norms = (12**0.5, 3**0.5, 0.0)
    assert value(terms) == pytest.approx(10 * sum((norm - 1) ** 2 for norm in norms) / 3)


@pytest.mark.parametrize(
    ("scale", "two_sided", "one_sided"), [(0.5, 2.5, 0.0), (1.0, 0.0, 0.0), (3.0, 40.0, 40.0)]
)
def test_one_sided_lets_small_norms_go(scale: float, two_sided: float, one_sided: float) -> None:
    weight = torch.zeros(SHAPE[1:])
    weight[1, 1, 0] = scale
    turn = turn_of(linear(weight))
    assert value(GradientPenalty()(turn)) == pytest.approx(two_sided)
    assert value(GradientPenalty(one_sided=True)(turn)) == pytest.approx(one_sided)


def test_weight_and_target_are_options() -> None:
    weight = torch.zeros(SHAPE[1:])
    weight[0, 1, 0] = 5.0
    terms = GradientPenalty(weight=0.5, target=2.0)(turn_of(linear(weight)))
    # 0.5 * (5 - 2)^2
    assert value(terms) == pytest.approx(4.5)


def test_patches_count_by_their_mean_as_in_the_loss() -> None:
    # D = (6 x_0, 0) per image: two patches, whose mean has slope 3 at one pixel
    def patches(images: Tensor) -> Tensor:
        first = 6 * images[:, 0, 0, 0]
        return torch.stack([first, torch.zeros_like(first)], 1)[:, None]

    assert value(GradientPenalty()(turn_of(patches))) == pytest.approx(40.0)


def test_the_penalty_draws_the_critic_to_its_target_slope() -> None:
    weight = torch.zeros(SHAPE[1:])
    weight[0, 0, 0] = 3.0
    weight.requires_grad_()
    GradientPenalty()(turn_of(linear(weight))).total.backward()
    expected = torch.zeros(SHAPE[1:])
    # d/dw 10 * (w - 1)^2 = 20 * (3 - 1)
    expected[0, 0, 0] = 40.0
    torch.testing.assert_close(weight.grad, expected)


@pytest.mark.parametrize("one_sided", [False, True])
@pytest.mark.parametrize("at", ["interpolates", "real", "fake"])
def test_every_choice_gives_a_critic_finite_gradients(at: str, *, one_sided: bool) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.SiLU(), nn.Linear(8, 1, bias=False))
    penalty = GradientPenalty(at=at, one_sided=one_sided, target=0.01)
    penalty(turn_of(lambda images: net(images).squeeze(1))).total.backward()
    for parameter in net.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()
        assert parameter.grad.any()


def test_a_critic_without_slope_has_finite_gradients() -> None:
    weight = torch.zeros(SHAPE[1:], requires_grad=True)
    GradientPenalty()(turn_of(linear(weight))).total.backward()
    assert weight.grad is not None
    assert weight.grad.isfinite().all()


def test_no_gradient_reaches_the_generator() -> None:
    turn = turn_of(half_square)
    turn.fake.images.requires_grad_()
    GradientPenalty()(turn).total.backward()
    assert turn.fake.images.grad is None


def test_norms_are_per_sample() -> None:
    images = torch.zeros(2, 1, 1, 2, requires_grad=True)
    logits = (images.flatten(1) * torch.tensor([[3.0, 4.0], [0.0, 2.0]])).sum(1)
    torch.testing.assert_close(slopes(logits, images).norm(dim=1), torch.tensor([5.0, 2.0]))


def test_it_says_that_it_reads_each_samples_gradient() -> None:
    assert GradientPenalty.per_sample
