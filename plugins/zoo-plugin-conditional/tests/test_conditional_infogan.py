from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Batch, Scores, Turn
from zoo_plugin_conditional.infogan import InfoGAN, Reader

NOISE = torch.full((3, 1), 9.0)
CATEGORY = torch.tensor([1, 0, 1])
CONTINUOUS = torch.tensor([[0.5, -1.0], [0.0, 0.0], [1.0, 1.0]])
LOGITS = torch.tensor([[1.0, 3.0], [1.0, 1.0], [9.0, 1.0]]).log()
"""Probabilities of the two categories: 1/4 and 3/4, 1/2 and 1/2, 9/10 and 1/10."""

MEANS = torch.tensor([[0.5, 1.0], [0.0, 0.0], [0.0, 0.0]])
"""Squared distances from the continuous codes: 0 and 4, 0 and 0, 1 and 1: 2 per image."""

ENTROPY = (math.log(4 / 3) + math.log(2) + math.log(10)) / 3
CONSTANT = math.log(2 * math.pi)
"""Of the likelihood of two Gaussians: half of it for each."""


def condition(**options: float | str) -> InfoGAN:
    """Return one whose reader finds the codes' distributions in the features as they are."""
    found = InfoGAN(categories=2, continuous=2, **options)
    found.generator_side.add_module("reader", nn.Identity())
    return found


def turn(player: str, features: Tensor) -> Turn:
    latents = condition().with_codes(NOISE, CATEGORY, CONTINUOUS)
    return Turn(
        player=player,
        real=Batch(torch.zeros(3, 1, 2, 2), torch.tensor([0, 1, 1])),
        fake=Batch(torch.zeros(3, 1, 2, 2), latents=latents),
        real_scores=Scores(torch.zeros(3), features) if player == "critic" else None,
        fake_scores=Scores(torch.zeros(3), features),
        generator=lambda latents, labels: latents,
        critic=lambda images, labels: Scores(images.flatten(1).sum(1)),
        nets={},
        rng=CounterDraws(0, 0),
    )


def values(scalars: dict[str, Tensor]) -> dict[str, float]:
    return {name: value.item() for name, value in scalars.items()}


def test_chosen_codes_stand_behind_the_noise() -> None:
    found = condition().with_codes(NOISE, CATEGORY, CONTINUOUS)
    assert found.tolist() == [[9, 0, 1, 0.5, -1], [9, 1, 0, 0, 0], [9, 0, 1, 1, 1]]


def test_drawn_codes_are_one_category_and_values_from_minus_one_to_one() -> None:
    found = InfoGAN(categories=4, continuous=2)
    assert found.latent_dim(3) == 9
    drawn = found.latents(torch.zeros(4000, 3), None, CounterDraws(0, 0))
    _, category, continuous = drawn.split([3, 4, 2], 1)
    assert category.sum(1).unique().tolist() == [1]
    assert category.mean(0).tolist() == pytest.approx([0.25] * 4, abs=0.03)
    assert continuous.abs().max() <= 1
    # a uniform value from -1 to 1 has mean 0 and mean square 1/3
    assert continuous.mean(0).tolist() == pytest.approx([0, 0], abs=0.03)
    assert continuous.square().mean(0).tolist() == pytest.approx([1 / 3] * 2, abs=0.03)
    again = found.latents(torch.zeros(4000, 3), None, CounterDraws(0, 0))
    assert torch.equal(drawn, again)


@pytest.mark.parametrize("player", ["generator", "critic"])
def test_both_players_lower_the_entropy_and_the_surprise(player: str) -> None:
    found = condition().terms(turn(player, torch.cat([LOGITS, MEANS], 1)))
    # squared distances 4, 0 and 2 of the three images, halved
    expected = {"category": ENTROPY, "codes": 0.1 * ((4 + 0 + 2) / 2 / 3 + CONSTANT)}
    assert values(found.losses) == pytest.approx(expected)


def test_the_information_is_what_the_category_keeps_of_its_entropy() -> None:
    found = condition().terms(turn("generator", torch.cat([LOGITS, MEANS], 1)))
    # the likeliest values are 1, 0 (of equals the first) and 0, where 1, 0 and 1 were chosen
    expected = {"information": math.log(2) - ENTROPY, "code accuracy": 2 / 3}
    assert values(found.notes) == pytest.approx(expected)


def test_a_learned_variance_weighs_distances_and_costs_its_logarithm() -> None:
    spread = torch.tensor([4.0, 2.0]).log().expand(3, 2)
    features = torch.cat([LOGITS, MEANS, spread], 1)
    options = {"variance": "learned", "categorical_weight": 3.0, "continuous_weight": 1.0}
    found = condition(**options).terms(turn("generator", features))
    squares = (4 / 2 + 0 + 1 / 4 + 1 / 2) / 3
    surprise = 0.5 * (squares + math.log(4) + math.log(2)) + CONSTANT
    assert values(found.losses) == pytest.approx({"category": 3 * ENTROPY, "codes": surprise})


def test_without_continuous_codes_there_is_only_the_category() -> None:
    found = InfoGAN(categories=2, continuous=0)
    found.prepare((5,))
    latents = found.latents(torch.zeros(3, 1), None, CounterDraws(0, 0))
    assert latents.shape == (3, 3)
    assert found.terms(turn("generator", torch.zeros(3, 5))).losses.keys() == {"category"}


@pytest.mark.parametrize(("variance", "outputs"), [("unit", 12), ("learned", 14)])
def test_the_reader_is_the_generators_and_reads_any_features(variance: str, outputs: int) -> None:
    found = InfoGAN(variance=variance)
    found.prepare((6, 2, 2))
    assert all(name.startswith("generator_side.reader.") for name, _ in found.named_parameters())
    assert found.generator_side.reader.codes.out_features == outputs
    codes = found.read(torch.randn(3, 6, 2, 2))
    assert codes.category.shape == (3, 10)
    assert codes.mean.shape == codes.log_variance.shape == (3, 2)
    assert bool(codes.log_variance.any()) == (variance == "learned")


def test_the_reader_takes_each_image_by_itself() -> None:
    torch.manual_seed(0)
    reader, features = Reader(6, 12), torch.randn(4, 6)
    torch.testing.assert_close(reader(features)[1:2], reader(features[1:2]))


def test_the_terms_reach_what_made_the_features_and_the_reader() -> None:
    found = InfoGAN(categories=2, continuous=2)
    found.prepare((5,))
    features = torch.randn(3, 5, requires_grad=True)
    found.terms(turn("critic", features)).total.backward()
    assert features.grad is not None
    assert features.grad.any(1).all()
    assert all(p.grad is not None and p.grad.any() for p in found.parameters())


def test_it_needs_no_labels_and_hides_those_there_are() -> None:
    assert (InfoGAN.reads_labels, InfoGAN.hides_labels) == (False, True)
