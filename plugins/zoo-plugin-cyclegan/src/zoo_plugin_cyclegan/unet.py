"""pix2pix generator: a U-Net (Isola et al. 2017, arXiv:1611.07004, section 3.2, appendix 6.1)."""

from itertools import pairwise
from math import gcd
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from zoo_core import Between, ImageSpec, ZooError
from zoo_core.interfaces import Dropout, Generator
from zoo_plugin_cyclegan.layers import (
    SLOPE,
    check_same_size,
    initialise,
    needs_bias,
    norm_layers,
)

UNetNorm = Literal["batch", "instance"]

MOST = 8
LEAST = 2
DROPPED = 3
WIDEST = 8


class UNetGenerator(Generator):
    """Halve images down to a bottleneck and double them back, past a connection at every size.

    `down` and `up` hold the stages from the largest size to the smallest, which is the nesting of
    the published weights from the outside in. The only noise is dropout. It acts in training and,
    unlike in the paper, not in pictures and translations, so that these can be repeated.

    Args:
        source: what it reads.
        image: what it makes, of the same size; sides are multiples of 2 ** depth.
        width: channels of the first stage; each later stage has twice as many, up to eight times.
        depth: how often the sides are halved; as often as both can be, at most 8 times, if none.
        norm: of every stage but the first and the bottleneck's; instance norm has no weights.
        dropout: share of values that training drops in the three up stages next to the smallest.

    Shapes:
        source images (N, C', H, W) -> images (N, C, H, W), values in [-1, 1].

    Raises:
        ZooError: sides that cannot be halved so often, or sizes that differ.
    """

    def __init__(
        self,
        *,
        source: ImageSpec,
        image: ImageSpec,
        width: Annotated[int, Between(1, 1024)] = 64,
        depth: Annotated[int | None, Between(LEAST, 12)] = None,
        norm: UNetNorm = "batch",
        dropout: Annotated[float, Between(0, 0.9)] = 0.5,
    ) -> None:
        super().__init__()
        check_same_size(source, image, owner="generator 'pix2pix'")
        depth = _checked_depth(image, depth)
        self.stride = 2**depth
        channels = [width * min(WIDEST, 2**number) for number in range(depth)]
        # the bottleneck may be a single pixel, which no norm could take
        self.down = nn.ModuleList(
            _halving(before, after, norm, outermost=number == 0, innermost=number == depth - 1)
            for number, (before, after) in enumerate(pairwise([source.channels, *channels]))
        )
        self.up = nn.ModuleList([_last(2 * width, image.channels)])
        for number, (after, before) in enumerate(pairwise(channels), start=2):
            dropped = dropout if depth - DROPPED <= number < depth else 0.0
            joined = before if number == depth else 2 * before
            self.up.append(_doubling(joined, after, norm, dropped))
        initialise(self)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        maps, passed = latents, []
        for stage in self.down:
            maps = stage(maps)
            passed.append(maps)
        maps = self.up[-1](passed.pop())
        for stage in reversed(self.up[:-1]):
            maps = stage(torch.cat([passed.pop(), maps], 1))
        images: Tensor = maps.tanh()
        return images


def _halving(
    before: int, after: int, norm: UNetNorm, *, outermost: bool, innermost: bool
) -> nn.Sequential:
    """Return a stage that halves the sides; the first has no activation before it."""
    layer = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=needs_bias(norm))
    activation = [] if outermost else [nn.LeakyReLU(SLOPE)]
    norms = [] if outermost or innermost else norm_layers(norm, after)
    return nn.Sequential(*activation, layer, *norms)


def _doubling(before: int, after: int, norm: UNetNorm, dropout: float) -> nn.Sequential:
    """Return a stage that doubles the sides."""
    layer = nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=needs_bias(norm))
    drop = [Dropout(dropout)] if dropout else []
    return nn.Sequential(nn.ReLU(), layer, *norm_layers(norm, after), *drop)


def _last(before: int, after: int) -> nn.Sequential:
    return nn.Sequential(nn.ReLU(), nn.ConvTranspose2d(before, after, 4, stride=2, padding=1))


def _checked_depth(image: ImageSpec, depth: int | None) -> int:
    both = gcd(image.height, image.width)
    # the largest power of two that divides both sides
    possible = (both & -both).bit_length() - 1
    size = f"{image.height}x{image.width}"
    if possible < LEAST:
        raise ZooError(
            f"generator 'pix2pix' cannot do images of {size} pixels",
            hint="both sides must be multiples of 4; powers of two, such as `--size 256`, are best",
        )
    if depth is None:
        return min(MOST, possible)
    if depth > possible:
        raise ZooError(
            f"generator 'pix2pix' cannot halve images of {size} pixels {depth} times",
            hint=f"`-o generator.depth={possible}` or less, "
            f"or sides that are multiples of {2**depth}",
        )
    return depth
