"""Who moves by what: gradients of every player, parts of a batch, warm-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from zoo_core import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine.state import snapshot
from zoo_core.interfaces import Round
from zoo_core.testing import engine_of
from zoo_plugin_autoencoder.gaussians import drawn, normal_kl
from zoo_plugin_autoencoder.vae import VAE
from zoo_plugin_autoencoder.vae_gan import VAEGAN

Composed = Callable[..., Composition]
PLAIN = {"norm": "none"}


@pytest.fixture
def float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def gradients(total: Tensor, net: nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(total, list(net.parameters()), retain_graph=True))


def test_the_three_players_of_vae_gan_move_by_their_own_gradients(
    composed: Composed, float64: None
) -> None:
    sgd = {"optimizer": "sgd", "lr": 1.0, **PLAIN}
    sections = {"generator": sgd, "encoder": sgd, "critic": sgd}
    engine = engine_of(composed("vae-gan", **sections, game={"similarity": 3.0, "beta": 2.0}))
    game = engine.game
    assert isinstance(game, VAEGAN)
    images, rng = engine.real()[0]["images"].images, CounterDraws(engine.seed, engine.clock)
    critic, generator, encoder = game.duel.critic, game.generator, game.encoder
    mean, log_variance = encoder(images)
    again = generator(drawn(mean, log_variance, rng.child("codes")), None)
    fresh = generator(game.sampler(8, rng.child("latents"), images.device), None)
    features = critic.features(images)
    distance = (features - critic.features(again)).square().mean() / 2
    rate = 2.0 * normal_kl(mean, log_variance).mean() / features[0].numel()
    fooled = softplus(-critic(again)).mean() + softplus(-critic(fresh)).mean()
    told = 2 * softplus(-critic(images)).mean() + sum(
        softplus(critic(fake.detach())).mean() for fake in (again, fresh)
    )
    expected = {
        encoder: gradients(rate + distance, encoder),
        generator: gradients(3.0 * distance + fooled, generator),
        critic: gradients(told, critic),
    }
    before = {net: [p.detach().clone() for p in net.parameters()] for net in expected}
    engine.step()
    for net, wanted in expected.items():
        moved = [old - new for old, new in zip(before[net], net.parameters(), strict=True)]
        torch.testing.assert_close(moved, wanted, rtol=1e-9, atol=1e-12)


def test_a_critic_has_nothing_of_the_encoder_in_its_move(composed: Composed) -> None:
    engine = engine_of(composed("vae-gan"))
    rng = CounterDraws(0, 0)
    current = Round(step=engine.clock, variant=engine.variant(), rng=rng, real=engine.real())
    moves = next(engine.game.play(current))
    others = [*engine.game.encoder.parameters(), *engine.game.generator.parameters()]  # type: ignore[union-attr]
    found = torch.autograd.grad(moves["critic"].total, others, allow_unused=True)
    assert all(gradient is None for gradient in found)


@pytest.mark.parametrize("game", ["autoencoder", "vae"])
def test_one_backward_pass_moves_both_players_and_is_logged_once(
    composed: Composed, game: str
) -> None:
    engine = engine_of(composed(game))
    engine.step(watch=True)
    assert all(float(engine.gradient_norms[name]) > 0 for name in ("encoder", "generator"))
    logged = engine.sums.take()
    assert "encoder.total" in logged
    assert not any(name.startswith("generator.") for name in logged)


@pytest.mark.parametrize("game", ["autoencoder", "denoising", "vae", "vae-gan", "encode"])
def test_parts_of_a_batch_equal_the_whole(composed: Composed, game: str, float64: None) -> None:
    critic = {"critic": PLAIN} if game in ("vae-gan", "encode") else {}
    likelihood = {"game": {"likelihood": "gaussian"}} if game == "vae" else {}
    engines = []
    for part in (None, 4):
        run = {"microbatch": part, "layout": "channels-first"}
        sections = {"generator": PLAIN, "encoder": PLAIN, **critic, **likelihood, "run": run}
        engine = engine_of(composed(game, **sections))
        for _ in range(3):
            engine.step()
        engines.append(snapshot(engine))
    for file, tensors in engines[0].items():
        for name, tensor in tensors.items():
            torch.testing.assert_close(engines[1][file][name], tensor, rtol=0, atol=1e-11)


def test_the_weight_of_the_divergence_rises_by_the_step(composed: Composed) -> None:
    game = composed("vae", game={"beta": 2.0, "warmup": 4}).build()
    assert isinstance(game, VAE)
    weights = [float(game.rate_weight(torch.tensor(step))) for step in (0, 1, 3, 9)]
    assert weights == pytest.approx([0.5, 1.0, 2.0, 2.0])


def test_what_is_frozen_stays_and_is_in_evaluation_mode(composed: Composed) -> None:
    engine = engine_of(composed("encode"))
    kept = {name: net for name, net in engine.game.nets().items() if name != "encoder"}
    before = {
        name: {k: t.clone() for k, t in net.state_dict().items()} for name, net in kept.items()
    }
    engine.step()
    for name, net in kept.items():
        assert all(torch.equal(t, before[name][k]) for k, t in net.state_dict().items())
        assert not any(module.training for module in net.modules())
    assert engine.game.encoder.training  # type: ignore[union-attr]
