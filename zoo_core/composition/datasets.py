"""Open a data set by what `--data` takes, for data sets that are made of others."""

from __future__ import annotations

from typing import Any

from zoo_core.composition.build import Given, instance
from zoo_core.composition.settings import Section
from zoo_core.config.options import checked, options_of, task_names_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset, Datasets
from zoo_core.registry.lookup import Registered, Registry


def opener(registry: Registry) -> Datasets:
    """Return a function that opens data sets of a registry."""

    def open_dataset(text: str, **options: Any) -> Dataset:
        name, colon, argument = text.partition(":")
        item = registry.find("dataset", name)
        target = item.entry.load()
        owner = f"dataset {item.entry.name!r}"
        known, given = options_of(target), {k: v for k, v in options.items() if k != "size"}
        if colon:
            given[_argument(target, owner, argument)] = argument
        values = checked(known, {k: v for k, v in given.items() if k in known}, owner)
        needs = {"size": options.get("size"), "datasets": open_dataset}
        asked = task_names_of(target)
        return _checked(target(**{k: v for k, v in needs.items() if k in asked}, **values), owner)

    return open_dataset


def settled_dataset(
    section: Section, registry: Registry, size: tuple[int, int] | None, *, batch: int = 1
) -> Dataset:
    """Return the data set of a section whose options are settled.

    Args:
        section: its options.
        registry: where those that it is made of are found.
        size: height and width, or None for its own.
        batch: images that a move takes.
    """
    needs: Given = {"size": size, "datasets": opener(registry), "batch": batch}
    return _checked(instance(section, needs), section.owner)


def origin(registry: Registry, item: Registered, dataset: Dataset) -> Registered:
    """Return the entry of the data set whose images a data set shows: its own, or another's."""
    name = dataset.of.partition(":")[0]
    return registry.find("dataset", name) if name else item


def _checked(found: object, owner: str) -> Dataset:
    if not isinstance(found, Dataset):
        raise TypeError(f"{owner} is no zoo_core.interfaces.Dataset")
    return found


def _argument(target: Any, owner: str, argument: str) -> str:
    option: str = getattr(target, "argument", "")
    if not option:
        raise ZooError(
            f"{owner} takes nothing after a colon, but {argument!r} stands there",
            hint="leave out what stands after the colon",
        )
    return option
