"""The parts around the nets: each is one idea, knows no engine and touches no global state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from zoo_core.interfaces.nets import Discriminator
from zoo_core.interfaces.values import Draws, Scores, Terms, Turn
from zoo_core.spec import ImageSpec


class Loss(ABC):
    """What the two players minimise; inherit `nn.Module` too if it has state.

    Attributes:
        generator_needs_real: the generator's terms read the scores of real images.
        needs_features: the terms read `Scores.features`.
        needs_single_score: patches are refused.
        probability: sigmoid(logit) estimates the probability that an image is real, so the log
            shows D(real) and D(fake) as probabilities; raw mean scores otherwise.
    """

    generator_needs_real: ClassVar[bool] = False
    needs_features: ClassVar[bool] = False
    needs_single_score: ClassVar[bool] = False
    probability: ClassVar[bool] = False

    @abstractmethod
    def critic(self, real: Scores, fake: Scores) -> Terms:
        """Return the critic's terms."""

    @abstractmethod
    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        """Return the generator's terms; `real` only if `generator_needs_real`."""


class Penalty(nn.Module, ABC):
    """A regulariser of one player, computed from all that its turn has.

    What anneals reads `turn.rng.step`; a step that is known to Python alone would be frozen where
    a step is captured once and replayed.

    Attributes:
        player: whose move it is part of, "critic" or "generator".
        every: it acts on every so many moves of its player, with its weight times as large.
        differentiates: {"real"}, {"fake"} or both: whose images require gradients before they are
            scored, so that the scoring pass is shared. They are leaves in a critic's move; in a
            generator's, the fakes keep the graph of what made them.
        per_sample: it reads the gradient of each sample, which a batch-normalised critic mixes.
    """

    player: str = "critic"
    differentiates: ClassVar[frozenset[str]] = frozenset()
    per_sample: ClassVar[bool] = False
    every: int = 1

    def __init__(self) -> None:
        super().__init__()

    def prepare(self, net: nn.Module) -> None:
        """Make room for what is kept of the player's net, before anything trains."""

    @abstractmethod
    def forward(self, turn: Turn) -> Terms: ...

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        """Update state after the move from its notes, averaged over devices."""


class Constraint:
    """Hold a player's net to something: by how it is parametrised, or after each of its steps.

    Attributes:
        player: whose net it acts on, "critic" or "generator".
    """

    player: str = "critic"

    def prepare(self, net: nn.Module) -> None:
        """Change how the net is parametrised, before anything trains.

        Raises:
            ZooError: a net that cannot be held to it.
        """

    def __call__(self, net: nn.Module) -> None:
        """Change the parameters in place, after the optimiser's step."""


class Head(nn.Module, ABC):
    """A further head of any critic: what it says of the features is added to the scores.

    It is told the shape of the critic's features (`prepare`); its parameters are the critic's.

    Attributes:
        mixes: an image's score depends on the others of its batch.

    Shapes:
        features (N, F) or (N, F, h, w) -> (N,); a critic of patches adds it to all of an image's.
    """

    mixes: ClassVar[bool] = False

    @abstractmethod
    def prepare(self, features: tuple[int, ...]) -> None:
        """Build what depends on the critic's features, given without their batch dimension.

        Raises:
            ZooError: features of a shape that it cannot read.
        """

    @abstractmethod
    def forward(self, features: Tensor) -> Tensor: ...


class Sampler(nn.Module, ABC):
    """Draw latents; parameters, if any, belong to the generator's player.

    Attributes:
        gaussian_std: its standard deviation where it draws from N(0, std^2) in every coordinate,
            independently, so that a KL divergence from it has a closed form; else 0.

    Shapes:
        count, rng, device -> latents (count, latent_dim).
    """

    gaussian_std: float = 0.0

    @abstractmethod
    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor: ...


class Augment(nn.Module):
    """Change images before the critic sees them, differentiably; this one changes nothing."""

    def __init__(self) -> None:
        super().__init__()

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        return images

    def measure(self, turn: Turn) -> Mapping[str, Tensor]:
        """Return notes of a critic's move that it adapts by, such as the mean sign of scores."""
        return {}

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        """Adapt after a critic's move from its notes, averaged over devices."""


class Condition(nn.Module):
    """Make an unconditional pair conditional; this one conditions on nothing.

    It is asked what it changes before the nets are built (`latent_dim`, `image`), told the shape
    of the critic's features (`prepare`), and then wraps latents and scores. Parameters below
    `generator_side` and `critic_side` belong to that player; only the generator's side is shipped.

    Attributes:
        reads_labels: it needs labelled data.
        hides_labels: the generator gets no labels although the data has them.
        needs_single_score: critics that score patches are refused.
    """

    reads_labels: ClassVar[bool] = False
    hides_labels: ClassVar[bool] = False
    needs_single_score: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.generator_side = nn.Module()
        self.critic_side = nn.Module()

    def latent_dim(self, count: int) -> int:
        """Return the generator's number of inputs for so many latents."""
        return count

    def image(self, image: ImageSpec) -> ImageSpec:
        """Return what the critic sees of such images."""
        return image

    def prepare(self, features: tuple[int, ...]) -> None:
        """Build what depends on the critic's features, given without their batch dimension.

        Raises:
            ZooError: features of a shape that it cannot read.
        """

    def latents(self, latents: Tensor, labels: Tensor | None, rng: Draws) -> Tensor:
        """Return the generator's input."""
        return latents

    def scores(self, critic: Discriminator, images: Tensor, labels: Tensor | None) -> Scores:
        """Return the critic's scores of images."""
        features = critic.features(images, labels)
        return Scores(critic.head(features), features)

    def terms(self, turn: Turn) -> Terms:
        """Return what conditioning adds to a move."""
        return Terms()
