"""What both nets are made of: initial weights, norms and activations (arXiv:1511.06434, sec. 3)."""

from collections.abc import Callable
from math import gcd
from typing import Literal

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

Norm = Literal["batch", "instance", "layer", "group", "spectral", "none"]
Activation = Literal["relu", "leaky-relu", "silu", "elu"]
Weighted = nn.Conv2d | nn.ConvTranspose2d | nn.Linear
NormLayer = nn.BatchNorm2d | nn.InstanceNorm2d | nn.GroupNorm

STD = 0.02
GROUP_SIZE = 16


def needs_bias(norm: Norm) -> bool:
    """Tell whether hidden layers need a bias of their own, because no norm layer shifts them."""
    return norm in ("spectral", "none")


def prepared(layer: Weighted, norm: Norm) -> nn.Module:
    """Draw the paper's initial weights; normalise them where the norm is that of the weights."""
    nn.init.normal_(layer.weight, 0.0, STD)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return spectral_norm(layer) if norm == "spectral" else layer


def stage(*resize: nn.Module, channels: int, norm: Norm, activation: Activation) -> nn.Sequential:
    """Return what makes a feature map of so many channels, then its norm and activation."""
    return nn.Sequential(*resize, *_norm_layers(norm, channels), _ACTIVATIONS[activation]())


def _norm_layers(norm: Norm, channels: int) -> list[nn.Module]:
    """Return the norm layer, if the norm is one: in "layer", all of C, H and W share statistics."""
    if norm in ("spectral", "none"):
        return []
    layer = _NORMS[norm](channels)
    nn.init.normal_(layer.weight, 1.0, STD)
    nn.init.zeros_(layer.bias)
    return [layer]


def _instance_norm(channels: int) -> NormLayer:
    return nn.InstanceNorm2d(channels, affine=True)


def _layer_norm(channels: int) -> NormLayer:
    return nn.GroupNorm(1, channels)


def _group_norm(channels: int) -> NormLayer:
    return nn.GroupNorm(channels // gcd(channels, GROUP_SIZE), channels)


def _leaky_relu() -> nn.Module:
    return nn.LeakyReLU(0.2)


# no activation works in place: a gradient penalty differentiates twice
_ACTIVATIONS: dict[Activation, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": _leaky_relu,
    "silu": nn.SiLU,
    "elu": nn.ELU,
}
_NORMS: dict[Norm, Callable[[int], NormLayer]] = {
    "batch": nn.BatchNorm2d,
    "instance": _instance_norm,
    "layer": _layer_norm,
    "group": _group_norm,
}
