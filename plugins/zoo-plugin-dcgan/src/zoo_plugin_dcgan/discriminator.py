"""DCGAN discriminator (Radford et al. 2016, arXiv:1511.06434, section 3)."""

from itertools import pairwise
from typing import Annotated, Literal

from torch import Tensor, nn

from zoo_core import Between, ImageSpec
from zoo_core.interfaces import Discriminator
from zoo_plugin_dcgan.layers import Activation, Norm, needs_bias, prepared, stage
from zoo_plugin_dcgan.sides import Sides, doubled_sides

Downsample = Literal["strided", "avg-pool", "max-pool"]
Head = Literal["conv", "global-avg-pool"]


class DCGANDiscriminator(Discriminator):
    """Halve images at every stage down to a small feature map, and score that.

    Args:
        image: what it judges; each side is a base of 2 to 7 pixels, doubled equally often.
        width: channels of the first stage; each later stage has twice as many.
        downsample: how a stage halves: a strided convolution of 4x4, or one of 3x3 and a pool.
        head: what scores the last feature map: one convolution as large as the map, or the mean
            over its places and a linear layer.
        norm: of every stage but the first, or the spectral norm of all weights.
        activation: of every stage; the leaky ReLU has slope 0.2.

    Shapes:
        images (N, C, H, W) -> features (N, F, h, w) -> logits (N,), where F is the width of the
        last stage and h x w the base of the sides.

    Raises:
        ZooError: a size that halving does not bring to its base.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        width: Annotated[int, Between(1, 4096)] = 64,
        downsample: Downsample = "strided",
        head: Head = "conv",
        norm: Norm = "batch",
        activation: Activation = "leaky-relu",
    ) -> None:
        super().__init__()
        sides = doubled_sides(image, owner="discriminator 'dcgan'")
        channels = [image.channels, *(width << power for power in range(sides.doublings))]
        stages = []
        for number, (before, after) in enumerate(pairwise(channels)):
            # norms of single images cancel their contrast, unless the first stage can shift it
            bias = needs_bias(norm) or (number == 0 and norm != "batch")
            halving = _halving(downsample, before, after, norm, bias=bias)
            # the paper leaves out the norm of the stage that reads the images
            here: Norm = norm if number else "none"
            stages.append(stage(*halving, channels=after, norm=here, activation=activation))
        self.stages = nn.Sequential(*stages)
        self.averages = head == "global-avg-pool"
        self.logit = prepared(_scorer(head, channels[-1], sides), norm)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        maps: Tensor = self.stages(images)
        return maps

    def head(self, features: Tensor) -> Tensor:
        pooled = features.mean((2, 3)) if self.averages else features
        logits: Tensor = self.logit(pooled)
        return logits.flatten()


def _halving(
    downsample: Downsample, before: int, after: int, norm: Norm, *, bias: bool
) -> list[nn.Module]:
    """Return the layers that halve the sides of a feature map."""
    if downsample == "strided":
        return [prepared(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=bias), norm)]
    layer = prepared(nn.Conv2d(before, after, 3, padding=1, bias=bias), norm)
    return [layer, nn.AvgPool2d(2) if downsample == "avg-pool" else nn.MaxPool2d(2)]


def _scorer(head: Head, channels: int, sides: Sides) -> nn.Linear | nn.Conv2d:
    # without a bias, as published: a Wasserstein critic could not learn one
    if head == "global-avg-pool":
        return nn.Linear(channels, 1, bias=False)
    return nn.Conv2d(channels, 1, (sides.height, sides.width), bias=False)
