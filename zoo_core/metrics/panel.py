"""A panel: chosen metrics and features, the real side, and the protocol of their scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from zoo_core.composition import Composition
from zoo_core.composition.datasets import origin
from zoo_core.composition.metrics import (
    INSTALL,
    directions_of,
    features_of,
    metrics_of,
)
from zoo_core.draws import CounterDraws
from zoo_core.errors import ZooError
from zoo_core.interfaces import (
    Batch,
    Comparison,
    ImageSet,
    Metric,
    Reference,
    Rows,
    Split,
    as_bytes,
)
from zoo_core.interfaces.metrics import Better
from zoo_core.metrics.cache import cached
from zoo_core.metrics.image_sets import seen_set
from zoo_core.metrics.protocol import RANGE, digest_of, own_of_metrics, shared_versions
from zoo_core.metrics.real_side import RealSide
from zoo_core.registry.lookup import Registered
from zoo_core.runs.lines import Evaluation

Critic = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The scores of one set of samples.

    Args:
        values: score to value.
        protocol: what the protocols of all scores share, as JSON data.
        metrics: score to what is its own of its protocol.
        better: score to which way is better.
        remarks: why a score should not be believed, and what could not be kept.
    """

    values: Mapping[str, float]
    protocol: Mapping[str, Any]
    metrics: Mapping[str, Any]
    better: Mapping[str, Better]
    remarks: tuple[str, ...] = ()

    def recorded(self, *, step: int | None, by: str, weights: str, direction: str) -> Evaluation:
        """Return the scores as a record; `Evaluation` says what is told of them."""
        return Evaluation(
            step=step,
            by=by,
            weights=weights,
            direction=direction,
            scores=self.values,
            better=self.better,
            protocol=self.protocol,
            metrics=self.metrics,
            digests={
                name: digest_of({**self.protocol, "metric": own})
                for name, own in self.metrics.items()
            },
            remarks=self.remarks,
        )


class Panel:
    """Measure samples of one table against its real images.

    Args:
        composition: names the metrics, the features and the data.
        table: which of the data's tables.
        split: what samples are compared with.
        seed: of subsets and choices.
        device: where the features run.

    Attributes:
        unkept: remarks on what could not be kept of the real side; nothing measured is lost by it.

    Raises:
        ZooError: no metric is named, or features, data and metrics do not fit.
    """

    def __init__(
        self,
        composition: Composition,
        *,
        table: str = "images",
        split: Split = "test",
        seed: int = 0,
        device: torch.device | str = "cpu",
    ) -> None:
        self.composition, self.split, self.seed = composition, split, seed
        self.device = torch.device(device)
        self.metrics = metrics_of(composition.plan)
        if not self.metrics:
            raise ZooError("no metric is named", hint=f"`metrics=['fid']`; {INSTALL}")
        dataset = composition.dataset.whole
        image = dataset.images[table]
        self.image = image
        self.features = features_of(composition.plan, image).to(self.device)
        self.keep_images = any(metric.needs_images for metric in self.metrics.values())
        self.real = RealSide(
            dataset,
            table,
            split,
            self.features,
            self.device,
            keep_images=self.keep_images,
            seed=seed,
        )
        self._check_real()
        self.unkept: list[str] = []
        self._references: dict[str, Reference] = {}
        self._own = own_of_metrics(composition)

    def against(self, split: Split) -> Panel:
        """Return this panel for another split; features and data are not read again.

        Raises:
            ZooError: the split has too few images for a metric.
        """
        other = copy(self)
        other.split, other.real = split, self.real.against(split)
        other.unkept, other._references = [], {}
        other._check_real()
        return other

    def _check_real(self) -> None:
        for name, metric in self.metrics.items():
            _check_count(name, metric, self.real.count, f"{self.split} images")

    @property
    def better(self) -> Mapping[str, Better]:
        """Return every score to which way is better."""
        return directions_of(self.metrics)

    def prepare(self) -> None:
        """Read the real side now, so that what is wrong with it is known before a training."""
        for name in self.metrics:
            self.reference(name)

    def see(self, chunks: Iterable[Batch]) -> ImageSet:
        """Return samples with the labels they were asked for, a chunk at a time, as a set."""
        return seen_set(
            (Rows(as_bytes(chunk.images), chunk.labels) for chunk in chunks),
            self.features,
            self.device,
            keep_images=self.keep_images,
        )

    def measure(self, fake: ImageSet, *, critic: Critic | None = None) -> Scored:
        """Return the scores of a set of samples.

        Raises:
            ZooError: fewer samples than a metric can bear, or a score that is not finite.
        """
        values: dict[str, float] = {}
        remarks: list[str] = []
        own: dict[str, Any] = {}
        for name, metric in self.metrics.items():
            _check_count(name, metric, len(fake), "samples")
            compared = Comparison(
                fake=fake,
                real=self.real,
                reference=self.reference(name),
                critic=critic if metric.needs_critic else None,
                rng=self._rng(name),
            )
            scores = {key: float(value) for key, value in metric(compared).items()}
            values |= scores
            own |= dict.fromkeys(scores, self._own[name])
            remarks += metric.doubts(compared)
        _check_finite(values)
        return Scored(
            values=values,
            protocol=self.protocol(len(fake)),
            metrics=own,
            better=self.better,
            remarks=(*remarks, *self.unkept),
        )

    def reference(self, name: str) -> Reference:
        """Return what a metric keeps of the real side."""
        if name not in self._references:
            metric = self.metrics[name]
            key = {**self._fixed(), "metric": self._own[name]}
            self._references[name] = cached(
                key,
                lambda: metric.reference(self.real, self._rng(name).child("reference")),
                self.unkept.append,
            )
        return self._references[name]

    def protocol(self, count: int) -> dict[str, Any]:
        """Return what the protocols of scores of so many samples share, as JSON data."""
        return {**self._fixed(), "fake_count": count}

    def _fixed(self) -> dict[str, Any]:
        plan = self.composition.plan
        return {
            "features": plan.chosen["features"].items[0].qualified,
            "features_digest": self.features.digest,
            "reads": self.features.reads,
            "range": RANGE,
            "data": self._data().qualified,
            "data_digest": self.real.digest,
            "table": self.real.table,
            "image": str(self.image),
            "split": self.split,
            "real_count": self.real.count,
            "seed": self.seed,
            "versions": shared_versions(self.composition),
        }

    def _data(self) -> Registered:
        composition = self.composition
        item = composition.plan.chosen["data"].items[0]
        return origin(composition.registry, item, composition.dataset)

    def _rng(self, name: str) -> CounterDraws:
        return CounterDraws(self.seed, 0, path=("metric", name))


def _check_count(name: str, metric: Metric, count: int, what: str) -> None:
    if count < metric.least:
        raise ZooError(
            f"metric {name!r} needs at least {metric.least:,} {what}, and there are {count:,}",
            hint="more of them, `count=10000`, or another metric, `zoo list metric`",
        )


def _check_finite(values: Mapping[str, float]) -> None:
    broken = [name for name, value in values.items() if not math.isfinite(value)]
    if broken:
        raise ZooError(
            f"score {broken[0]!r} is {values[broken[0]]}",
            hint="the samples or their features have values that are not finite",
        )
