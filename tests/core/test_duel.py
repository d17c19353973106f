"""Penalties and augmentations from outside: what they see, and what is differentiated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Entry, ImageSpec, Registry, compose
from zoo_core.builtin.adversarial import Adversarial
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import (
    Augment,
    Batch,
    Discriminator,
    Draws,
    Generator,
    Penalty,
    Round,
    Terms,
    Turn,
    slopes,
)
from zoo_core.testing import engine_of

SIDE, BATCH, LATENTS, WEIGHT = 4, 6, 3, 0.7
EXACT = {"rtol": 1e-12, "atol": 1e-12}


class Affine(Generator):
    """Images are a matrix times the latents."""

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        self.image = image
        self.matrix = nn.Parameter(torch.randn(latent_dim, image.numel) / 4)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return (latents @ self.matrix).view(-1, *self.image.shape)


class Cubes(Discriminator):
    """D(x) = sum(w * x^3) / 3, whose slope is w * x^2."""

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(image.numel))

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.flatten(1) ** 3 / 3

    def head(self, features: Tensor) -> Tensor:
        return features @ self.weights


class Flat(Cubes):
    """D(x) = sum(w * x), whose slope is w."""

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.flatten(1)


SEEN: list[Turn] = []


class Watched(Penalty):
    """Keep the turns."""

    def forward(self, turn: Turn) -> Terms:
        SEEN.append(turn)
        return Terms()


class GeneratorWatched(Watched):
    player: ClassVar[str] = "generator"


class Steep(Penalty):
    """The mean squared slope of the critic's score at the generated images."""

    player: ClassVar[str] = "generator"
    differentiates: ClassVar[frozenset[str]] = frozenset({"fake"})

    def forward(self, turn: Turn) -> Terms:
        SEEN.append(turn)
        squares = slopes(turn.fake_scores.logits, turn.fake.images).square().sum(1)
        return Terms({"steep": WEIGHT * squares.mean()})


class SteepCritic(Steep):
    player: ClassVar[str] = "critic"


class SteepReal(Penalty):
    """The mean squared slope of the critic's score at the real images: R1."""

    differentiates: ClassVar[frozenset[str]] = frozenset({"real"})

    def forward(self, turn: Turn) -> Terms:
        assert turn.real_scores is not None
        SEEN.append(turn)
        squares = slopes(turn.real_scores.logits, turn.real.images).square().sum(1)
        return Terms({"r1": WEIGHT * squares.mean()})


class Brightness(Augment):
    """Multiply each image by a drawn factor; adapt to how often real images score above zero."""

    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Buffer(torch.ones(()))
        self.factors: list[Tensor] = []
        self.measured: list[Tensor] = []
        self.observed: list[float] = []

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        factors = 0.5 + rng.child("factor").uniform(len(images), 1, 1, 1)
        self.factors.append(factors.flatten())
        return images * factors

    def measure(self, turn: Turn) -> Mapping[str, Tensor]:
        assert turn.real_scores is not None
        self.measured.append(turn.real_scores.logits.sign().mean())
        return {"sign": self.measured[-1]}

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        self.observed.append(notes["sign"].item())
        self.strength += 1


OUTSIDE = {
    "generator": {"affine": Affine},
    "discriminator": {"cubes": Cubes, "flat": Flat},
    "penalty": {
        "watched": Watched,
        "generator-watched": GeneratorWatched,
        "steep": Steep,
        "steep-critic": SteepCritic,
        "steep-real": SteepReal,
    },
    "augment": {"brightness": Brightness},
}


@pytest.fixture(autouse=True)
def exactly() -> Iterator[None]:
    """Compute in float64, so that tolerances can be small."""
    torch.set_default_dtype(torch.float64)
    SEEN.clear()
    yield
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def outside(registry: Registry) -> Registry:
    for kind, parts in OUTSIDE.items():
        for name, part in parts.items():
            registry.add(Entry(kind, name, f"{__name__}:{part.__name__}", "For this test."))
    return registry


def composed(outside: Registry, parts: Mapping[str, Any], **options: Any) -> Any:
    given = {"generator": "affine", "critic": "cubes", "loss": "minimax", "data": "digits"}
    run = {"size": SIDE, "batch": BATCH, "latent_dim": LATENTS, **options.pop("run", {})}
    return compose({**given, **parts}, {"run": run, **options}, registry=outside)


def built(outside: Registry, parts: Mapping[str, Any], **options: Any) -> Adversarial:
    game = composed(outside, parts, **options).build()
    assert isinstance(game, Adversarial)
    return game


