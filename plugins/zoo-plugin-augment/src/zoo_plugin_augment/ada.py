"""Augmentation whose probability follows the critic, or a schedule."""

import math
from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Augment, Draws, Turn
from zoo_plugin_augment.pipe import PIPES, PipeName

Share = Annotated[float, Between(0, 1)]


class Ada(Augment):
    """Change images more often as the critic gets surer of the real ones (arXiv:2006.06676).

    The heuristic is r_t of equation 1, the mean sign of the critic's scores of real images. After
    every so many critic's moves the probability goes up by a fixed step where r_t is above its
    target, and down where it is below. `ada_sign` and `ada_p` are logged.

    Args:
        target: of the mean sign of real scores.
        p: the probability at the start.
        every: critic's moves between two changes of it.
        images: real images in which it goes from 0 to 1 where it only rises.
        pipe: which families of changes there are: blit, geometry, color, filter, noise, cutout by
            their first letters; `r3gan` has color at half the probability.
        batch: the whole batch, of all devices.
    """

    def __init__(
        self,
        *,
        batch: int,
        target: Annotated[float, Between(-1, 1)] = 0.6,
        p: Share = 0.0,
        every: Annotated[int, Between(1, 1_000_000)] = 4,
        images: Annotated[int, Between(1, 1e12)] = 500_000,
        pipe: PipeName = "bgc",
    ) -> None:
        super().__init__()
        self.target, self.every = target, every
        self.change = batch * every / images
        self.pipe = PIPES[pipe]
        self.probability = nn.Buffer(torch.full((), p))
        self.signs = nn.Buffer(torch.zeros(()))
        self.moves = nn.Buffer(torch.zeros((), dtype=torch.int64))

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        return self.pipe(images, rng, self.probability)

    def measure(self, turn: Turn) -> Mapping[str, Tensor]:
        assert turn.real_scores is not None, "a critic's move scores real images"
        return {
            "ada_sign": turn.real_scores.logits.sign().mean(),
            "ada_p": self.probability.clone(),
        }

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        self.signs.add_(notes["ada_sign"])
        self.moves.add_(1)
        due = self.moves >= self.every
        moved = self.probability + self.change * (self.signs / self.every - self.target).sign()
        self.probability.copy_(torch.where(due, moved.clamp_min(0), self.probability))
        self.signs.mul_(~due)
        self.moves.mul_(~due)


class AdaRamp(Augment):
    """The same changes with a probability that follows half a cosine (R3GAN, arXiv:2501.05441).

    Args:
        p: the probability at the start.
        p_end: where it ends, and stays.
        images: real images until then.
        pipe: which families of changes there are: blit, geometry, color, filter, noise, cutout by
            their first letters; `r3gan` has color at half the probability.
        batch: the whole batch, of all devices.
    """

    def __init__(
        self,
        *,
        batch: int,
        p: Share = 0.0,
        p_end: Share = 0.3,
        images: Annotated[int, Between(1, 1e12)] = 20_000_000,
        pipe: PipeName = "r3gan",
    ) -> None:
        super().__init__()
        self.p, self.p_end, self.steps = p, p_end, images / batch
        self.pipe = PIPES[pipe]

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        done = (rng.step / self.steps).clamp(0, 1)
        left = (1 + (math.pi * done).cos()) / 2
        return self.pipe(images, rng, self.p_end + (self.p - self.p_end) * left)
