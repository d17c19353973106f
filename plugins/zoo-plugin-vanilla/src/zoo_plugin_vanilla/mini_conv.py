"""The smallest convolutional pair, with the game of Goodfellow et al. 2014 (arXiv:1406.2661)."""

from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces import Discriminator, Generator


class MiniConvGenerator(Generator):
    """Make a quarter-size feature map from latents and double its sides twice.

    Args:
        image: what it makes; both sides are multiples of 4.
        latent_dim: length of one latent vector.

    Shapes:
        latents (N, latent_dim) -> images (N, C, H, W), values in [-1, 1].

    Raises:
        ZooError: a side that is no multiple of 4.
    """

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        _require_multiples_of_four(image)
        quarter = (128, image.height // 4, image.width // 4)
        count = 8 * image.height * image.width
        self.project = nn.Sequential(
            nn.Linear(latent_dim, count),
            nn.ReLU(),
            nn.BatchNorm1d(count),
            nn.Unflatten(1, quarter),
        )
        self.grow = nn.Sequential(
            nn.ConvTranspose2d(128, 64, 3, stride=2, padding=1, output_padding=1),
            nn.LeakyReLU(0.01),
            nn.ConvTranspose2d(64, image.channels, 3, stride=2, padding=1, output_padding=1),
            nn.Tanh(),
        )

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        images: Tensor = self.grow(self.project(latents))
        return images


class MiniConvDiscriminator(Discriminator):
    """Judge images by one strided convolution and one linear layer; no norm.

    Args:
        image: what it judges; any size.

    Shapes:
        images (N, C, H, W) -> features (N, 64, ceil(H / 2), ceil(W / 2)) -> logits (N,).
    """

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.convolve = nn.Sequential(
            nn.Conv2d(image.channels, 64, 3, stride=2, padding=1),
            nn.LeakyReLU(0.01),
        )
        half = ((image.height + 1) // 2) * ((image.width + 1) // 2)
        self.logit = nn.Linear(64 * half, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        hidden: Tensor = self.convolve(images)
        return hidden

    def head(self, features: Tensor) -> Tensor:
        logits: Tensor = self.logit(features.flatten(1))
        return logits.squeeze(1)


def _require_multiples_of_four(image: ImageSpec) -> None:
    if image.height % 4 or image.width % 4:
        height, width = (max(4, 4 * round(side / 4)) for side in (image.height, image.width))
        raise ZooError(
            f"generator 'mini-conv' cannot make images of {image.height}x{image.width} pixels",
            hint=f"both sides must be multiples of 4, such as `--size {height}x{width}`",
        )
