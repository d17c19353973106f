"""Steps of both games equal loops written as in the papers; and parts of a batch, and replays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import l1_loss, mse_loss

from zoo_core import Registry, compose
from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine import Engine
from zoo_core.engine.state import snapshot
from zoo_core.interfaces import Batch, net_stream
from zoo_core.interfaces.randomness import named_net
from zoo_core.testing import check_capture, engine_of

PARTS = Path(__file__).with_name("cyclegan_parts.py")
REGISTRY = Registry.from_installed(files=[PARTS], strict=True)
STEPS, SEED, DEPTH = 8, 2, 3
GAMES: Mapping[str, Mapping[str, str]] = {
    "cycle": {"generator": "cyclegan", "data": "two-sides"},
    "paired": {"generator": "pix2pix", "data": "pairs"},
}
RUN = {"batch": 2, "size": "8", "seed": SEED, "device": "cpu", "layout": "channels-first"}


@pytest.fixture
def _float64() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def composed(game: str, **run: Any) -> Composition:
    options: dict[str, Any] = {"generator": {"width": 3}, "critic": {"width": 3}}
    if game == "cycle":
        options["game"] = {"pool": DEPTH}
        options["generator"] = {"width": 3, "blocks": 1}
    else:
        # what mixes a batch cannot be played in parts
        options["generator"]["norm"] = options["critic"]["norm"] = "instance"
    return compose(
        GAMES[game], {**options, "run": {**RUN, **run}}, registry=REGISTRY, recipe="none"
    )


def played(composition: Composition, steps: int = STEPS) -> Engine:
    engine = engine_of(composition)
    for _ in range(steps):
        engine.step()
    return engine


class ImagePool:
    """The published pool for a batch: one list for each position."""

    def __init__(self) -> None:
        self.kept: list[list[Tensor]] = []

    def query(self, images: Tensor, rng: CounterDraws) -> Tensor:
        places = rng.child("places").integers(DEPTH, len(images)).tolist()
        swaps = rng.child("swap").uniform(len(images)).tolist()
        shown = []
        for position, image in enumerate(images.detach()):
            if len(self.kept) <= position:
                self.kept.append([])
            kept, place = self.kept[position], places[position]
            if len(kept) < DEPTH:
                kept.append(image)
                shown.append(image)
            elif swaps[position] < 0.5:
                shown.append(kept[place])
                kept[place] = image
            else:
                shown.append(image)
        return torch.stack(shown)


def cyclegan(nets: Mapping[str, nn.Module], engine: Engine) -> None:
    """CycleGAN: both generators first, then both critics on fakes from the pools."""
    ab, ba = nets["generator.ab"], nets["generator.ba"]
    critic_a, critic_b = nets["discriminator.a"], nets["discriminator.b"]
    generators = chain(ab.parameters(), ba.parameters())
    critics = chain(critic_a.parameters(), critic_b.parameters())
    adam_g = torch.optim.Adam(generators, lr=2e-4, betas=(0.5, 0.999))
    adam_d = torch.optim.Adam(critics, lr=2e-4, betas=(0.5, 0.999))
    pools = {"a": ImagePool(), "b": ImagePool()}
    for step in range(STEPS):
        batch = engine.feed.batch(step)
        a, b = batch["a"].images, batch["b"].images
        fake_b, fake_a = ab(a), ba(b)
        cycle = 10 * (l1_loss(ba(fake_b), a) + l1_loss(ab(fake_a), b))
        identity = 5 * (l1_loss(ba(a), a) + l1_loss(ab(b), b))
        adam_g.zero_grad()
        (towards(critic_b(fake_b), 1) + towards(critic_a(fake_a), 1) + cycle + identity).backward()
        adam_g.step()
        rng = CounterDraws(SEED, step, path=("critic", 0, "pool"))
        old_a = pools["a"].query(fake_a, rng.child("a"))
        old_b = pools["b"].query(fake_b, rng.child("b"))
        adam_d.zero_grad()
        loss_a = 0.5 * (towards(critic_a(a), 1) + towards(critic_a(old_a), 0))
        loss_b = 0.5 * (towards(critic_b(b), 1) + towards(critic_b(old_b), 0))
        (loss_a + loss_b).backward()
        adam_d.step()


def pix2pix(nets: Mapping[str, nn.Module], engine: Engine) -> None:
    """pix2pix: the critic at half weight on source and target, then the generator with L1."""
    generator, critic = nets["generator"], nets["discriminator"]
    adam_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    adam_d = torch.optim.Adam(critic.parameters(), lr=2e-4, betas=(0.5, 0.999))
    for step in range(STEPS):
        batch: Batch = engine.feed.batch(step)["images"]
        source, target = batch.latents, batch.images
        assert source is not None
        with net_stream(CounterDraws(SEED, step, path=("nets",))), named_net("generator"):
            fake = generator(source)
        adam_d.zero_grad()
        real_pair, fake_pair = torch.cat([source, target], 1), torch.cat([source, fake], 1)
        loss = label(critic(real_pair), 1) + label(critic(fake_pair.detach()), 0)
        (0.5 * loss).backward()
        adam_d.step()
        adam_g.zero_grad()
        (label(critic(fake_pair), 1) + 100 * l1_loss(fake, target)).backward()
        adam_g.step()


def towards(scores: Tensor, value: float) -> Tensor:
    return mse_loss(scores, torch.full_like(scores, value))


def label(scores: Tensor, value: float) -> Tensor:
    return bce(scores, torch.full_like(scores, value))


def numb(engine: Engine) -> set[str]:
    """Return the parameters whose gradient is but rounding, as a norm that follows cancels them.

    Adam makes a step of whatever rounding leaves there.
    """
    moments = snapshot(engine)["optimizer"]
    small = [n for n, t in moments.items() if n.endswith("/exp_avg_sq") and t.max() < 1e-24]
    return {name.split("/")[1] for name in small}


def assert_alike(engine: Engine, there: nn.Module) -> None:
    mine, cancelled = dict(engine.game.state_dict()), numb(engine)
    assert all(name.endswith(".bias") for name in cancelled)
    for name, tensor in there.state_dict().items():
        close = 1e-8 if name in cancelled else 1e-12
        torch.testing.assert_close(mine[name], tensor, rtol=0, atol=close, msg=name)


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("game", GAMES)
def test_a_step_is_that_of_the_textbook(game: str) -> None:
    composition = composed(game)
    engine, theirs = played(composition), composition.build()
    loops = {"cycle": cyclegan, "paired": pix2pix}
    loops[game](theirs.nets(), engine)
    # the pools of the loop are lists
    theirs.load_state_dict(
        {n: t for n, t in engine.game.state_dict().items() if n.startswith("pools.")}, strict=False
    )
    assert_alike(engine, theirs)


@pytest.mark.usefixtures("_float64")
@pytest.mark.parametrize("game", GAMES)
def test_parts_of_a_batch_equal_the_whole_with_pools_and_dropout(game: str) -> None:
    whole = played(composed(game, critic_steps=2))
    assert_alike(whole, played(composed(game, critic_steps=2, microbatch=1)).game)


@pytest.mark.parametrize("part", [None, 1])
@pytest.mark.parametrize("game", GAMES)
def test_a_captured_step_replays_with_pools_and_dropout(game: str, part: int | None) -> None:
    check_capture(composed(game, microbatch=part))
