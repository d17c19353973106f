"""The embedded classifier of handwritten digits as features: no download, no network."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch
from safetensors.torch import load
from torch import Tensor
from torch.nn import functional as F

from zoo_core import ImageSpec, ZooError
from zoo_core.digests import sha256_of_bytes
from zoo_core.interfaces import Features, Seen
from zoo_plugin_metrics.classifier_net import DigitNet, as_input, net_of
from zoo_plugin_metrics.precision import full_precision

WEIGHTS = Path(__file__).with_name("weights") / "digits.safetensors"
"""Float16; `tools/train_classifier.py` in the repository writes it, its metadata says how."""

DIGEST = "d9c3ce02bc2bea55d098846701d5d58e990b031f3200c0b2e44a3988032eb43c"
"""The sha256 of the weights that this version ships."""

STACKED = 3
"""Channels of images that hold one digit in each, as `stacked-mnist` does."""


class DigitClassifier(Features):
    """Read handwritten digits with a small convolutional net that the package embeds.

    It is trained on MNIST and on the embedded digits, white on black, and computes in float32.
    Features are the 96 units before its logits. Images of three channels are taken for three
    digits, as `stacked-mnist` has them: each channel is read by itself, the features stand beside
    each other, and the logits are the log-probabilities of the 1,000 triples, where class 345
    is the digit 3 in the first channel, 4 in the second and 5 in the third.

    Args:
        image: what it reads; one or three channels of any size.

    Shapes:
        images (N, 1, H, W) -> features (N, 96), logits (N, 10);
        images (N, 3, H, W) -> features (N, 288), logits (N, 1000).

    Raises:
        ZooError: another number of channels, or weights that are missing or altered.
    """

    classifies: ClassVar[bool] = True
    reads = (
        "each channel by itself, scaled to 32x32 (bilinear, anti-aliased, each side by its own "
        "factor), values in [-1, 1]"
    )

    def __init__(self, *, image: ImageSpec) -> None:
        if image.channels not in (1, STACKED):
            raise ZooError(
                "features 'digit-classifier' read a digit in grey or one in each of "
                f"{STACKED} channels, not images of {image.channels} channels ({image})",
                hint="`--features inception` or `--features pixels`",
            )
        self.digest = sha256_of_bytes(_stored())
        self.channels = image.channels
        self._device = torch.device("cpu")
        self._net: DigitNet | None = None

    def __call__(self, images: Tensor) -> Seen:
        net = self._loaded()
        with torch.no_grad(), full_precision(images.device):
            features, logits = net(as_input(images.reshape(-1, 1, *images.shape[2:])))
        if self.channels == 1:
            return Seen(features, logits)
        return Seen(features.reshape(len(images), -1), joint_log_probabilities(logits))

    def to(self, device: torch.device) -> DigitClassifier:
        """Return the features on a device."""
        self._device = device
        if self._net is not None:
            self._net.to(device)
        return self

    def _loaded(self) -> DigitNet:
        if self._net is None:
            self._net = net_of(load(_stored())).to(self._device)
        return self._net


def joint_log_probabilities(logits: Tensor) -> Tensor:
    """Return the log-probabilities of triples of classes, each read independently.

    Args:
        logits: (3 N, K), three rows for an image.

    Shapes:
        (3 N, K) -> (N, K^3), where a triple (a, b, c) has the index a K^2 + b K + c.
    """
    channels = F.log_softmax(logits, 1).reshape(-1, STACKED, logits.shape[1])
    first, second, third = channels.unbind(1)
    pairs = (first[:, :, None] + second[:, None, :]).flatten(1)
    return (pairs[:, :, None] + third[:, None, :]).flatten(1)


def _stored() -> bytes:
    """Return the file of weights, checked.

    Raises:
        ZooError: it is missing, or another one.
    """
    try:
        stored = WEIGHTS.read_bytes()
    except OSError as error:
        raise ZooError(
            f"the weights of the features 'digit-classifier' cannot be read: {error}", hint=_AGAIN
        ) from error
    found = sha256_of_bytes(stored)
    if found != DIGEST:
        raise ZooError(
            f"the weights of the features 'digit-classifier' at {str(WEIGHTS)!r} were altered: "
            f"their sha256 is {found}, not {DIGEST}",
            hint=_AGAIN,
        )
    return stored


_AGAIN = "`pip install --force-reinstall --no-deps zoo-plugin-metrics`"
