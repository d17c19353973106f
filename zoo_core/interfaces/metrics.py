"""Measures of images: what parts of kind `features` and `metric` provide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import torch
from torch import Tensor

from zoo_core.interfaces.values import Draws

Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What features are read off some images.

    Args:
        features: (N, F) float32.
        logits: (N, K) float32, of a classifier's K classes, or None.
    """

    features: Tensor
    logits: Tensor | None = None


class Features(ABC):
    """Read features off images: a fixed function, the same wherever it runs.

    Built with `image`, what it is going to read, and its own options; construction is cheap and
    refuses images that it cannot read, weights are loaded by the first call.

    Attributes:
        argument: the option that `name:VALUE` sets, such as "path" for `inception:weights.pth`.
        classifies: it gives a classifier's logits too.
        reads: how an image is brought to what the net takes, for the protocol.
        digest: sha256 of the weights, or of what else fixes the function.
    """

    argument: ClassVar[str] = ""
    classifies: ClassVar[bool] = False
    reads: str
    digest: str

    @abstractmethod
    def __call__(self, images: Tensor) -> Seen:
        """Return what is seen in images.

        Args:
            images: (N, C, H, W) uint8, on the device where the features run.
        """

    def to(self, device: torch.device) -> Features:
        """Return the features on a device."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class ImageSet:
    """Some images, what the features see of them and what they should show, on the CPU.

    Args:
        seen: the features.
        images: (N, C, H, W) uint8, or None where no metric asks for pixels.
        labels: (N,) int64: of a real image as the data say, of a sample as it was asked for, -1
            where unknown; None without labels.
    """

    seen: Seen
    images: Tensor | None = None
    labels: Tensor | None = None

    def __len__(self) -> int:
        return len(self.seen.features)

    @property
    def features(self) -> Tensor:
        """Return the features (N, F), float32."""
        return self.seen.features


class Real(Protocol):
    """The real side of a comparison; a set is read when it is first asked for.

    Attributes:
        classes: how many classes the data has, 0 without labels.
    """

    classes: int

    def compared(self) -> ImageSet:
        """Return the images that samples are compared with."""

    def training(self) -> ImageSet:
        """Return the training images."""

    def held_out(self) -> ImageSet:
        """Return the held-out images."""


Reference = Mapping[str, Tensor]
"""What a metric keeps of the real side, by name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """All that a metric has.

    Args:
        fake: the samples.
        real: the data.
        reference: what `Metric.reference` returned for this data, perhaps long ago.
        critic: images (N, C, H, W) in [-1, 1] to the run's critic's logits (N,), or None where
            there is none; only for a metric that `needs_critic`.
        rng: the metric's own stream.
    """

    fake: ImageSet
    real: Real
    reference: Reference
    rng: Draws
    critic: Callable[[Tensor], Tensor] | None = None


class Metric(ABC):
    """Compare samples with real images.

    Attributes:
        scores: name of each score to which way is better; the first is the main one.
        least: samples, and real images, that it needs at least.
        needs_logits: it reads a classifier's logits.
        needs_images: it reads pixels.
        needs_labels: it reads the labels that samples were asked for.
        needs_critic: it reads the critic of the run; where there is none, it gives what it can.
    """

    scores: ClassVar[Mapping[str, Better]]
    least: int = 2
    needs_logits: ClassVar[bool] = False
    needs_images: ClassVar[bool] = False
    needs_labels: ClassVar[bool] = False
    needs_critic: ClassVar[bool] = False

    def reference(self, real: Real, rng: Draws) -> Reference:
        """Return what is kept of the real side; it is cached by the data's fingerprint."""
        return {}

    @abstractmethod
    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        """Return every score by name."""

    def doubts(self, compared: Comparison) -> Iterable[str]:
        """Give reasons not to believe the scores, such as too few images."""
        return ()
