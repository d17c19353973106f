"""Mean and covariance of features in float64, computed a chunk at a time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from scipy.linalg import blas
from torch import Tensor

CHUNK = 2048
"""Rows that are in float64 at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Mean and covariance of N features of length F.

    The covariance S is the unbiased one (divided by N - 1). Where N < F it has a low rank, and
    what is kept is a factor A with A' A = S: it is smaller, and nothing is lost to rounding.

    Args:
        mean: (F,) float64.
        factor: (N, F) float64, or None.
        covariance: (F, F) float64, or None where there is a factor.
    """

    mean: Tensor
    factor: Tensor | None = None
    covariance: Tensor | None = None

    @property
    def trace(self) -> Tensor:
        """Return the trace of the covariance."""
        if self.factor is not None:
            return self.factor.square().sum()
        assert self.covariance is not None
        return self.covariance.trace()

    def tensors(self) -> dict[str, Tensor]:
        """Return what is kept, by name."""
        named = {"mean": self.mean, "factor": self.factor, "covariance": self.covariance}
        return {name: tensor for name, tensor in named.items() if tensor is not None}

    @classmethod
    def kept(cls, tensors: Mapping[str, Tensor]) -> Moments:
        """Return the moments whose `tensors` these are."""
        return cls(tensors["mean"], tensors.get("factor"), tensors.get("covariance"))


def moments(features: Tensor) -> Moments:
    """Return the moments of features (N, F), N at least 2."""
    count, length = features.shape
    sums = [chunk.double().sum(0) for chunk in torch.split(features, CHUNK)]
    mean = torch.stack(sums).sum(0) / count
    if count < length:
        return Moments(mean, factor=(features.double() - mean) / math.sqrt(count - 1))
    return Moments(mean, covariance=_covariance(features, mean))


def root_trace(first: Moments, second: Moments) -> Tensor:
    """Return the trace of (S1 S2)^(1/2).

    The eigenvalues of S1 S2 are those of the symmetric A S2 A' with S1 = A' A, and if S2 = B' B
    too, their roots are the singular values of A B'. So no root of a matrix is taken, none is
    complex, and the problem is as small as the smaller number of rows.
    """
    if first.factor is None and second.factor is not None:
        first, second = second, first
    factor = first.factor if first.factor is not None else _factor(first.covariance)
    if second.factor is not None:
        values: Tensor = torch.linalg.svdvals(factor @ second.factor.T)
        return values.sum()
    assert second.covariance is not None
    product = factor @ second.covariance @ factor.T
    roots: Tensor = torch.linalg.eigvalsh(product).clamp(min=0).sqrt()
    return roots.sum()


def _covariance(features: Tensor, mean: Tensor) -> Tensor:
    length = len(mean)
    # one triangle, in Fortran's order so that BLAS adds to it in place
    upper = torch.zeros(length, length, dtype=torch.float64).numpy().T
    for chunk in torch.split(features, CHUNK):
        centred = (chunk.double() - mean).numpy().T
        upper = blas.dsyrk(1 / (len(features) - 1), centred, beta=1, c=upper, overwrite_c=1)
    half = torch.from_numpy(upper).triu()
    return half + half.triu(1).T


def _factor(covariance: Tensor | None) -> Tensor:
    """Return A (R, F) with A' A = S, of as many rows as S has eigenvalues above rounding."""
    assert covariance is not None
    upper: Tensor
    upper, failed = torch.linalg.cholesky_ex(covariance, upper=True)
    if not failed:
        return upper
    values: Tensor
    values, vectors = torch.linalg.eigh(covariance)
    least = values[-1].clamp(min=0) * len(values) * torch.finfo(values.dtype).eps
    above = values > least
    factor: Tensor = (vectors[:, above] * values[above].sqrt()).T
    return factor
