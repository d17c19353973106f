"""Measure pictures that lie in files, or any data set, against another: no model takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from zoo_core.composition import Composition
from zoo_core.composition.measures import check_one_table, compose_measures, open_pictures
from zoo_core.config.configuration import Configuration
from zoo_core.draws import key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset, Rows
from zoo_core.metrics.image_sets import rows_of, seen_set
from zoo_core.metrics.measures import Measures, Told, counted
from zoo_core.metrics.panel import Panel, Scored
from zoo_core.metrics.samples import splits_with_images
from zoo_core.registry.lookup import Registry
from zoo_core.runs.lines import Evaluation


def names_pictures(text: str, registry: Registry) -> bool:
    """Return whether a text names a data set, as `--data` takes it, and nothing that lies here."""
    name = text.partition(":")[0]
    known = {
        spelled
        for item in registry.entries("dataset")
        for spelled in (item.entry.name, item.qualified, *item.entry.aliases)
    }
    return name in known and not Path(text).exists()


def evaluate_pictures(
    pictures: str,
    measures: Measures,
    data: Configuration,
    *,
    device: torch.device,
    registry: Registry,
    told: Told,
) -> list[Evaluation]:
    """Measure the pictures of one data set against those of another.

    All pictures of both splits are measured. A folder without a split of its own that they are
    compared with is taken whole, unless an option holds some out.

    Args:
        pictures: what is measured, as `--data` takes it.
        measures: metrics, features, counts, splits and options.
        data: names what they are compared with.
        device: where features run.
        registry: where names are looked up.
        told: hears how many have been looked at.

    Raises:
        ZooError: data, metrics or features that do not fit.
    """
    asked = _composed(measures, data, registry)
    check_one_table(asked.dataset, str(data.parts["data"]))
    made = open_pictures(pictures, measures.options.get("data", {}), asked)
    _check_alike(pictures, made, asked)
    chunks = counted(_rows(made, measures.count, measures.seed), told)
    wanted = splits_with_images(asked.dataset, measures.splits)
    first = Panel(asked, split=wanted[0], seed=measures.seed, device=device)
    panels = [first, *(first.against(split) for split in wanted[1:])]
    fake = seen_set(chunks, first.features, device, keep_images=first.keep_images)
    return [_recorded(panel.measure(fake)) for panel in panels]


def _composed(measures: Measures, data: Configuration, registry: Registry) -> Composition:
    asked = {"metric": tuple(measures.metrics), "features": measures.features}
    count = {} if measures.count is None else {"eval_count": measures.count}
    run = {**measures.options.get("run", {}), **count, "eval_every": 1}
    return compose_measures(
        {role: name for role, name in asked.items() if name},
        {**measures.options, "run": run},
        data=data,
        registry=registry,
    )


def _recorded(scored: Scored) -> Evaluation:
    protocol = {**scored.protocol, "fake_split": "train and test"}
    return replace(scored, protocol=protocol).recorded(
        step=None, by="eval", weights="", direction=""
    )


def _check_alike(pictures: str, made: Dataset, asked: Composition) -> None:
    ours, theirs = made.image, asked.dataset.image
    if ours != theirs:
        raise ZooError(
            f"{pictures!r} has images of {ours}, and what they are compared with has {theirs}",
            hint=f"`size={theirs.height, theirs.width}` scales and crops both"
            if ours.channels == theirs.channels
            else "`options={'data': {'channels': 3}}` (or 1) reads folders as colour (or grey)",
        )


def _rows(made: Dataset, count: int | None, seed: int) -> Iterator[Rows]:
    """Give all pictures, or a choice of them, of the training split and then of the other."""
    tables = [made.tables("train")["images"], made.tables("test")["images"]]
    total = sum(len(table) for table in tables)
    chosen = _chosen(total, total if count is None else min(count, total), seed)
    start = 0
    for table in tables:
        inside = chosen[(chosen >= start) & (chosen < start + len(table))] - start
        for rows in rows_of(table, len(inside), inside):
            # labels of files are none that somebody asked for
            yield Rows(rows.images)
        start += len(table)


def _chosen(total: int, count: int, seed: int) -> torch.Tensor:
    if count == total:
        return torch.arange(total)
    generator = torch.Generator().manual_seed(key_of("pictures", seed))
    return torch.randperm(total, generator=generator)[:count].sort().values
