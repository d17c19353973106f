"""Instance noise, historical averaging and unrolling, against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, Registry, compose
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import (
    Augment,
    Batch,
    Condition,
    Discriminator,
    Draws,
    Due,
    Duel,
    GameParts,
    Generator,
    Loss,
    Round,
    Sampler,
    Scores,
    Task,
    Terms,
)
from zoo_core.testing import check_capture, engine_of
from zoo_plugin_stability.historical_averaging import HistoricalAveraging
from zoo_plugin_stability.instance_noise import InstanceNoise
from zoo_plugin_stability.unrolled import Unrolled

INSTALLED = Registry.from_installed(strict=True)
SMALL = {"width": 4}
RUN = {"batch": 4, "size": "8", "latent_dim": 5, "device": "cpu"}


@pytest.mark.parametrize(
    ("step", "deviation"), [(0, 0.5), (5, 0.25), (10, 0.0), (1000, 0.0)], ids=str
)
def test_noise_falls_along_a_line_to_nothing(step: int, deviation: float) -> None:
    noise = InstanceNoise(strength=0.5, steps=10)
    assert noise.deviation(torch.tensor(step)).item() == pytest.approx(deviation)
    images = torch.full((200, 3, 4, 4), 0.25)
    found = noise(images, CounterDraws(0, step))
    assert (found - images).std().item() == pytest.approx(deviation, rel=0.05)


def test_noise_may_stay() -> None:
    assert InstanceNoise(strength=0.5, steps=0).deviation(torch.tensor(10**6)).item() == 0.5


def history(player: str = "critic") -> tuple[HistoricalAveraging, nn.Module, Any]:
    net = nn.Linear(2, 1)
    penalty = HistoricalAveraging(weight=3.0, player=player)
    penalty.prepare(net)

    class Turned:
        nets: Mapping[str, nn.Module] = {player: net}

    return penalty, net, Turned()


@pytest.mark.parametrize("player", ["critic", "generator"])
def test_history_is_the_mean_of_all_that_was(player: str) -> None:
    penalty, net, turn = history(player)
    past = []
    for value in (1.0, 4.0, -2.0):
        with torch.no_grad():
            net.weight.fill_(value)
            net.bias.fill_(0.0)
        past.append(value)
        mean = sum(past) / len(past)
        found = penalty(turn).losses["history"]
        assert found.item() == pytest.approx(3 * 2 * (value - mean) ** 2)
    found.backward()
    assert net.weight.grad.flatten().tolist() == pytest.approx([3 * 2 * (-2 - 1)] * 2)
    assert penalty.moves.item() == 3


def test_history_is_part_of_what_a_run_saves() -> None:
    options = {"generator": SMALL, "critic": SMALL, "run": RUN}
    parts = {"generator": "dcgan", "critic": "dcgan", "penalty": "historical-averaging"}
    engine = engine_of(compose(parts, options, registry=INSTALLED, recipe="none"), device="cpu")
    engine.step()
    state = engine.game.state_dict()
    kept = [name for name in state if "historical-averaging.mean_" in name]
    assert len(kept) == len(list(engine.game.nets()["discriminator"].parameters()))


REAL, RATE = 3.0, 0.1


class Point(Generator):
    """One number, whatever the latents."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.tensor(0.5))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.place.expand(len(latents), 1, 1, 1)


class Line(Discriminator):
    """The score is slope times image."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(2.0))
        self.register_buffer("passes", torch.zeros(()))

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        self.passes += 1
        return images.flatten(1)

    def head(self, features: Tensor) -> Tensor:
        return self.slope * features.squeeze(1)


class Difference(Loss):
    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"critic": fake.logits.mean() - real.logits.mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"generator": -fake.logits.mean()})


class Zeros(Sampler):
    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        return torch.zeros(count, 1)


def unrolled(steps: int) -> tuple[Unrolled, Tensor]:
    """Return the game of a point and a line, and the slope of the generator's move."""

    def duel(generator: Generator, critic: Discriminator, *, prefix: str = "") -> Duel:
        plain = {"condition": Condition(), "augment": Augment(), "penalties": {}}
        return Duel(generator, critic, Difference(), **plain)

    task = Task(images={"images": ImageSpec(1, 1, 1)}, latent_dim=1)
    nets = {"generator": Point(), "discriminator": Line()}
    parts = GameParts(task=task, nets=nets, sampler=Zeros(), condition=Condition(), duel=duel)
    game = Unrolled(parts=parts, unroll=steps, rate=RATE)
    real = Batch(torch.full((4, 1, 1, 1), REAL))
    rng = CounterDraws(0, 0)
    play = game.play(Round(step=torch.tensor(0), variant=Due(), rng=rng, real=({"images": real},)))
    next(play)
    (terms,) = play.send({}).values()
    (slope,) = torch.autograd.grad(terms.total, nets["generator"].place)
    return game, slope


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_the_slope_goes_through_the_steps_ahead(steps: int) -> None:
    """The critic's slope after k steps is s - k rate (x - c), so the loss is -(that) x.

    Its derivative at x is -s + k rate (2 x - c), where x is the point, s = 2 and c the real one.
    """
    game, slope = unrolled(steps)
    place = 0.5
    assert slope.item() == pytest.approx(-2.0 + steps * RATE * (2 * place - REAL))
    assert game.duel.critic.slope.item() == 2.0


def test_passes_ahead_leave_the_buffers_of_the_critic_alone() -> None:
    found = [unrolled(steps)[0].duel.critic.passes.item() for steps in (0, 1, 5)]
    assert found == [2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    "parts",
    [
        {"head": "minibatch-discrimination"},
        {"condition": "ac", "constraint": "spectral"},
        {"condition": "projection", "loss": "hinge", "penalty": "r1"},
    ],
    ids=str,
)
def test_unrolling_composes_and_is_replayed(parts: dict[str, str]) -> None:
    nets = {"generator": "dcgan", "critic": "dcgan", "game": "unrolled"}
    options = {"generator": SMALL, "critic": SMALL, "game": {"unroll": 2}, "run": RUN}
    check_capture(compose({**nets, **parts}, options, registry=INSTALLED, recipe="none"))


def test_two_time_scales_and_a_schedule_for_each_player() -> None:
    options = {
        "generator": {**SMALL, "lr": 1e-4, "schedule": "linear"},
        "critic": {**SMALL, "lr": 4e-4, "schedule": "constant"},
        "run": {**RUN, "steps": 4},
    }
    parts = {"generator": "dcgan", "critic": "dcgan"}
    engine = engine_of(compose(parts, options, registry=INSTALLED, recipe="none"), device="cpu")
    for _ in range(3):
        engine.step()
    rates = {name: optimiser._rate.item() for name, optimiser in engine.optimisers.items()}
    assert rates == pytest.approx({"generator": 1e-4 * 0.5, "critic": 4e-4})
