"""Checks of parts that are looked at by themselves: data sets and encoders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from zoo_core.composition import compose
from zoo_core.config.options import task_names_of
from zoo_core.interfaces import Dataset, Rows, Split, Table
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.spec import ImageSpec
from zoo_core.testing.cases import PAIR

LOOKED_AT = 1000
"""Rows of each split that are compared."""

SHARED = 0.1
"""The share of held-out images that may be in the training split too: real data has twins."""

SPLITS: tuple[Split, ...] = ("train", "test")
ENCODED = ImageSpec(1, 16, 16)
LATENTS, COUNT = 12, 3


def opened(item: Registered, registry: Registry) -> Dataset:
    """Return a data set at its own size.

    Raises:
        ZooError: it needs what is not there, such as a path or a download.
    """
    parts = {**PAIR, "data": item.qualified}
    return compose(parts, {"run": {"batch": 2}}, registry=registry, recipe="none").dataset


def checks_of_data(dataset: Dataset) -> Iterator[tuple[str, Callable[[], None]]]:
    """Give each promise of a data set with its check, which raises `AssertionError`."""
    for split in SPLITS:
        yield f"the {split} split has what `images` names", partial(_check_tables, dataset, split)
        promised = f"rows of the {split} split are uint8 (N, C, H, W), labels int64 where known"
        yield promised, partial(_check_rows, dataset, split)
    yield "held-out images are not those that are trained on", partial(_check_splits, dataset)


def check_encoder(item: Registered) -> None:
    """Check what an encoder makes of images.

    Raises:
        AssertionError: another shape, or values that are not finite.
    """
    target = item.entry.load()
    asked = task_names_of(target)
    for spread in (False, True) if "log_variance" in asked else (False,):
        needs = {"image": ENCODED, "latent_dim": LATENTS, "classes": 10, "log_variance": spread}
        encoder = target(**{name: needs[name] for name in asked if name in needs})
        found = encoder(torch.rand(COUNT, *ENCODED.shape) * 2 - 1)
        assert isinstance(found, tuple) or not spread, "a log variance is asked for, and not there"
        _check_latents(found if isinstance(found, tuple) else (found,))


def _check_latents(found: tuple[Tensor, ...]) -> None:
    for latents in found:
        shape = tuple(latents.shape)
        assert shape == (COUNT, LATENTS), f"{shape} where {(COUNT, LATENTS)} is needed"
        assert bool(torch.isfinite(latents).all()), "latents have values that are not finite"


def _check_tables(dataset: Dataset, split: Split) -> None:
    tables = dataset.tables(split)
    names, needed = sorted(tables), sorted(dataset.images)
    assert set(names) >= set(needed), f"tables {names} where {needed} are needed"
    for name, table in tables.items():
        assert len(table) > 0, f"table {name!r} of the {split} split is empty"


def _check_rows(dataset: Dataset, split: Split) -> None:
    for name, image in dataset.images.items():
        table = dataset.tables(split)[name]
        rows = _taken(table, 4)
        count = min(4, len(table))
        _check_images(rows.images, (count, *image.shape), name)
        again = _taken(table, 4)
        assert torch.equal(rows.images, again.images), f"{name!r} gives other rows the second time"
        if dataset.classes and name == "images":
            _check_labels(rows.labels, count, len(dataset.classes))


def _check_images(images: Tensor, shape: tuple[int, ...], name: str) -> None:
    assert images.dtype == torch.uint8, f"{name!r} are {images.dtype}"
    found = tuple(images.shape)
    assert found == shape, f"{name!r} are {found} where {shape} is needed"


def _check_labels(labels: Tensor | None, count: int, classes: int) -> None:
    assert labels is not None, "the data set names classes, but its rows have no labels"
    assert labels.dtype == torch.int64, f"labels are {labels.dtype}"
    assert tuple(labels.shape) == (count,), f"labels are {tuple(labels.shape)}"
    low, high = int(labels.min()), int(labels.max())
    assert -1 <= low <= high < classes, f"labels from {low} to {high} with {classes} classes"


def _check_splits(dataset: Dataset) -> None:
    for name in dataset.images:
        train, test = (
            {image.numpy().tobytes() for image in _taken(dataset.tables(split)[name]).images}
            for split in SPLITS
        )
        shared = len(train & test)
        assert shared <= SHARED * len(test), (
            f"{shared} of {len(test)} held-out images of {name!r} are training images too"
        )


def _taken(table: Table, count: int = LOOKED_AT) -> Rows:
    return table.take(torch.arange(min(count, len(table))))
