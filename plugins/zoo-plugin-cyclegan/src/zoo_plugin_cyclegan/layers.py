"""What the nets share: initial weights, norms, sizes (arXiv:1703.10593, arXiv:1611.07004)."""

from collections.abc import Callable
from typing import Literal

from torch import nn

from zoo_core import ImageSpec, ZooError

Norm = Literal["instance", "batch", "layer", "none"]
Convolution = nn.Conv2d | nn.ConvTranspose2d

STD = 0.02
SLOPE = 0.2


def needs_bias(norm: Norm) -> bool:
    """Tell whether hidden convolutions have a bias, as published: where the norm does not shift."""
    return norm in ("instance", "none")


def norm_layers(norm: Norm, channels: int) -> list[nn.Module]:
    """Return the norm layer of so many channels, if any: in "layer", an image's values share it."""
    return [] if norm == "none" else [_NORMS[norm](channels)]


def initialise(net: nn.Module) -> None:
    """Draw the published initial weights: N(0, 0.02), norms N(1, 0.02), no bias."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d | nn.GroupNorm):
            mean = 0.0 if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) else 1.0
            nn.init.normal_(layer.weight, mean, STD)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def check_same_size(source: ImageSpec, image: ImageSpec, *, owner: str) -> None:
    """Refuse a translation that changes the size.

    Raises:
        ZooError: source and image differ in height or width.
    """
    if (source.height, source.width) != (image.height, image.width):
        raise ZooError(
            f"{owner} keeps the size, and cannot translate {source} images to {image}",
            hint="one `--size` for both",
        )


def _instance_norm(channels: int) -> nn.Module:
    # neither weights nor running statistics, as published
    return nn.InstanceNorm2d(channels)


def _layer_norm(channels: int) -> nn.Module:
    return nn.GroupNorm(1, channels)


_NORMS: dict[Norm, Callable[[int], nn.Module]] = {
    "instance": _instance_norm,
    "batch": nn.BatchNorm2d,
    "layer": _layer_norm,
}