def moves(game: Adversarial, step: int = 0) -> list[Terms]:
    """Return the terms of each move of a round, with real images of the test's own."""
    real = torch.linspace(-1, 1, BATCH * SIDE * SIDE).view(BATCH, 1, SIDE, SIDE)
    play = game.play(
        Round(
            step=torch.tensor(step),
            variant=game.variant(step),
            rng=CounterDraws(0, step),
            real=({"images": Batch(real)},) * game.reads(game.task),
        )
    )
    found = [next(play)]
    try:
        while True:
            found.append(play.send({}))
    except StopIteration:
        return [terms for move in found for terms in move.values()]


def brightness(game: Adversarial) -> Brightness:
    found = game.duel.augment
    assert isinstance(found, Brightness)
    return found


@pytest.mark.parametrize("share", [True, False])
def test_a_generators_penalty_at_its_images_reaches_the_generator(
    outside: Registry, share: bool
) -> None:
    game = built(outside, {"penalty": "steep"}, game={"share": share})
    *_, terms = moves(game)
    (turn,) = SEEN
    assert turn.fake.images.requires_grad
    assert not turn.fake.images.is_leaf
    latents, weights = turn.fake.latents, game.nets()["discriminator"].weights.detach()
    assert latents is not None
    matrix = game.nets()["generator"].matrix
    (found,) = torch.autograd.grad(terms.losses["steep"], matrix, retain_graph=True)
    # mean over images of the sum of w^2 x^4, where x = z M: its slope in x is 4 w^2 x^3
    pixels = latents @ matrix.detach()
    expected = WEIGHT * latents.T @ (4 * weights**2 * pixels**3) / BATCH
    assert expected.abs().min() > 0
    torch.testing.assert_close(found, expected, **EXACT)
    # together with the loss, as autograd has it from scratch
    again = matrix.detach().clone().requires_grad_()
    images = latents @ again
    slope = weights * images**2
    scores = (images**3 / 3) @ weights
    total = -nn.functional.softplus(scores).mean() + WEIGHT * slope.square().sum(1).mean()
    torch.testing.assert_close(
        torch.autograd.grad(terms.total, matrix)[0], torch.autograd.grad(total, again)[0], **EXACT
    )


def test_the_whole_engine_moves_the_generator_by_that_gradient(outside: Registry) -> None:
    sgd = {"optimizer": "sgd", "momentum": 0.0, "lr": 0.125}
    options = {"generator": sgd, "critic": {**sgd, "lr": 0.0}}
    engine = engine_of(composed(outside, {"penalty": "steep"}, **options), device="cpu")
    matrix = engine.game.nets()["generator"].matrix
    before = matrix.detach().clone()
    engine.step()
    (turn,) = SEEN
    assert turn.fake.latents is not None
    latents, weights = turn.fake.latents, engine.game.nets()["discriminator"].weights.detach()
    pixels = latents @ before
    scores = (pixels**3 / 3) @ weights
    # d/dx of -log(1 + e^D) and of the penalty
    slope = -scores.sigmoid()[:, None] * weights * pixels**2 + 4 * WEIGHT * weights**2 * pixels**3
    torch.testing.assert_close(matrix.detach(), before - 0.125 * latents.T @ slope / BATCH, **EXACT)


@pytest.mark.parametrize("penalty", ["watched", "steep-critic"])
def test_fakes_have_no_graph_in_the_critics_move(outside: Registry, penalty: str) -> None:
    game = built(outside, {"penalty": penalty}, run={"critic_steps": 2})
    first, second, _ = moves(game)
    own = list(game.nets()["generator"].parameters())
    for terms, turn in zip((first, second), SEEN, strict=True):
        images, latents = turn.fake.images, turn.fake.latents
        assert images.is_leaf
        assert images.requires_grad == (penalty == "steep-critic")
        assert latents is not None
        assert not latents.requires_grad
        slopes_of = torch.autograd.grad(terms.total, own, retain_graph=True, allow_unused=True)
        assert slopes_of == (None,)
    critics = torch.autograd.grad(second.total, game.nets()["discriminator"].weights)
    assert critics[0].any()


def test_the_generators_move_scores_real_images_for_nobody_unless_asked(outside: Registry) -> None:
    moves(built(outside, {"penalty": ["watched", "generator-watched"]}))
    critic, generator = SEEN
    assert (critic.player, generator.player) == ("critic", "generator")
    assert critic.real_scores is not None
    assert generator.real_scores is None


def test_a_turn_has_the_modules_behind_its_callables(outside: Registry) -> None:
    game = built(outside, {"penalty": "watched"})
    moves(game)
    (turn,) = SEEN
    nets = game.nets()
    assert turn.nets == {"generator": nets["generator"], "critic": nets["discriminator"]}
    latents = turn.fake.latents
    assert latents is not None
    assert torch.equal(turn.generator(latents, None), turn.fake.images)


