"""PatchGAN, a critic of overlapping patches (arXiv:1611.07004, section 3.3 and appendix 6.1.2)."""

from itertools import pairwise
from typing import Annotated

from torch import Tensor, nn

from zoo_core import Between, ImageSpec, ZooError
from zoo_core.interfaces import Discriminator
from zoo_plugin_cyclegan.layers import SLOPE, Norm, initialise, needs_bias, norm_layers

USUAL = 3
WIDEST = 8
FIELD = 3


class PatchGAN(Discriminator):
    """Score every patch of an image: with three layers, of 70x70 pixels, eight pixels apart.

    Args:
        image: what it judges.
        width: channels of the first layer; each later one has twice as many, up to eight times.
        layers: how often the sides are halved; 3, or as often as a small image can be, if none.
        norm: of every layer but the first and the last; instance norm has no weights, as published.

    Shapes:
        images (N, C, H, W) -> features (N, F, h, w) -> patches (N, h - 1, w - 1), where h is
        H / 2 ** layers - 1.

    Raises:
        ZooError: an image too small for so many layers.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        width: Annotated[int, Between(1, 1024)] = 64,
        layers: Annotated[int | None, Between(1, 8)] = None,
        norm: Norm = "instance",
    ) -> None:
        super().__init__()
        count = _checked_layers(image, layers)
        channels = [width * min(WIDEST, 2**number) for number in range(count + 1)]
        stages = [nn.Conv2d(image.channels, width, 4, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
        for number, (before, after) in enumerate(pairwise(channels), start=1):
            # the last of these looks at its places without halving
            stride = 2 if number < count else 1
            layer = nn.Conv2d(before, after, 4, stride, padding=1, bias=needs_bias(norm))
            stages += [layer, *norm_layers(norm, after), nn.LeakyReLU(SLOPE)]
        self.trunk = nn.Sequential(*stages)
        self.logit = nn.Conv2d(channels[-1], 1, 4, padding=1)
        initialise(self)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        maps: Tensor = self.trunk(images)
        return maps

    def head(self, features: Tensor) -> Tensor:
        patches: Tensor = self.logit(features)
        return patches.squeeze(1)


def _checked_layers(image: ImageSpec, layers: int | None) -> int:
    short = min(image.height, image.width)
    # after the halvings, three places are left for two convolutions that take one each
    possible = (short // FIELD).bit_length() - 1
    if possible >= (layers or 1):
        return layers or min(USUAL, possible)
    size = f"{image.height}x{image.width}"
    if possible < 1:
        raise ZooError(
            f"critic 'patchgan' cannot do images of {size} pixels",
            hint="both sides must have at least 6; `--disc pixelgan` takes smaller ones",
        )
    raise ZooError(
        f"critic 'patchgan' with {layers} layers cannot do images of {size} pixels",
        hint=f"`-o critic.layers={possible}` or less",
    )
