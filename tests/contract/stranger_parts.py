"""Parts that nobody in the repository knows: a game, two nets, a loss, a penalty, and more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between, Entry, hookimpl
from zoo_core.interfaces import (
    Batch,
    Constraint,
    Discriminator,
    Draws,
    Dropout,
    Game,
    GameParts,
    Generator,
    Loss,
    Penalty,
    Play,
    Player,
    Positions,
    Round,
    Sampler,
    Scores,
    Task,
    Terms,
    Turn,
)
from zoo_core.spec import ImageSpec


class TinyGenerator(Generator):
    def __init__(self, *, image: ImageSpec, latent_dim: int, drop: bool = True) -> None:
        super().__init__()
        self.image = image
        self.norm = nn.BatchNorm1d(8)
        self.first, self.last = nn.Linear(latent_dim, 8), nn.Linear(8, image.numel)
        self.drop = Dropout(0.2 if drop else 0.0)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        hidden = self.drop(self.norm(self.first(latents)).relu())
        return self.last(hidden).tanh().view(-1, *self.image.shape)


class TinyCritic(Discriminator):
    def __init__(self, *, image: ImageSpec, width: Annotated[int, Between(1, 64)] = 8) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(image.channels, width, 3, 2, 1), nn.Linear(width, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return nn.functional.silu(self.first(images)).mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        return self.last(features).squeeze(1)


class Squares(Loss):
    """Distances to +1 and -1."""

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms(
            {
                "real": (real.logits - 1).square().mean(),
                "fake": (fake.logits + 1).square().mean(),
            }
        )

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": (fake.logits - 1).square().mean()})


class SlowGradients(Penalty):
    """A lazy penalty with a state: the gradient's mean size is held near its running mean."""

    every = 3
    differentiates = frozenset({"real"})

    def __init__(self, *, weight: Annotated[float, Between(0, 100)] = 0.5) -> None:
        super().__init__()
        self.weight = weight
        self.register_buffer("mean", torch.zeros(()))

    def forward(self, turn: Turn) -> Terms:
        assert turn.real_scores is not None
        total = turn.real_scores.logits.sum()
        slopes = torch.autograd.grad(total, turn.real.images, create_graph=True)[0]
        size = slopes.flatten(1).square().sum(1).mean()
        loss = (size - self.mean).square() * self.weight
        return Terms({"slow": loss}, {"slope": size})

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        if "slope" in notes:
            self.mean.lerp_(notes["slope"], 0.1)


class SmallWeights(Constraint):
    """Keep every row of a weight within the unit ball."""

    def __call__(self, net: nn.Module) -> None:
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.clamp_(-1, 1)


class LearnedScale(Sampler):
    """Latents whose scale is learned with the generator."""

    def __init__(self, *, latent_dim: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(latent_dim))

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        return rng.normal(count, len(self.scale)).to(device) * self.scale


class Memory(Positions):
    """The images that each position of the batch made last."""

    def __init__(self, *, positions: int, image: ImageSpec) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(positions, *image.shape))

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        """Return the last images, and keep these."""
        rows = rng.places(len(images))
        last = self.images[rows]
        self.images[rows] = images
        return last


class Together(Game):
    """Both players move at once, and a memory of past images sits between them."""

    def __init__(self, *, parts: GameParts) -> None:
        super().__init__(parts=parts)
        self.duel = parts.duel(parts.nets["generator"], parts.nets["discriminator"])
        self.sampler = parts.sampler
        self.memory = Memory(positions=parts.task.batch, image=parts.task.image)

    @classmethod
    def reads(cls, task: Task) -> int:
        return 1

    def moves(self) -> Mapping[str, int]:
        return {"critic": 1, "generator": 1}

    def players(self) -> Mapping[str, Player]:
        return {
            "critic": Player((self.duel.critic,)),
            "generator": Player((self.duel.generator, self.sampler), averaged=True),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        nets = {"generator": self.duel.generator, "discriminator": self.duel.critic}
        return {**nets, "sampler": self.sampler} if self.sampler.state_dict() else nets

    def play(self, current: Round) -> Play:
        real, rng = current.real[0]["images"], current.rng
        latents = self.sampler(len(real), rng.child("latents"), real.images.device)
        fake = Batch(self.duel.generate(latents, None), None, latents)
        now = fake.images.detach()
        seen = {"critic": Batch(0.5 * self.memory(now, rng) + 0.5 * now), "generator": fake}
        yield {
            player: self.duel.terms(
                player, real, batch, rng.child(player), due=current.due.names(player)
            )
            for player, batch in seen.items()
        }

    def sample(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
    ) -> Tensor:
        device = next(nets["generator"].parameters()).device
        sampler = nets.get("sampler", self.sampler)
        return nets["generator"](sampler(count, rng, device), None)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    here = __name__
    own = {"parts": {"critic": "tiny"}, "run": {"latent_dim": 6}}
    return (
        Entry("generator", "tiny", f"{here}:TinyGenerator", "A tiny generator.", defaults=own),
        Entry("discriminator", "tiny", f"{here}:TinyCritic", "A tiny critic."),
        Entry("loss", "squares", f"{here}:Squares", "Squared distances."),
        Entry("penalty", "slow", f"{here}:SlowGradients", "A lazy penalty with a state."),
        Entry("constraint", "small", f"{here}:SmallWeights", "Small weights."),
        Entry("sampler", "learned-scale", f"{here}:LearnedScale", "A learned scale."),
        Entry("game", "together", f"{here}:Together", "Both move at once."),
    )
