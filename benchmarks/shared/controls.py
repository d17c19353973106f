"""Real images, and sets of images whose faults are known, to be measured beside every model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import Batch, Dataset, Split, as_floats
from zoo_core.metrics import Panel, Scored

REAL = "real test images"
COPIES = "copies of training images"
HALF = "half of the classes"
GAUSSIAN = "Gaussian fit of the pixels"
REPEATED = "one image, repeated"
NOISE = "noise"

SEED = 0
CHUNK = 100
"""Gaussian images that are drawn at once."""

PIECE = 1000
"""Images that are seen at once."""


def real_images(dataset: Dataset, split: Split) -> Batch:
    """Return all images of a split, with their labels.

    Raises:
        ZooError: they have none.
    """
    table = dataset.tables(split)["images"]
    rows = table.take(torch.arange(len(table)))
    if rows.labels is None or not dataset.classes:
        raise ZooError(
            f"labels are needed, and {type(dataset).__name__} has none", hint="`digits` or `mnist`"
        )
    return Batch(as_floats(rows.images), rows.labels)


def control_sets(dataset: Dataset, count: int) -> dict[str, Batch]:
    """Return sets of so many images by name; of real ones there may be fewer."""
    rng = torch.Generator().manual_seed(SEED)
    training, held_out = real_images(dataset, "train"), real_images(dataset, "test")
    shape = (count, *training.images.shape[1:])
    return {
        REAL: some(held_out, count),
        COPIES: Batch(copies(training.images, count, rng)),
        HALF: some(_lower_classes(held_out), count),
        GAUSSIAN: Batch(gaussian(training.images, count, rng)),
        REPEATED: Batch(held_out.images[:1].expand(shape)),
        NOISE: Batch(torch.rand(shape, generator=rng) * 2 - 1),
    }


def measured(
    panel: Panel, sets: Mapping[str, Batch], names: Iterable[str] | None = None
) -> dict[str, Scored]:
    """Return the scores of the named sets, or of all."""
    chosen = sets if names is None else {name: sets[name] for name in names}
    return {name: panel.measure(panel.see(_pieces(images))) for name, images in chosen.items()}


def some(images: Batch, count: int) -> Batch:
    """Return so many, in random order and none twice; all where there are fewer."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))[:count]
    return _rows(images, order)


def copies(images: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Take random images, some more than once: what a model that only remembers would give."""
    return images[torch.randint(len(images), (count,), generator=rng)]


def gaussian(images: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Draw from the normal distribution with the pixels' means and covariances, clipped.

    A normal mixture of N centred images, divided by sqrt(N - 1), has just their covariance; so the
    matrix of covariances is never built.
    """
    mean = images.mean(0)
    centred = (images - mean).flatten(1) / math.sqrt(len(images) - 1)
    chunks = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    drawn = [torch.randn(rows, len(images), generator=rng) @ centred for rows in chunks]
    return (torch.cat(drawn).view(-1, *mean.shape) + mean).clamp(-1, 1)


def _lower_classes(images: Batch) -> Batch:
    assert images.labels is not None, "real_images"
    return _rows(images, images.labels < (int(images.labels.max()) + 1) / 2)


def _rows(images: Batch, chosen: Tensor) -> Batch:
    labels = None if images.labels is None else images.labels[chosen]
    return Batch(images.images[chosen], labels)


def _pieces(images: Batch) -> list[Batch]:
    return [_rows(images, piece) for piece in torch.split(torch.arange(len(images)), PIECE)]
