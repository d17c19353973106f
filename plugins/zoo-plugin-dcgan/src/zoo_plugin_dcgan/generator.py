"""DCGAN generator (Radford et al. 2016, arXiv:1511.06434, figure 1)."""

from itertools import pairwise
from typing import Annotated, Literal

from torch import Tensor, nn

from zoo_core import Between, ImageSpec
from zoo_core.interfaces import Generator
from zoo_plugin_dcgan.layers import Activation, Norm, needs_bias, prepared, stage
from zoo_plugin_dcgan.sides import doubled_sides

Upsample = Literal["transposed", "pixel-shuffle", "nearest", "bilinear"]


class DCGANGenerator(Generator):
    """Grow images from latents, doubling the sides at every stage.

    Args:
        image: what it makes; each side is a base of 2 to 7 pixels, doubled equally often.
        latent_dim: length of one latent vector.
        width: channels of the last hidden stage; each earlier stage has twice as many.
        upsample: how a stage doubles: a transposed convolution of 4x4, or one of 3x3 before a
            pixel shuffle or after an enlargement.
        norm: of every hidden stage: a layer, or the spectral norm of its weights.
        activation: of every hidden stage; the leaky ReLU has slope 0.2.

    Shapes:
        latents (N, latent_dim) -> images (N, C, H, W), values in [-1, 1].

    Raises:
        ZooError: a size that doubling cannot reach.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        latent_dim: int,
        width: Annotated[int, Between(1, 4096)] = 64,
        upsample: Upsample = "transposed",
        norm: Norm = "batch",
        activation: Activation = "relu",
    ) -> None:
        super().__init__()
        sides = doubled_sides(image, owner="generator 'dcgan'")
        bias = needs_bias(norm)
        channels = [width << power for power in reversed(range(sides.doublings))]
        base = (sides.height, sides.width)
        project = nn.ConvTranspose2d(latent_dim, channels[0], base, bias=bias)
        stages = [
            stage(prepared(project, norm), channels=channels[0], norm=norm, activation=activation)
        ]
        for wide, narrow in pairwise(channels):
            doubling = _doubling(upsample, wide, narrow, norm=norm, bias=bias)
            stages.append(stage(*doubling, channels=narrow, norm=norm, activation=activation))
        self.hidden = nn.Sequential(*stages)
        # the last convolution has neither norm nor bias, whatever the norm of the hidden stages
        self.pixels = nn.Sequential(
            *_doubling(upsample, width, image.channels, norm="none", bias=False)
        )

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        pixels: Tensor = self.pixels(self.hidden(latents[:, :, None, None]))
        return pixels.tanh()


def _doubling(
    upsample: Upsample, before: int, after: int, *, norm: Norm, bias: bool
) -> list[nn.Module]:
    """Return the layers that double the sides of a feature map."""
    if upsample == "transposed":
        layer = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=bias)
        return [prepared(layer, norm)]
    if upsample == "pixel-shuffle":
        shuffled = nn.Conv2d(before, 4 * after, 3, padding=1, bias=bias)
        return [prepared(shuffled, norm), nn.PixelShuffle(2)]
    enlarge = nn.Upsample(scale_factor=2, mode=upsample)
    return [enlarge, prepared(nn.Conv2d(before, after, 3, padding=1, bias=bias), norm)]
