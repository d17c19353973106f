"""Values against numbers worked out by hand, and against numerical integration."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from zoo_core import ImageSpec
from zoo_core.builtin.samplers import Normal as NormalSampler
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Condition, Encoder, GameParts, Generator, Task
from zoo_plugin_autoencoder.bottleneck import corrupted, sparse_kl
from zoo_plugin_autoencoder.gaussians import FittedNormal, drawn, normal_kl
from zoo_plugin_autoencoder.likelihoods import BIN, Bernoulli, Gaussian
from zoo_plugin_autoencoder.vae import VAE

POINT = ImageSpec(1, 1, 1)
PLACES = torch.linspace(-12, 12, 20001, dtype=torch.float64)
SCALE, SLOPE = 0.3, 0.7


def test_the_divergence_of_gaussians_is_that_worked_out_by_hand() -> None:
    mean, log_variance = torch.tensor([[1.0], [0.0]]), torch.tensor([[0.0], [math.log(4)]])
    expected = [0.5, (4 - 1 - math.log(4)) / 2]
    assert normal_kl(mean, log_variance).tolist() == pytest.approx(expected)
    # KL(N(1, 1) || N(0, 4)) = log 2 + 2 / 8 - 1 / 2
    assert float(normal_kl(mean, log_variance, std=2.0)[0]) == pytest.approx(math.log(2) - 0.25)
    mean, log_variance = torch.randn(5, 3), torch.randn(5, 3)
    theirs = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.5)).sum(1)
    torch.testing.assert_close(normal_kl(mean, log_variance, std=1.5), theirs)


def test_draws_have_their_moments_and_pass_gradients() -> None:
    mean = torch.tensor([[1.0, -2.0]]).expand(40_000, 2).requires_grad_()
    log_variance = torch.tensor([[0.0, math.log(9)]]).expand(40_000, 2).requires_grad_()
    codes = drawn(mean, log_variance, CounterDraws(0, 0))
    assert codes.mean(0).tolist() == pytest.approx([1, -2], abs=0.05)
    assert codes.std(0).tolist() == pytest.approx([1, 3], abs=0.05)
    slopes = torch.autograd.grad(codes.sum(), [mean, log_variance])
    assert bool((slopes[0] == 1).all())
    torch.testing.assert_close(slopes[1], (codes - mean) / 2)


class Line(Generator):
    """Make one pixel, SLOPE times the latent."""

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return SLOPE * latents[:, :, None, None]


class Posterior(Encoder):
    """The true posterior of `Line`, shifted and widened."""

    shift, widened = 0.0, 0.0

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        evidence = SLOPE**2 + SCALE**2
        mean = SLOPE * images.flatten(1) / evidence + self.shift
        return mean, torch.full_like(mean, math.log(SCALE**2 / evidence)) + self.widened


def log_probability(image: float) -> float:
    """Integrate the likelihood over the prior."""
    made = (SLOPE * PLACES)[:, None, None, None]
    given = -Gaussian(scale=SCALE)(made, torch.full_like(made, image))
    weights = (given - PLACES**2 / 2 - math.log(2 * math.pi) / 2).exp()
    return float(torch.trapezoid(weights, PLACES).log())


@pytest.mark.parametrize("image", [-0.9, 0.0, 0.4])
@pytest.mark.parametrize(("shift", "widened"), [(0.0, 0.0), (0.5, 0.0), (0.0, 1.0), (-0.2, -1.0)])
def test_the_bound_is_below_the_likelihood_and_is_it_at_the_true_posterior(
    image: float, shift: float, widened: float
) -> None:
    encoder = Posterior()
    encoder.shift, encoder.widened = shift, widened
    parts = GameParts(
        task=Task(images={"images": POINT}, latent_dim=1),
        nets={"generator": Line(), "encoder": encoder},
        sampler=NormalSampler(latent_dim=1),
        condition=Condition(),
        duel=lambda *_, **__: pytest.fail("there is no duel"),
    )
    game = VAE(parts=parts, likelihood="gaussian", scale=SCALE)
    images = torch.full((100_000, 1, 1, 1), image, dtype=torch.float64)
    bound = -float(torch.add(*game.bound(game.nets(), images, CounterDraws(0, 0))).mean())
    # what a shifted and widened posterior costs is its divergence from the true one
    true = float(encoder(images[:1])[1]) - widened
    widths = torch.tensor([widened + true, true], dtype=torch.float64).div(2).exp()
    lost = kl_divergence(Normal(shift, widths[0]), Normal(0.0, widths[1]))
    expected = log_probability(image) - float(lost)
    assert bound == pytest.approx(expected, abs=0.02)
    assert bound < log_probability(image) + 0.005


def test_likelihoods_are_those_worked_out_by_hand() -> None:
    black, grey, white = (torch.full((1, 1, 1, 2), value) for value in (-1.0, 0.0, 1.0))
    assert float(Bernoulli()(grey, white)) == pytest.approx(2 * math.log(2))
    assert float(Bernoulli()(torch.full_like(grey, 0.5), black)) == pytest.approx(2 * math.log(4))
    assert float(Bernoulli()(torch.full_like(grey, 0.5), grey)) == pytest.approx(
        -math.log(0.75) - math.log(0.25)
    )
    least = math.log(2 * math.pi) / 2 - math.log(BIN)
    assert float(Gaussian(scale=1)(grey, grey)) == pytest.approx(2 * least)
    assert float(Gaussian(scale=0.5)(grey, white)) == pytest.approx(
        2 * (least + 2 - math.log(2)), rel=1e-6
    )


def test_a_gaussian_gives_the_values_of_a_pixel_no_more_than_probability_one() -> None:
    values = torch.arange(256.0, dtype=torch.float64)[:, None, None, None] * BIN - 1
    noise = CounterDraws(0, 0)
    total = 0.0
    likelihood = Gaussian(scale=0.02)
    for number in range(200):
        target = likelihood.target(values, noise.child(number))
        total += float((-likelihood(torch.zeros_like(values), target)).exp().sum()) / 200
    assert total == pytest.approx(1, abs=0.02)


def test_the_sparse_penalty_is_that_worked_out_by_hand() -> None:
    found = sparse_kl(torch.tensor([0.5, 0.25]), 0.5)
    assert found.tolist() == pytest.approx([0, math.log(2) - math.log(3) / 2])
    assert float(sparse_kl(torch.tensor(0.0), 0.05)) > 0


def test_a_fitted_gaussian_follows_the_codes() -> None:
    sampler, rng = FittedNormal(latent_dim=2), CounterDraws(0, 0)
    for number in range(300):
        first = rng.child(number).normal(200, 1)
        sampler.observe(torch.cat([first + 3, 2 * first], 1))
    latents = sampler(20_000, rng, torch.device("cpu"))
    assert latents.mean(0).tolist() == pytest.approx([3, 0], abs=0.1)
    assert latents.T.cov().flatten().tolist() == pytest.approx([1, 2, 2, 4], abs=0.2)
    unit = FittedNormal(latent_dim=2, unit=True)(500, rng, torch.device("cpu"))
    assert float(unit.min()) == 0
    assert float(unit.max()) == 1


def test_noise_is_of_its_kind_and_amount() -> None:
    images, rng = torch.zeros(64, 3, 16, 16), CounterDraws(0, 0)
    masked = corrupted(images, rng, noise="masking", amount=0.3)
    assert set(masked.unique().tolist()) == {-1.0, 0.0}
    assert float((masked < 0).float().mean()) == pytest.approx(0.3, abs=0.02)
    assert bool((masked == masked[:, :1]).all())
    salted = corrupted(images, rng, noise="salt-and-pepper", amount=0.4)
    shares = [float((salted == value).float().mean()) for value in (-1, 1)]
    assert shares == pytest.approx([0.2, 0.2], abs=0.02)
    noisy = corrupted(images, rng, noise="gaussian", amount=0.2)
    assert float(noisy.std()) == pytest.approx(0.2, abs=0.01)
