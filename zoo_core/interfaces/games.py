"""A game: who the players are and how they move. The engine knows nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, Protocol

from torch import Tensor, nn

from zoo_core.errors import ZooError
from zoo_core.interfaces import nets as net_interfaces
from zoo_core.interfaces.duel import Due, Duel
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
        log_variance: an encoder gives the log variance of the latents beside their mean.
    """

    part: Literal["generator", "critic", "encoder"]
    image: ImageSpec
    source: ImageSpec | None = None
    log_variance: bool = False


class Duels(Protocol):
    """Make a duel with a loss, augmentation, penalties and constraints of its own."""

    def __call__(
        self,
        generator: net_interfaces.Generator,
        critic: net_interfaces.Discriminator,
        *,
        prefix: str = "",
    ) -> Duel:
        """Return the duel of two nets; the prefix, such as "a.", begins the names of its terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameParts:
    """All that a game is built from.

    Args:
        task: what the data and the run ask.
        nets: role to built net, for the roles that the game asked for.
        sampler: draws latents; one that draws nothing where the game needs none.
        condition: how labels or codes take part.
        duel: makes a duel of a generator and a critic.
    """

    task: Task
    nets: Mapping[str, nn.Module]
    sampler: Sampler
    condition: Condition
    duel: Duels


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
        step: its number, from 0, as a 0-d int64 tensor on the device.
        variant: what `Game.variant` said of the step: all that may change a round's shape.
        rng: the step's stream.
        real: table name to real batch, for each of the batches that the game reads.
    """

    step: Tensor
    variant: Hashable
    rng: Draws
    real: tuple[Mapping[str, Batch], ...]

    @property
    def due(self) -> Due:
        """Return which penalties act, as the variant or a part of it says."""
        parts = self.variant if isinstance(self.variant, tuple) else (self.variant,)
        return next((part for part in parts if isinstance(part, Due)), Due())


Play = Generator[Mapping[str, Terms], Notes, None]

DUEL = frozenset({"critic", "head", "loss", "penalty", "constraint", "augment"})
"""The kinds of parts that a duel is made of, by role."""


class Game(nn.Module, ABC):
    """Players, the nets that are saved, and one round of moves.

    Attributes:
        needs: the roles that it takes parts for, beside a generator. What it does not take is
            refused by name; of what it takes, only conditions, augmentations, penalties,
            constraints and heads may be absent.
    """

    needs: ClassVar[frozenset[str]] = DUEL | {"sampler", "condition"}

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

    @classmethod
    def reads(cls, task: Task) -> int:
        """Return how many real batches of each table a round uses."""
        return task.critic_steps

    def batches(self, step: int) -> range:
        """Return the numbers of the real batches of each table that a round uses, in their order.

        By default every round reads on where the one before it stopped. A game whose rounds are not
        all as long says in `variant` which are longer, and here what that makes of their numbers.
        """
        reads = self.reads(self.task)
        return range(step * reads, (step + 1) * reads)

    @abstractmethod
    def players(self) -> Mapping[str, Player]:
        """Return the players; every trainable parameter belongs to exactly one."""

    @abstractmethod
    def nets(self) -> Mapping[str, nn.Module]:
        """Return what is saved in a file of its own, by name."""

    def ships(self) -> Collection[str]:
        """Return the names in `nets` of what sampling needs: all but the critics' side."""
        critics = tuple(n for n, role in self.roles(self.task).items() if role.part == "critic")
        sides = tuple(f"{name}." for name in critics)
        return [n for n in self.nets() if n not in critics and not n.startswith(sides)]

    @abstractmethod
    def play(self, current: Round) -> Play:
        """Play one round.

        Each `yield {player: terms}` is one simultaneous move: all gradients are taken before any
        update. It gets back the notes of that move, averaged over devices; by then the duels'
        constraints have acted, and adaptive parts have observed. Players that are given the very
        same `Terms` share one backward pass, and its scalars are logged under the first of them.
        """

    def moves(self) -> Mapping[str, int]:
        """Return how often each player of its duels moves in a round, for lazy penalties."""
        return {"critic": self.task.critic_steps, "generator": 1}

    def variant(self, step: int) -> Hashable:
        """Return whatever of a step changes the shape of its round.

        Rounds of one variant differ in nothing that Python decides, so a round may be captured
        once for each variant and replayed. By default it is what the lazy penalties say; a game
        that adds to it puts `super().variant(step)` into a tuple.
        """
        due = [duel.due(step, self.moves()) for duel in self.duels]
        return Due(frozenset().union(*(each.acts for each in due)))

    def check_begun(self, taken: Collection[str]) -> None:
        """Refuse to train where nets that no player trains have no weights of another run.

        Args:
            taken: the names in `nets` of those that begin with such weights.

        Raises:
            ZooError: some are missing that the game does not train itself.
        """

    def after(self, notes: Notes) -> None:
        """Act after each move: constraints, then the state of penalties and augmentation."""
        for duel in self.duels:
            for player, found in notes.items():
                duel.after(player, found)

    @cached_property
    def duels(self) -> tuple[Duel, ...]:
        """Return the duels among the game's modules."""
        return tuple(module for module in self.modules() if isinstance(module, Duel))

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
            hint="`zoo translate RUN photos/ --out translated/`",
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

    def picture_rows(self, held_out: Mapping[str, Batch]) -> Sequence[str]:
        """Return the names of the rows of `picture`, in turn; none where all rows are alike.

        Args:
            held_out: as for `picture`.
        """
        return ()

    @property
    def shows_held_out(self) -> bool:
        """Return whether `picture` begins with held-out images: of a translation, by default."""
        return bool(self.translators())

    def translators(self) -> Mapping[str, str]:
        """Return direction, such as "ab", to the name in `nets` of the net that translates."""
        return {}

    def reconstruct(self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws) -> Tensor:
        """Return images (N, C, H, W), encoded and made again by (averaged) nets.

        Args:
            nets: as for `sample`.
            images: (N, C, H, W) in [-1, 1].
            rng: where an encoder that draws takes its noise from.

        Raises:
            ZooError: the game has no encoder.
        """
        raise ZooError(
            "nothing can be reconstructed here: this game has no encoder",
            hint="`zoo train --game vae` trains one; `zoo list game` shows all games",
        )

    def anomalies(
        self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws
    ) -> Mapping[str, Tensor]:
        """Return how strange each image is, (N,) by the name of each score: the largest first.

        By default the mean squared error of its reconstruction. The first is the main one.

        Args:
            nets: as for `sample`, and the critic's side where it is there.
            images: (N, C, H, W) in [-1, 1].
            rng: as for `reconstruct`.

        Raises:
            ZooError: the game has no encoder.
        """
        away = self.reconstruct(nets, images, rng) - images
        return {"error": away.square().flatten(1).mean(1)}
