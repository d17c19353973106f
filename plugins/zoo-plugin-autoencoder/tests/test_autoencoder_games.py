from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from zoo_core import Composition, ImageSpec
from zoo_core.testing import (
    check_capture,
    check_learning,
    check_reproducible,
    check_shapes,
)
from zoo_plugin_autoencoder.encoders import ConvEncoder, MLPEncoder

Composed = Callable[..., Composition]
GAMES = ("autoencoder", "denoising", "sparse", "vae", "vae-gan", "encode")


@pytest.mark.parametrize("game", GAMES)
def test_every_game_keeps_the_contract(composed: Composed, game: str) -> None:
    composition = composed(game)
    check_shapes(composition)
    check_reproducible(composition)
    check_learning(composition)


@pytest.mark.parametrize("game", GAMES)
def test_a_recorded_step_replays(composed: Composed, game: str) -> None:
    check_capture(composed(game))


@pytest.mark.parametrize("encoder", [ConvEncoder, MLPEncoder])
@pytest.mark.parametrize("size", ["5x9", "28x28", "32x64", "1x3"])
def test_encoders_read_any_size(encoder: type[ConvEncoder] | type[MLPEncoder], size: str) -> None:
    image = ImageSpec(2, *map(int, size.split("x")))
    net = encoder(image=image, latent_dim=6, log_variance=True, width=3)
    mean, log_variance = net(torch.randn(4, *image.shape))
    assert mean.shape == log_variance.shape == (4, 6)
    assert encoder(image=image, latent_dim=6, width=3)(torch.zeros(4, *image.shape)).shape == (4, 6)
