"""PixelGAN, a critic of single pixels (Isola et al. 2017, arXiv:1611.07004, section 4.4)."""

from typing import Annotated

from torch import Tensor, nn

from zoo_core import Between, ImageSpec
from zoo_core.interfaces import Discriminator
from zoo_plugin_cyclegan.layers import SLOPE, Norm, initialise, needs_bias, norm_layers


class PixelGAN(Discriminator):
    """Score every pixel by itself: a PatchGAN of 1x1 patches, which judges colours alone.

    Args:
        image: what it judges.
        width: channels of the first layer; the second has twice as many.
        norm: of the second layer; all but "none" and "batch" join the pixels of an image.

    Shapes:
        images (N, C, H, W) -> features (N, 2 * width, H, W) -> patches (N, H, W).
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        width: Annotated[int, Between(1, 1024)] = 64,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        bias = needs_bias(norm)
        self.trunk = nn.Sequential(
            nn.Conv2d(image.channels, width, 1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, 2 * width, 1, bias=bias),
            *norm_layers(norm, 2 * width),
            nn.LeakyReLU(SLOPE),
        )
        self.logit = nn.Conv2d(2 * width, 1, 1, bias=bias)
        initialise(self)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        maps: Tensor = self.trunk(images)
        return maps

    def head(self, features: Tensor) -> Tensor:
        patches: Tensor = self.logit(features)
        return patches.squeeze(1)
