"""A game: who the players are and how they move. The engine knows nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import Tensor, nn

from zoo_core.errors import ZooError
from zoo_core.interfaces import nets as net_interfaces
from zoo_core.interfaces.duel import Duel
from zoo_core.interfaces.parts import Condition, Sampler
from zoo_core.interfaces.values import Batch, Draws, Notes, Terms
from zoo_core.spec import ImageSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the data and the run ask of the parts.

    Args:
        images: table name to what its images are; the "images" table is the target.
        classes: names of the classes, empty without labels.
        latent_dim: length of a latent vector.
        source: what an image-to-image generator reads, or None.
        batch: images per move, over all devices.
        critic_steps: critic's moves per generator's move.
    """

    images: Mapping[str, ImageSpec]
    classes: tuple[str, ...] = ()
    latent_dim: int = 100
    source: ImageSpec | None = None
    batch: int = 64
    critic_steps: int = 1

    @property
    def image(self) -> ImageSpec:
        """Return what the (first) generator makes."""
        return next(iter(self.images.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One net that a game needs.

    Args:
        part: which chosen part is built for it.
        image: what it makes or judges.
        source: what an image-to-image generator reads.
    """

    part: Literal["generator", "critic", "encoder"]
    image: ImageSpec
    source: ImageSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GameParts:
    """All that a game is built from.

    Args:
        task: what the data and the run ask.
        nets: role to built net, for the roles that the game asked for.
        sampler: draws latents.
        condition: how labels or codes take part.
        duel: makes a duel of a generator and a critic, with a loss, augmentation, penalties and
            constraints of its own.
    """

    task: Task
    nets: Mapping[str, nn.Module]
    sampler: Sampler
    condition: Condition
    duel: Callable[[net_interfaces.Generator, net_interfaces.Discriminator], Duel]


@dataclass(frozen=True, slots=True)
class Player:
    """Modules that are trained together by one optimiser.

    Args:
        modules: whose parameters the player owns.
        averaged: whether the saved nets among them also get a moving average.
    """

    modules: tuple[nn.Module, ...]
    averaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One training step as a game sees it.

    Args:
        step: its number, from 0.
        rng: the step's stream.
        batch: number of a player's move -> table name to real batch; the numbers count through
            all steps, so that every move has data of its own.
    """

    step: int
    rng: Draws
    batch: Callable[[int], Mapping[str, Batch]]


Play = Generator[Mapping[str, Terms], Notes, None]


class Game(nn.Module, ABC):
    """Players, the nets that are saved, and one round of moves.

    Attributes:
        conditions: a condition can take part.
    """

    conditions: ClassVar[bool] = True

    def __init__(self, *, parts: GameParts) -> None:
        super().__init__()
        self.task = parts.task

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        """Return the nets that this game needs, by the name under which they are saved.

        Raises:
            ZooError: the task has not what the game plays with.
        """
        return {
            "generator": Role(part="generator", image=task.image, source=task.source),
            "discriminator": Role(part="critic", image=task.image),
        }

    @abstractmethod
    def players(self) -> Mapping[str, Player]:
        """Return the players; every trainable parameter belongs to exactly one."""

    @abstractmethod
    def nets(self) -> Mapping[str, nn.Module]:
        """Return what is saved in a file of its own, by name."""

    @abstractmethod
    def play(self, turn: Round) -> Play:
        """Play one round.

        Each `yield {player: terms}` is one simultaneous move: all gradients are taken before any
        update. It gets back the notes of that move, averaged over devices.
        """

    def sample(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
    ) -> Tensor:
        """Return images (count, C, H, W) drawn by (averaged) nets.

        Args:
            nets: a net for each name of `nets` that sampling needs.
            rng: where latents come from.
            count: how many.
            labels: (count,) int64, where the composition is conditional.

        Raises:
            ZooError: the game draws nothing: it translates images.
        """
        raise ZooError(
            "nothing can be drawn here: these nets translate images",
            hint="`zoo translate RUN images... --out folder/`",
        )

    def picture(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
        held_out: Mapping[str, Batch],
    ) -> Tensor:
        """Return the images of a run's sample grid, eight a row: at most (count, C, H, W).

        Args:
            nets: as for `sample`.
            rng: where latents come from.
            count: how many at most.
            labels: (count,) int64, where the composition is conditional.
            held_out: table name to the first images of the held-out split, at most `count`.
        """
        return self.sample(nets, rng, count=count, labels=labels)

    def translators(self) -> Mapping[str, str]:
        """Return direction, such as "ab", to the name in `nets` of the net that translates."""
        return {}
