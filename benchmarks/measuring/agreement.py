"""The metrics beside torch-fidelity's and beside scipy in float64, on the same features."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from scipy import linalg
from torch import Tensor
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

from zoo_plugin_metrics.distances import share_inside, squared_reach
from zoo_plugin_metrics.fid import frechet_distance
from zoo_plugin_metrics.inception_score import inception_score
from zoo_plugin_metrics.kid import over_subsets
from zoo_plugin_metrics.moments import moments

SUBSETS, SUBSET_SIZE, SEED = 20, 0.5, 2020
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Features of known shape.

    Args:
        name: what is special.
        fake: rows of samples.
        real: rows of real images.
        length: of a feature.
        rank: of the samples' features; 0 for all, 1 for one repeated image.
    """

    name: str
    fake: int
    real: int
    length: int
    rank: int = 0

    def features(self) -> tuple[Tensor, Tensor]:
        """Return correlated features, the second with another mean."""
        rng = torch.Generator().manual_seed(0)
        mixing = torch.randn(self.rank or self.length, self.length, generator=rng)
        if self.rank == 1:
            fake = mixing.expand(self.fake, -1)
        else:
            fake = torch.randn(self.fake, len(mixing), generator=rng) @ mixing
        other = torch.randn(self.length, self.length, generator=rng)
        real = torch.randn(self.real, self.length, generator=rng) @ other
        scale = self.length**-0.5
        return fake * scale + 0.5, real * scale + 0.7


CASES = (
    Case(name="plenty", fake=5000, real=6000, length=256),
    Case(name="fewer samples than dimensions", fake=1000, real=5000, length=2048),
    Case(name="fewer of both", fake=500, real=800, length=2048),
    Case(name="as many as dimensions", fake=512, real=512, length=512),
    Case(name="singular: rank 64 of 512", fake=5000, real=5000, length=512, rank=64),
    Case(name="one repeated image", fake=5000, real=5000, length=512, rank=1),
)
QUICK = (
    Case(name="plenty", fake=300, real=400, length=32),
    Case(name="fewer samples than dimensions", fake=20, real=300, length=32),
    Case(name="singular: rank 8 of 32", fake=300, real=300, length=32, rank=8),
    Case(name="one repeated image", fake=300, real=300, length=32, rank=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One score of one case.

    Args:
        case: what is special.
        shape: of both sides' features.
        score: name.
        zoo: as zoo-plugin-metrics computes it.
        fidelity: as torch-fidelity does.
        exact: by scipy in float64, or None where that is not computed.
    """

    case: str
    shape: str
    score: str
    zoo: float
    fidelity: float
    exact: float | None = None

    @property
    def to_fidelity(self) -> float:
        """Return the relative difference from torch-fidelity's."""
        return _difference(self.zoo, self.fidelity)

    @property
    def to_exact(self) -> float | None:
        """Return the relative difference from scipy's."""
        return None if self.exact is None else _difference(self.zoo, self.exact)

    def json(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        return {**asdict(self), "to_fidelity": self.to_fidelity, "to_exact": self.to_exact}


def agreement(cases: tuple[Case, ...]) -> list[Row]:
    """Return every score of every case."""
    return [row for case in cases for row in _rows(case)]


def _rows(case: Case) -> list[Row]:
    fake, real = case.features()
    shape = f"{case.fake:,} / {case.real:,} x {case.length:,}"
    statistics = [fid_features_to_statistics(rows) for rows in (fake, real)]
    (their_fid,) = fid_statistics_to_metric(*statistics, verbose=False).values()
    fid = frechet_distance(moments(fake), moments(real))
    kid, their_kid = _kid(fake, real)
    # any rows serve as logits
    score, _ = inception_score(fake, 10)
    their_score = isc_features_to_metric(fake, splits=10, shuffle=False)
    theirs = prc_features_to_metric(fake, real, prc_neighborhood=NEIGHBOURS, verbose=False)
    precision = share_inside(fake, real, squared_reach(real, NEIGHBOURS))
    recall = share_inside(real, fake, squared_reach(fake, NEIGHBOURS))
    found = {
        "fid": (fid, their_fid, _exact_fid(fake, real)),
        "kid": (kid, their_kid, None),
        "inception-score": (score, their_score["inception_score_mean"], None),
        "precision": (precision, theirs["precision"], None),
        "recall": (recall, theirs["recall"], None),
    }
    return [
        Row(case=case.name, shape=shape, score=name, zoo=ours, fidelity=their, exact=exact)
        for name, (ours, their, exact) in found.items()
    ]


def _kid(fake: Tensor, real: Tensor) -> tuple[float, float]:
    """Return both KIDs of the subsets that torch-fidelity draws."""
    size = int(SUBSET_SIZE * min(len(fake), len(real)))
    theirs = kid_features_to_metric(
        fake, real, kid_subsets=SUBSETS, kid_subset_size=size, rng_seed=SEED, verbose=False
    )
    state = np.random.RandomState(SEED)
    chosen = [
        [torch.from_numpy(state.choice(len(rows), size, replace=False)) for rows in (fake, real)]
        for _ in range(SUBSETS)
    ]
    first, second = (torch.stack(rows) for rows in zip(*chosen, strict=True))
    return over_subsets(fake, real, first, second)[0], theirs["kernel_inception_distance_mean"]


def _exact_fid(fake: Tensor, real: Tensor) -> float:
    first, second = (rows.double().numpy() for rows in (fake, real))
    one, two = (np.cov(rows, rowvar=False) for rows in (first, second))
    values, vectors = linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(linalg.eigvalsh(root @ two @ root).clip(0)).sum()
    apart = np.square(first.mean(0) - second.mean(0)).sum()
    return float(apart + np.trace(one) + np.trace(two) - 2 * cross)


def _difference(value: float, other: float) -> float:
    return abs(value - other) / abs(other) if other else abs(value)
