"""The engine's steps equal loops that one finds in a textbook, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from zoo_core import compose
from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine.feed import Feed
from zoo_core.testing import engine_of

STEPS, BATCH, LATENTS, SEED = 6, 8, 5, 3
Real = Callable[[int], Tensor]
Loop = Callable[[nn.Module, nn.Module, Real], None]


@pytest.fixture(autouse=True)
def _float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def composed(parts: Mapping[str, Any], options: Mapping[str, Any]) -> Composition:
    run = {"batch": BATCH, "size": "8", "latent_dim": LATENTS, "seed": SEED, "device": "cpu"}
    found: dict[str, Any] = {"generator": {"width": 4}, "critic": {"width": 4}, "run": run}
    for section, values in options.items():
        found[section] = {**found.get(section, {}), **values}
    nets = {"generator": "dcgan", "critic": "dcgan"}
    return compose({**nets, **parts}, found, recipe="none")


def latents(step: int, *move: str | int) -> Tensor:
    return CounterDraws(SEED, step, path=(*move, "latents")).normal(BATCH, LATENTS)


def dcgan(generator: nn.Module, critic: nn.Module, real: Real) -> None:
    """DCGAN as its authors' example trains it: both moves see the same fakes."""
    adam_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    adam_d = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)
    for step in range(STEPS):
        fake = generator(latents(step, "critic", 0))
        adam_d.zero_grad()
        loss = bce(critic(real(step)), ones) + bce(critic(fake.detach()), zeros)
        loss.backward()
        adam_d.step()
        adam_g.zero_grad()
        bce(critic(fake), ones).backward()
        adam_g.step()


def wgan(generator: nn.Module, critic: nn.Module, real: Real) -> None:
    """WGAN, algorithm 1: RMSprop, five critic steps, each followed by clipping."""
    rms_g = torch.optim.RMSprop(generator.parameters(), lr=5e-5)
    rms_d = torch.optim.RMSprop(critic.parameters(), lr=5e-5)
    for step in range(STEPS):
        for index in range(5):
            with torch.no_grad():
                fake = generator(latents(step, "critic", index))
            rms_d.zero_grad()
            (critic(fake).mean() - critic(real(5 * step + index)).mean()).backward()
            rms_d.step()
            with torch.no_grad():
                for parameter in critic.parameters():
                    parameter.clamp_(-0.01, 0.01)
        rms_g.zero_grad()
        (-critic(generator(latents(step, "generator"))).mean()).backward()
        rms_g.step()


def wgan_gp(generator: nn.Module, critic: nn.Module, real: Real) -> None:
    """WGAN-GP, algorithm 1: Adam, five critic steps, lambda 10."""
    adam_g = torch.optim.Adam(generator.parameters(), lr=1e-4, betas=(0.0, 0.9))
    adam_d = torch.optim.Adam(critic.parameters(), lr=1e-4, betas=(0.0, 0.9))
    for step in range(STEPS):
        for index in range(5):
            with torch.no_grad():
                fake = generator(latents(step, "critic", index))
            images = real(5 * step + index)
            share = CounterDraws(SEED, step, path=("critic", index, "gp")).uniform(BATCH, 1, 1, 1)
            between = (share * images + (1 - share) * fake).requires_grad_()
            (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
            penalty = 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()
            adam_d.zero_grad()
            (critic(fake).mean() - critic(images).mean() + penalty).backward()
            adam_d.step()
        adam_g.zero_grad()
        (-critic(generator(latents(step, "generator"))).mean()).backward()
        adam_g.step()


LOOPS: dict[str, tuple[Loop, Mapping[str, Any], Mapping[str, Any]]] = {
    "dcgan": (dcgan, {}, {}),
    "wgan": (wgan, {"loss": "wgan"}, {}),
    "wgan-gp": (wgan_gp, {"loss": "wgan-gp"}, {}),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_step_is_that_of_the_textbook(name: str) -> None:
    loop, parts, options = LOOPS[name]
    composition = composed(parts, options)
    engine, theirs = engine_of(composition), composition.build()
    for _ in range(STEPS):
        engine.step()
    feed = Feed(
        composition.dataset.tables("train"), batch=BATCH, seed=SEED, device=torch.device("cpu")
    )
    nets = theirs.nets()
    loop(nets["generator"], nets["discriminator"], lambda n: feed.batch(n)["images"].images)
    mine = dict(engine.game.named_parameters())
    for key, parameter in theirs.named_parameters():
        torch.testing.assert_close(mine[key], parameter, rtol=0, atol=1e-12)
