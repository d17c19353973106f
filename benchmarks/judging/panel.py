"""The panel: one judge and its real images, before which every set of images is put."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.judging.controls import controls
from benchmarks.judging.judge import Judge, JudgeOptions, train_judge
from benchmarks.judging.real import real_images
from benchmarks.judging.scores import (
    class_shares,
    frechet_distance,
    moments,
    nearest_distances,
    nearest_other_distances,
)
from zoo_core.interfaces import Dataset

PRESENT = 0.01
"""Share of the images from which on a class counts as present."""

TWIN_QUANTILE = 0.01
"""Quantile of the held-out images' distances to the training images below which two are twins."""

CONTROL_SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is measured of one set of images.

    Args:
        images: how many.
        shares: of the images that the judge gives to each class.
        top_probability: mean of the judge's highest probability.
        nearest: median distance to the nearest training image, RMS over the pixels, range [-1, 1].
        fid: Frechet distance of the judge's features to those of the training images.
        twins: share of the images that are as close to another one as almost no held-out image is
            to a training image.
    """

    images: int
    shares: tuple[float, ...]
    top_probability: float
    nearest: float
    fid: float
    twins: float

    @property
    def least_share(self) -> float:
        """Return the share of the rarest class."""
        return min(self.shares)

    @property
    def classes(self) -> int:
        """Return how many classes are present."""
        return sum(share >= PRESENT for share in self.shares)

    def rounded(self) -> dict[str, Any]:
        """Return the figures as JSON data, without digits that mean nothing."""
        return {
            **asdict(self),
            "shares": [round(share, 4) for share in self.shares],
            "least_share": round(self.least_share, 4),
            "classes": self.classes,
            "top_probability": round(self.top_probability, 4),
            "nearest": round(self.nearest, 4),
            "fid": round(self.fid, 3),
            "twins": round(self.twins, 4),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Figures:
        """Return what `rounded` wrote."""
        names = ("images", "top_probability", "nearest", "fid", "twins")
        return cls(shares=tuple(data["shares"]), **{name: data[name] for name in names})


class Panel:
    """Train a judge on a data set and keep what every set of images is compared with.

    Args:
        dataset: labelled images; the judge sees the training split.
        options: how the judge is trained.
    """

    def __init__(self, dataset: Dataset, options: JudgeOptions) -> None:
        self.dataset = dataset
        self.real = real_images(dataset, "train")
        self.held_out = real_images(dataset, "test")
        self.judge: Judge = train_judge(self.real, self.held_out, len(dataset.classes), options)
        self._moments = moments(self.judge(self.real.images)[1])
        apart = nearest_distances(self.held_out.images[:1000], self.real.images)
        self.twin_distance = apart.double().quantile(TWIN_QUANTILE).item()

    @torch.no_grad()
    def figures(self, images: Tensor) -> Figures:
        """Measure images (N, C, H, W) in [-1, 1]."""
        probabilities, features = self.judge(images)
        twins = nearest_other_distances(images) < self.twin_distance
        return Figures(
            images=len(images),
            shares=tuple(class_shares(probabilities).tolist()),
            top_probability=probabilities.amax(1).double().mean().item(),
            nearest=nearest_distances(images, self.real.images).double().median().item(),
            fid=frechet_distance(moments(features), self._moments),
            twins=twins.double().mean().item(),
        )

    def controls(self, count: int) -> dict[str, Figures]:
        """Measure the controls, by name."""
        sets = controls(self.real, self.held_out, count, CONTROL_SEED)
        return {name: self.figures(images) for name, images in sets.items()}

    def protocol(self) -> dict[str, Any]:
        """Return what somebody needs to repeat the judging, as JSON data."""
        return {
            **asdict(self.judge.options),
            "images": self.judge.trained_on,
            "accuracy": round(self.judge.accuracy, 4),
            "held_out": len(self.held_out),
            "size": str(self.dataset.image),
            "references": len(self.real),
            "twin_distance": round(self.twin_distance, 4),
            "control_seed": CONTROL_SEED,
            "torch_threads": torch.get_num_threads(),
        }
