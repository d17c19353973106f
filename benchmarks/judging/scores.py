"""Scores of sets of images, as plain functions of tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK = 100
"""Rows that are compared with all others at once."""


def class_shares(probabilities: Tensor) -> Tensor:
    """Return the share of the rows that is given to each class, (classes,) float64.

    Args:
        probabilities: (N, classes).
    """
    counts = probabilities.argmax(1).bincount(minlength=probabilities.shape[1])
    return counts.double() / len(probabilities)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Mean (F,) and covariance (F, F) of features, float64."""

    mean: Tensor
    covariance: Tensor


def moments(features: Tensor) -> Moments:
    """Return the moments of features (N, F)."""
    exact = features.double()
    return Moments(exact.mean(0), exact.T.cov())


def frechet_distance(first: Moments, second: Moments) -> float:
    """Return |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) (Heusel et al. 2017, arXiv:1706.08500).

    The eigenvalues of C1 C2 are those of the symmetric C1^(1/2) C2 C1^(1/2), so that no complex
    root is needed.
    """
    root = _root(first.covariance)
    product = root @ second.covariance @ root
    cross = torch.linalg.eigvalsh((product + product.T) / 2).clamp(min=0).sqrt().sum()
    apart = (first.mean - second.mean).square().sum()
    distance = apart + first.covariance.trace() + second.covariance.trace() - 2 * cross
    return max(0.0, float(distance))


def nearest_distances(images: Tensor, others: Tensor) -> Tensor:
    """Return each image's distance to the nearest of others: RMS over its values, (N,).

    Shapes:
        images (N, C, H, W), others (M, C, H, W) -> (N,), in the units of the images.
    """
    flat, references = images.flatten(1), others.flatten(1)
    squares = references.square().sum(1)
    found = [_nearest(chunk, references, squares) for chunk in torch.split(flat, CHUNK)]
    return torch.cat(found)


def nearest_other_distances(images: Tensor) -> Tensor:
    """Return each image's distance to the nearest other image of the same set, (N,)."""
    flat = images.flatten(1)
    squares = flat.square().sum(1)
    found = [
        _nearest(chunk, flat, squares, skip=number * CHUNK)
        for number, chunk in enumerate(torch.split(flat, CHUNK))
    ]
    return torch.cat(found)


def _nearest(chunk: Tensor, references: Tensor, squares: Tensor, skip: int | None = None) -> Tensor:
    """Return distances of rows to their nearest reference; row i skips reference skip + i."""
    # up to a constant per row; exact enough to choose by, but not to report: it cancels near zero
    ranked = squares - 2 * chunk @ references.T
    if skip is not None:
        ranked[torch.arange(len(chunk)), torch.arange(skip, skip + len(chunk))] = torch.inf
    nearest = references[ranked.argmin(1)]
    distances: Tensor = torch.linalg.vector_norm(chunk - nearest, dim=1)
    return distances / math.sqrt(references.shape[1])


def _root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