def test_a_turns_images_are_those_before_augmentation(outside: Registry) -> None:
    game = built(outside, {"penalty": "watched", "critic": "flat", "augment": "brightness"})
    moves(game)
    (turn,) = SEEN
    real, fake, *_ = brightness(game).factors
    assert turn.real.images.min() == -1
    assert turn.real.images.max() == 1
    assert turn.fake.latents is not None
    assert torch.equal(turn.fake.images, game.duel.generate(turn.fake.latents, None))
    weights = game.nets()["discriminator"].weights
    for scores, batch, factors in (
        (turn.real_scores, turn.real, real),
        (turn.fake_scores, turn.fake, fake),
    ):
        assert scores is not None
        expected = factors * (batch.images.flatten(1) @ weights)
        torch.testing.assert_close(scores.logits, expected, **EXACT)


def test_r1_under_an_augmentation_differentiates_both_together(outside: Registry) -> None:
    game = built(outside, {"penalty": "steep-real", "critic": "flat", "augment": "brightness"})
    terms = moves(game)[0]
    (turn,) = SEEN
    assert turn.real.images.is_leaf
    assert turn.real.images.requires_grad
    factors, weights = brightness(game).factors[0], game.nets()["discriminator"].weights
    # D(a x) = a w x has the slope a w at x, and w at a x
    squares = factors.square().mean()
    expected = WEIGHT * squares * weights.detach().square().sum()
    torch.testing.assert_close(terms.losses["r1"].detach(), expected, **EXACT)
    assert abs(squares.item() - 1) > 0.01
    (slope,) = torch.autograd.grad(terms.losses["r1"], weights)
    torch.testing.assert_close(slope, 2 * WEIGHT * squares * weights.detach(), **EXACT)


def test_r1_under_an_augmentation_of_a_curved_critic_is_that_of_autograd(
    outside: Registry,
) -> None:
    game = built(outside, {"penalty": "steep-real", "augment": "brightness"})
    terms = moves(game)[0]
    factors, weights = brightness(game).factors[0], game.nets()["discriminator"].weights
    images = SEEN[0].real.images.detach().requires_grad_()
    scores: Tensor = ((factors[:, None] * images.flatten(1)) ** 3 / 3) @ weights
    (slope,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    by_hand = WEIGHT * slope.square().flatten(1).sum(1).mean()
    torch.testing.assert_close(terms.losses["r1"], by_hand, **EXACT)
    torch.testing.assert_close(
        torch.autograd.grad(terms.losses["r1"], weights)[0],
        torch.autograd.grad(by_hand, weights)[0],
        **EXACT,
    )


def test_the_critic_of_a_turn_augments_by_new_draws_in_every_call(outside: Registry) -> None:
    game = built(outside, {"penalty": "watched", "critic": "flat", "augment": "brightness"})
    moves(game)
    (turn,) = SEEN
    plain = turn.real.images.flatten(1) @ game.nets()["discriminator"].weights
    before = len(brightness(game).factors)
    found = [turn.critic(turn.real.images, None).logits for _ in range(3)]
    drawn = brightness(game).factors[before:]
    assert len({tuple(factors.tolist()) for factors in brightness(game).factors}) == before + 3
    for logits, factors in zip(found, drawn, strict=True):
        torch.testing.assert_close(logits, factors * plain, **EXACT)


def test_two_penalties_see_augmentations_of_their_own(outside: Registry) -> None:
    """One more penalty does not shift the draws of another."""
    scores = []
    for penalties in (["watched"], ["steep-real", "watched"]):
        SEEN.clear()
        game = built(outside, {"penalty": penalties, "critic": "flat", "augment": "brightness"})
        moves(game)
        turn = SEEN[-1]
        scores.append(turn.critic(turn.real.images, None).logits)
    assert torch.equal(*scores)


@pytest.mark.parametrize("microbatch", [None, 3])
def test_what_an_augmentation_measures_is_observed_once_a_move(
    outside: Registry, microbatch: int | None
) -> None:
    run = {"critic_steps": 2, "microbatch": microbatch}
    engine = engine_of(composed(outside, {"augment": "brightness"}, run=run), device="cpu")
    game = engine.game
    assert isinstance(game, Adversarial)
    steps, parts = 3, BATCH // (microbatch or BATCH)
    for _ in range(steps):
        engine.step()
    found = brightness(game)
    measured = torch.stack(found.measured).view(2 * steps, parts)
    # moves of the critic, each with the mean over its parts
    assert found.observed == pytest.approx(measured.mean(1).tolist())
    assert found.strength.item() == 1 + 2 * steps
    assert engine.sums.take()["critic.sign"] == pytest.approx(measured.mean().item())
