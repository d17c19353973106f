"""CycleGAN generator (Zhu et al. 2017, arXiv:1703.10593, appendix 7.2; Johnson et al. 2016)."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from zoo_core import Between, ImageSpec, ZooError
from zoo_core.interfaces import Generator
from zoo_plugin_cyclegan.layers import check_same_size, initialise, needs_bias, norm_layers

ResNetNorm = Literal["instance", "batch", "none"]

STRIDE = 4
SMALLEST = 8
LARGE = 256


class ResNetGenerator(Generator):
    """Shrink images to a quarter of their sides, transform them in residual blocks, grow them back.

    The layers stand in `model` in the published order, under the names of the published weights.

    Args:
        source: what it reads.
        image: what it makes, of the same size; sides are multiples of 4, at least 8.
        width: channels of the first layer; the residual blocks have four times as many.
        blocks: residual blocks; 6 where the short side is below 256 pixels and 9 from there, if
            none.
        norm: of every hidden layer; the instance norm has no weights, as published.

    Shapes:
        source images (N, C', H, W) -> images (N, C, H, W), values in [-1, 1].

    Raises:
        ZooError: sides that are no multiples of 4 or below 8, or sizes that differ.
    """

    stride = STRIDE

    def __init__(
        self,
        *,
        source: ImageSpec,
        image: ImageSpec,
        width: Annotated[int, Between(1, 1024)] = 64,
        blocks: Annotated[int | None, Between(1, 64)] = None,
        norm: ResNetNorm = "instance",
    ) -> None:
        super().__init__()
        check_same_size(source, image, owner="generator 'cyclegan'")
        _check_sides(image.height, image.width)
        if blocks is None:
            blocks = 9 if min(image.height, image.width) >= LARGE else 6
        self.model = nn.Sequential(
            Reflection(3),
            *_stage(nn.Conv2d(source.channels, width, 7, bias=needs_bias(norm)), norm),
            *_shrinking(width, norm),
            *_shrinking(2 * width, norm),
            *(Residual(4 * width, norm) for _ in range(blocks)),
            *_growing(4 * width, norm),
            *_growing(2 * width, norm),
            Reflection(3),
            nn.Conv2d(width, image.channels, 7),
            nn.Tanh(),
        )
        initialise(self)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        _check_sides(*latents.shape[2:])
        images: Tensor = self.model(latents)
        return images


class Reflection(nn.ReflectionPad2d):
    """Mirror the pixels next to the border; reproducibly on every device where that is asked."""

    def forward(self, maps: Tensor) -> Tensor:
        if not torch.are_deterministic_algorithms_enabled():
            return super().forward(maps)
        # the gradient of the padding itself is not reproducible on CUDA
        left, _, top, _ = self.padding
        return _mirrored(_mirrored(maps, top, 2), left, 3)


class Residual(nn.Module):
    """Add what two convolutions with reflection padding find; no activation follows the sum.

    Args:
        channels: of input and output.
        norm: after each convolution.

    Shapes:
        (N, channels, h, w) -> the same; h and w are at least 2.
    """

    def __init__(self, channels: int, norm: ResNetNorm) -> None:
        super().__init__()
        bias = needs_bias(norm)
        self.conv_block = nn.Sequential(
            Reflection(1),
            *_stage(nn.Conv2d(channels, channels, 3, bias=bias), norm),
            Reflection(1),
            nn.Conv2d(channels, channels, 3, bias=bias),
            *norm_layers(norm, channels),
        )

    def forward(self, maps: Tensor) -> Tensor:
        change: Tensor = self.conv_block(maps)
        return maps + change


def _stage(layer: nn.Conv2d | nn.ConvTranspose2d, norm: ResNetNorm) -> list[nn.Module]:
    return [layer, *norm_layers(norm, layer.out_channels), nn.ReLU()]


def _shrinking(channels: int, norm: ResNetNorm) -> list[nn.Module]:
    bias = needs_bias(norm)
    return _stage(nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=bias), norm)


def _growing(channels: int, norm: ResNetNorm) -> list[nn.Module]:
    bias = needs_bias(norm)
    layer = nn.ConvTranspose2d(
        channels, channels // 2, 3, stride=2, padding=1, output_padding=1, bias=bias
    )
    return _stage(layer, norm)


def _mirrored(maps: Tensor, count: int, dimension: int) -> Tensor:
    """Return maps with so many places mirrored at both ends of a dimension."""
    length = maps.shape[dimension]
    before = maps.narrow(dimension, 1, count).flip(dimension)
    after = maps.narrow(dimension, length - 1 - count, count).flip(dimension)
    return torch.cat([before, maps, after], dimension)


def _check_sides(height: int, width: int) -> None:
    sides = (height, width)
    if any(side % STRIDE or side < SMALLEST for side in sides):
        fitting = [max(SMALLEST, round(side / STRIDE) * STRIDE) for side in sides]
        size = f"{fitting[0]}x{fitting[1]}" if height != width else str(fitting[0])
        raise ZooError(
            f"generator 'cyclegan' cannot do images of {height}x{width} pixels",
            hint=f"both sides must be multiples of 4, at least 8: the nearest is `--size {size}`",
        )
