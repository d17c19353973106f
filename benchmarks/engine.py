"""What the engine costs: time per step with a stubbed game, and speed beside a plain loop.

The plain loop is the textbook one: the same nets and options, real images in memory as float32,
`torch.randn` latents, `backward`, torch's Adam or RMSprop, no log, no average, no reproducible
streams. Both are timed in turns (A B A B ...), and the ratio of each pair counts; its median is
printed. A ratio above 1 means that the engine is faster.

    python benchmarks/engine.py
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared.timing import Step, interleaved, ratios
from zoo_core import Registry, compose
from zoo_core.composition import Composition
from zoo_core.config.run import PlayerOptions, RunOptions
from zoo_core.engine import Engine
from zoo_core.engine.feed import Feed
from zoo_core.engine.hardware import Hardware
from zoo_core.interfaces import Game, Play, Player, Round, Task, Terms, as_floats
from zoo_core.testing import engine_of

ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "vanilla, non-saturating, 28 px": ({"generator": "vanilla"}, {"run": {"size": "28"}}),
    "mini-conv, non-saturating, 28 px": ({"generator": "mini-conv"}, {"run": {"size": "28"}}),
    "dcgan w16, non-saturating, 32 px": (
        {"generator": "dcgan"},
        {"generator": {"width": 16}, "critic": {"width": 16}},
    ),
    "dcgan w16, wgan, 32 px": (
        {"generator": "dcgan", "loss": "wgan"},
        {"generator": {"width": 16}, "critic": {"width": 16}},
    ),
    "dcgan w16, wgan-gp, 32 px": (
        {"generator": "dcgan", "loss": "wgan-gp"},
        {"generator": {"width": 16}, "critic": {"width": 16}},
    ),
    "dcgan w32, non-saturating, 32 px": (
        {"generator": "dcgan"},
        {"generator": {"width": 32}, "critic": {"width": 32}},
    ),
}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=9, help="timed pairs for each row")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each half of a pair")
    parser.add_argument("--quick", action="store_true", help="3 pairs of 0.3 s")
    options = parser.parse_args()
    if options.quick:
        options.pairs, options.seconds = 3, 0.3
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    whole, beyond = stub_milliseconds()
    print(f"engine with a stubbed game: {whole:.3f} ms per step (median), of which {beyond:.3f} ms")
    print("are beyond the same losses, gradients and optimisers in a plain loop\n")
    print(f"{'composition':36s} engine img/s  plain img/s  ratio  min - max")
    registry = Registry.from_installed()
    for name, (parts, values) in ROWS.items():
        run = {"batch": 64, "latent_dim": 100, **values.get("run", {})}
        composition = compose(parts, {**values, "run": run}, registry=registry, recipe="none")
        print(f"{name:36s} {_compared(composition, options.pairs, options.seconds)}", flush=True)


def stub_milliseconds(blocks: int = 40, steps: int = 50) -> tuple[float, float]:
    """Return the time per step of a game of two players with two parameters each.

    The second figure is what the engine adds to a plain loop over the same losses: logging, the
    moving average and random streams. Both are medians over blocks of steps.
    """
    game = Stub()
    hardware = Hardware(device=torch.device("cpu"), precision="float32", layout="channels-first")
    feed = Feed({}, batch=64, seed=0, device=hardware.device)
    run = RunOptions(steps=blocks * steps)
    players = {name: PlayerOptions() for name in game.players()}
    engine = Engine(game, feed, run=run, players=players, hardware=hardware)
    plain = PlainStub().step
    pairs = [(_block(engine.step, steps), _block(plain, steps)) for _ in range(blocks)]
    return statistics.median(a for a, _ in pairs), statistics.median(a - b for a, b in pairs)


def _block(step: Step, steps: int) -> float:
    began = time.perf_counter()
    for _ in range(steps):
        step()
    return (time.perf_counter() - began) / steps * 1000


class PlainStub:
    """The stub's losses in a plain loop."""

    def __init__(self) -> None:
        self.nets = [nn.Linear(1, 1), nn.Linear(1, 1)]
        self.optimisers = [torch.optim.Adam(net.parameters(), lr=1e-4) for net in self.nets]

    def step(self) -> None:
        """Move both."""
        for net, optimiser in zip(self.nets, self.optimisers, strict=True):
            optimiser.zero_grad()
            torch.autograd.backward(net.weight.sum() + net.bias.sum())
            optimiser.step()


