"""What parts pass to each other (N batch, C channels)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import torch
from torch import Tensor, nn

from zoo_core.errors import ZooError


class Draws(Protocol):
    """A named random stream: a pure function of (seed, step, stream name, rank).

    Shapes are local: a part asks for its own N and gets its slice of the global draw.
    """

    @property
    def step(self) -> Tensor:
        """Return the step as a 0-d integer tensor, for what anneals."""

    def child(self, *names: str | int) -> Draws:
        """Return an independent stream below this one."""

    def uniform(self, *shape: int) -> Tensor:
        """Draw from [0, 1)."""

    def normal(self, *shape: int) -> Tensor:
        """Draw from N(0, 1)."""

    def integers(self, high: int, *shape: int) -> Tensor:
        """Draw int64 values from 0 .. high - 1."""

    def places(self, count: int) -> Tensor:
        """Return (count,) int64: where this stream's rows stand in the global batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Images before augmentation, with their labels and the latents that made them.

    Args:
        images: (N, C, H, W), values in [-1, 1].
        labels: (N,) int64, -1 where unknown, or None where the data has none.
        latents: (N, latent_dim), the source images of an image-to-image task, or None.
    """

    images: Tensor
    labels: Tensor | None = None
    latents: Tensor | None = None

    def __len__(self) -> int:
        return self.images.shape[0]

    def part(self, index: int, count: int) -> Batch:
        """Return one of so many equal parts of the rows."""
        if count == 1:
            return self
        rows = len(self) // count
        return self.rows(slice(index * rows, (index + 1) * rows))

    def rows(self, some: slice) -> Batch:
        """Return some of the rows."""
        return Batch(
            self.images[some],
            None if self.labels is None else self.labels[some],
            None if self.latents is None else self.latents[some],
        )

    def detached(self) -> Batch:
        """Return the batch without the graph of what made it, as a critic's move needs it."""
        latents = None if self.latents is None else self.latents.detach()
        return replace(self, images=self.images.detach(), latents=latents)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a critic says of a batch.

    Args:
        logits: (N,) or patches (N, h, w); never squashed.
        features: (N, F) or (N, F, h, w), computed on the way.
        class_logits: (N, classes) of a critic that also classifies.
    """

    logits: Tensor
    features: Tensor | None = None
    class_logits: Tensor | None = None


@dataclass(slots=True)
class Terms:
    """Named scalars of one player's move: losses are summed and logged, notes only logged.

    All are 0-d tensors.
    """

    losses: dict[str, Tensor] = field(default_factory=dict)
    notes: dict[str, Tensor] = field(default_factory=dict)

    def add(self, other: Terms, prefix: str = "", scale: float = 1.0) -> Terms:
        """Merge other terms under a prefix, their losses times scale; return self.

        Raises:
            ZooError: two parts that use the same name.
        """
        for name, value in other.losses.items():
            if prefix + name in self.losses:
                raise ZooError(
                    f"two parts of one move both have a term named {prefix + name!r}",
                    hint="rename the term in one of them",
                )
            self.losses[prefix + name] = value if scale == 1.0 else value * scale
        for name, value in other.notes.items():
            self.notes[prefix + name] = value.detach()
        return self

    @property
    def total(self) -> Tensor:
        """Return the sum of the losses, a scalar."""
        first, *others = self.losses.values()
        return sum(others, first).reshape(())


GenerateFn = Callable[[Tensor, Tensor | None], Tensor]
ScoreFn = Callable[[Tensor, Tensor | None], Scores]
Notes = Mapping[str, Mapping[str, Tensor]]
"""Player to note to value, averaged over devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """All that one player's move has; what a penalty or a condition may look at.

    In the critic's move the fakes are detached. In the generator's move nothing is cut: what is
    computed from `fake` reaches the generator's parameters.

    Args:
        player: whose move it is, "critic" or "generator".
        real: the real batch, before augmentation.
        fake: the generated batch, before augmentation.
        real_scores: the critic's scores of the real batch; None where nobody asked for them.
        fake_scores: the critic's scores of the generated batch.
        generator: latents and labels to images.
        critic: images and labels to scores; it augments, each time by new draws.
        nets: the modules behind the two, "generator" and "critic".
        rng: a stream of this part's own.
        beside: further tables of the data, by name, with a batch of each in the critic's move.
    """

    player: str
    real: Batch
    fake: Batch
    real_scores: Scores | None
    fake_scores: Scores
    generator: GenerateFn
    critic: ScoreFn
    nets: Mapping[str, nn.Module]
    rng: Draws
    beside: Mapping[str, Batch] = field(default_factory=dict)


def in_full(value: Tensor) -> Tensor:
    """Return a float32 value whatever the precision inside; float64 stays."""
    return value if value.dtype == torch.float64 else value.float()
