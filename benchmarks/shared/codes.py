"""What is measured of encoders: PCA beside them, noise, activations, and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from benchmarks.shared.controls import PIECE
from zoo_core import Pretrained
from zoo_core.draws import CounterDraws
from zoo_core.pictures.row_names import WIDTH
from zoo_core.runs.directory import RunDirectory
from zoo_plugin_autoencoder.bottleneck import corrupted
from zoo_plugin_autoencoder.coding import mean_of

SEED = 3
PEAK = 2.0
"""Largest difference of two values in [-1, 1]."""


def pca_error(training: Tensor, images: Tensor, dimension: int) -> float:
    """Return the mean squared error of images that are made again from principal components.

    The components are those of the training images: of all linear codes of that length the best.

    Args:
        training: (N, C, H, W).
        images: (M, C, H, W), held out.
        dimension: number of components.
    """
    rows, others = training.flatten(1).double(), images.flatten(1).double()
    mean = rows.mean(0)
    centred = rows - mean
    _, vectors = torch.linalg.eigh(centred.T @ centred / len(rows))
    kept = vectors[:, -dimension:]
    away = (others - mean) - (others - mean) @ kept @ kept.T
    return float(away.square().mean())


def psnr(model: Pretrained, images: Tensor, options: Mapping[str, Any]) -> dict[str, float]:
    """Return the peak signal-to-noise ratio in dB of noisy images, and of what is made of them."""
    rng = CounterDraws(SEED, 0, path=("noise",))
    noisy = corrupted(images, rng, noise=options["noise"], amount=options["amount"])
    made = model.reconstruct(noisy)
    return {"before": _decibels(noisy, images), "after": _decibels(made, images)}


@torch.no_grad()
def activations(model: Pretrained, images: Tensor) -> dict[str, float]:
    """Return the mean activation over images and units, and that of the most active unit."""
    encoder = model.game.nets()["encoder"]
    codes = torch.cat([mean_of(encoder(piece)).sigmoid() for piece in torch.split(images, PIECE)])
    return {"mean": float(codes.mean()), "largest": float(codes.mean(0).max())}


def keep_picture(run: Path, target: Path, *, rows: int = 6) -> None:
    """Keep the first rows of a run's last picture, twice as large."""
    place = RunDirectory(run)
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(place.sample(max(place.steps()))) as made:
        # the names of the rows stand at the right of the sheet
        width = int(made.info.get(WIDTH, made.width))
        kept = made.crop((0, 0, width, min(made.height, rows * (width - 2) // 8 + 2)))
        kept.resize((2 * kept.width, 2 * kept.height), Image.Resampling.NEAREST).save(
            target, optimize=True
        )


def _decibels(made: Tensor, images: Tensor) -> float:
    """Return the mean over images of 10 log10(peak^2 / mean squared error)."""
    error = (made - images).square().flatten(1).mean(1)
    return float((10 * (PEAK**2 / error).log10()).mean())
