"""Partners for parts under test: small, quick, for images of any size and number of channels."""

from __future__ import annotations

from torch import Tensor, nn

from zoo_core.interfaces import Discriminator, Encoder, Generator, Loss, Scores, Terms
from zoo_core.spec import ImageSpec


class TinyGenerator(Generator):
    """Make images from latents by two linear layers.

    Args:
        image: what it makes; any size.
        latent_dim: length of one latent vector.

    Shapes:
        latents (N, latent_dim) -> images (N, C, H, W), values in [-1, 1].
    """

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        self.shape = image.shape
        self.first, self.last = nn.Linear(latent_dim, 8), nn.Linear(8, image.numel)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        pixels: Tensor = self.last(nn.functional.silu(self.first(latents))).tanh()
        return pixels.reshape(-1, *self.shape)


class TinyCritic(Discriminator):
    """Score images by one convolution and one linear layer.

    The score has no bias of its own: under a loss that reads differences of scores only, it would
    have no gradient.

    Args:
        image: what it judges; any size.

    Shapes:
        images (N, C, H, W) -> features (N, 8) -> logits (N,).
    """

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.first = nn.Conv2d(image.channels, 8, 3, stride=2, padding=1)
        self.last = nn.Linear(8, 1, bias=False)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return nn.functional.silu(self.first(images)).mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        logits: Tensor = self.last(features)
        return logits.squeeze(1)


class TinyEncoder(Encoder):
    """Read latents by one linear layer.

    Args:
        image: what it reads; any size.
        latent_dim: length of one latent vector.
        log_variance: give the log variance too.

    Shapes:
        images (N, C, H, W) -> latents (N, latent_dim), or mean and log variance of that shape.
    """

    def __init__(self, *, image: ImageSpec, latent_dim: int, log_variance: bool = False) -> None:
        super().__init__()
        self.log_variance = log_variance
        self.last = nn.Linear(image.numel, latent_dim * (1 + log_variance))

    def forward(self, images: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        found: Tensor = self.last(images.flatten(1))
        if not self.log_variance:
            return found
        mean, spread = found.chunk(2, 1)
        return mean, spread


class Squares(Loss):
    """Squared distances of the scores to 1 and -1: a loss without probabilities."""

    def critic(self, real: Scores, fake: Scores) -> Terms:
        losses = {"real": (real.logits - 1).square().mean()}
        return Terms({**losses, "fake": (fake.logits + 1).square().mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": (fake.logits - 1).square().mean()})
