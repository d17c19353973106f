"""The small convolutional net of the embedded classifier, and how images are brought to it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zoo_core.interfaces import as_floats

SIDE = 32
"""Height and width of what the net reads, in pixels."""

FEATURES = 96
"""Units of the layer before the logits."""

CLASSES = 10

WIDTHS = (24, 48, 96)
"""Channels of the three convolutions; each halves the sides."""


class DigitNet(nn.Module):
    """Classify grey digits: three convolutions with batch norm, then one hidden layer.

    Shapes:
        images (N, 1, 32, 32) in [-1, 1] -> features (N, 96), at least 0, and logits (N, 10).
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 1
        for width in WIDTHS:
            layers += [
                nn.Conv2d(channels, width, 3, padding=1, bias=False),
                nn.MaxPool2d(2),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            channels = width
        self.convolve = nn.Sequential(*layers, nn.Flatten())
        side = SIDE // 2 ** len(WIDTHS)
        self.hidden = nn.Sequential(nn.Linear(channels * side * side, FEATURES), nn.ReLU())
        self.logits = nn.Linear(FEATURES, CLASSES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features: Tensor = self.hidden(self.convolve(images))
        return features, self.logits(features)


def as_input(images: Tensor) -> Tensor:
    """Return images (N, 1, H, W) uint8 as (N, 1, 32, 32) float32 in [-1, 1].

    Bilinear and anti-aliased; each side is scaled by its own factor, and 32x32 is left as it is.
    """
    values = as_floats(images)
    if tuple(values.shape[-2:]) == (SIDE, SIDE):
        return values
    return F.interpolate(values, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)


def net_of(weights: Mapping[str, Tensor]) -> DigitNet:
    """Return a net of stored weights, in float32 and for reading only.

    Args:
        weights: by name, of any floating type; all but the counts of batch norm, which only
            training reads.
    """
    # first weights would be drawn from the global generator, on which a run's nets may depend
    with torch.device("meta"):
        net = DigitNet()
    counts = {
        name: torch.zeros(tensor.shape, dtype=tensor.dtype)
        for name, tensor in net.state_dict().items()
        if not tensor.is_floating_point()
    }
    stored = {name: tensor.float() for name, tensor in weights.items()}
    net.load_state_dict({**counts, **stored}, assign=True)
    net = net.eval().requires_grad_(requires_grad=False)
    # three times as fast on a CPU
    return net.to(memory_format=torch.channels_last)