class Stub(Game):
    """Two players whose moves cost next to nothing."""

    def __init__(self) -> None:
        nn.Module.__init__(self)
        self.task = Task(images={})
        self.one, self.two = nn.Linear(1, 1), nn.Linear(1, 1)

    def players(self) -> Mapping[str, Player]:
        """Return both."""
        return {"critic": Player((self.one,)), "generator": Player((self.two,), averaged=True)}

    def nets(self) -> Mapping[str, nn.Module]:
        """Return both nets."""
        return {"discriminator": self.one, "generator": self.two}

    def play(self, current: Round) -> Play:
        """Move both, with the smallest losses there are."""
        yield {"critic": Terms({"loss": self.one.weight.sum() + self.one.bias.sum()})}
        yield {"generator": Terms({"loss": self.two.weight.sum() + self.two.bias.sum()})}

    def sample(self, *_: Any, **__: Any) -> Tensor:
        """Return nothing to look at."""
        return torch.zeros(1)


def _compared(composition: Composition, pairs: int, seconds: float) -> str:
    steps = {"ours": engine_of(composition).step, "plain": PlainLoop(composition).step}
    rates = interleaved(steps, pairs, seconds)
    median, low, high = ratios(rates["ours"], rates["plain"])
    batch = composition.run.batch
    mine, theirs = (statistics.median(found) * batch for found in rates.values())
    return f"{mine:12.0f} {theirs:12.0f} {median:6.2f}  {low:.2f} - {high:.2f}"


class PlainLoop:
    """A training loop as a tutorial writes it, for the same nets and options."""

    def __init__(self, composition: Composition) -> None:
        nets = composition.build().nets()
        self.generator, self.critic = nets["generator"], nets["discriminator"]
        self.loss = composition.plan.name("loss")
        self.penalised = bool(composition.plan.chosen["penalty"].items)
        run = composition.run
        self.batch, self.latent_dim, self.moves = run.batch, run.latent_dim, run.critic_steps
        table = composition.dataset.tables("train")["images"]
        rows = table.take(torch.arange(len(table)))
        self.images = as_floats(rows.images)
        self.optimisers = [
            _optimiser(net, composition, name)
            for net, name in ((self.generator, "generator"), (self.critic, "critic"))
        ]

    def step(self) -> None:
        """Move the critic as often as the options say, then the generator."""
        for _ in range(self.moves):
            real = self.images[torch.randint(len(self.images), (self.batch,))]
            fake = self.generator(torch.randn(self.batch, self.latent_dim)).detach()
            self.optimisers[1].zero_grad()
            loss = self._critic_loss(self.critic(real), self.critic(fake))
            if self.penalised:
                loss = loss + self._penalty(real, fake)
            torch.autograd.backward(loss)
            self.optimisers[1].step()
            if self.loss == "wgan":
                with torch.no_grad():
                    for parameter in self.critic.parameters():
                        parameter.clamp_(-0.01, 0.01)
        self.optimisers[0].zero_grad()
        scores = self.critic(self.generator(torch.randn(self.batch, self.latent_dim)))
        loss = -scores.mean() if "wgan" in self.loss else nn.functional.softplus(-scores).mean()
        torch.autograd.backward(loss)
        self.optimisers[0].step()

    def _critic_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        if "wgan" in self.loss:
            return fake.mean() - real.mean()
        return nn.functional.softplus(-real).mean() + nn.functional.softplus(fake).mean()

    def _penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        mix = torch.lerp(fake, real, torch.rand(len(real), 1, 1, 1)).requires_grad_()
        slope = torch.autograd.grad(self.critic(mix).sum(), mix, create_graph=True)[0]
        norms: Tensor = slope.flatten(1).norm(dim=1)
        return 10 * (norms - 1).square().mean()


def _optimiser(net: nn.Module, composition: Composition, name: str) -> torch.optim.Optimizer:
    values = composition.settings[name].plain()
    if values["optimizer"] == "rmsprop":
        return torch.optim.RMSprop(net.parameters(), lr=values["lr"], alpha=values["alpha"])
    return torch.optim.Adam(net.parameters(), lr=values["lr"], betas=values["betas"])


if __name__ == "__main__":
    main()
