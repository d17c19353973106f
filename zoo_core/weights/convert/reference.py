"""Compare an imported net with what the original gave for the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game
from zoo_core.weights.convert.state_dicts import read_safetensors

INPUTS, OUTPUTS = "inputs", "outputs"
TOLERANCE = 1e-3
"""Largest difference of a pixel in [-1, 1]: other devices' rounding stays below, and a padding or a
norm that is not the original's does not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a net is from its reference.

    Args:
        net: its name.
        largest: absolute difference of a pixel.
        images: how many were compared.
    """

    net: str
    largest: float
    images: int


def compare_reference(game: Game, path: Path, *, tolerance: float = TOLERANCE) -> list[Difference]:
    """Return how far each generator is from `inputs` and `outputs` of a safetensors file.

    The first generator is compared with `inputs` and `outputs`; another one, such as the second of
    a cycle, with `inputs.ba` and `outputs.ba` where the file has them.

    Args:
        game: with the imported weights.
        path: the file.
        tolerance: largest difference of a pixel.

    Raises:
        ZooError: tensors that are missing or of another shape, or pictures that differ.
    """
    tensors = read_safetensors(path)
    makers = {
        name: net for name, net in game.nets().items() if name.partition(".")[0] == "generator"
    }
    first = next(iter(makers))
    found = [
        _compared(net, name, pair, path)
        for name, net in makers.items()
        if (pair := _pair(tensors, name, path, needed=name == first)) is not None
    ]
    for one in found:
        # written so that a difference that is no number is refused too
        if not one.largest <= tolerance:
            raise ZooError(
                f"{one.net} differs from the reference by up to {one.largest:.3g}, "
                f"and {tolerance:g} is allowed",
                hint="was the reference made with `net.eval()`, and from these weights? "
                "docs/import.md says which conventions are known",
            )
    return found


def _pair(
    tensors: Mapping[str, Tensor], name: str, path: Path, *, needed: bool
) -> tuple[Tensor, Tensor] | None:
    _, dot, side = name.partition(".")
    for ending in (dot + side, "") if needed else (dot + side,):
        names = (INPUTS + ending, OUTPUTS + ending)
        if all(each in tensors for each in names):
            inputs, outputs = (tensors[each].float() for each in names)
            return inputs, outputs
    if needed:
        raise ZooError(
            f"{str(path)!r} has no tensors 'inputs' and 'outputs'",
            hint="save both: what the original net was given, and what it made of it",
        )
    return None


def _compared(net: nn.Module, name: str, pair: tuple[Tensor, Tensor], path: Path) -> Difference:
    inputs, expected = pair
    if inputs.ndim == 4 and tuple(inputs.shape[2:]) == (1, 1):
        # elsewhere latents are often images of one pixel
        inputs = inputs.flatten(1)
    with evaluating({name: net}):
        try:
            made = net(inputs, None)
        except (RuntimeError, ValueError, TypeError) as error:
            line = str(error).split("\n", 1)[0]
            raise ZooError(
                f"{name} cannot take the inputs {tuple(inputs.shape)} of {str(path)!r}: {line}",
                hint="latents are (N, latent_dim), images (N, C, H, W) in [-1, 1]",
            ) from error
    if made.shape != expected.shape or not len(expected):
        raise ZooError(
            f"{name} makes images of shape {tuple(made.shape)}, and {str(path)!r} has outputs of "
            f"{tuple(expected.shape)}",
            hint="`outputs` are the images that belong to `inputs`",
        )
    return Difference(name, float(torch.max((made - expected).abs())), len(expected))
