"""The data of a run: recorded when it begins, found and compared when it goes on."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo_core.composition import Composition, compose
from zoo_core.composition.places import moved, places_of
from zoo_core.config.configuration import Configuration
from zoo_core.config.recorded_data import RecordedData
from zoo_core.config.values import value_of
from zoo_core.data.tables.contents import contents
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Relocation:
    """Where the data of a run lie that goes on, where somebody says so.

    Args:
        text: as `--data` takes it, such as folder:photos: the same data set, elsewhere.
        options: of the data set, such as path or root.
        other: go on also where the data are not those that the run began with.
    """

    text: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    other: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """The data of a run that goes on.

    Args:
        data: what is recorded of them now.
        remarks: what a user should be told.
    """

    data: RecordedData | None
    remarks: tuple[str, ...]


def recorded_data(composition: Composition, run: Path) -> RecordedData | None:
    """Return what a run records of its data; None where their name says everything."""
    places = places_of(composition.settings["data"], composition.registry, run)
    found = replace(contents(composition.dataset.files), places=places)
    return None if found == RecordedData() else found


def reopened(
    run: Path, config: Configuration, said: Relocation, registry: Registry | None
) -> tuple[Composition, Reopened]:
    """Compose what a run trains with its data where they lie now, and compare them.

    Args:
        run: the run directory.
        config: as it is recorded, with the run options that it goes on with.
        said: where the data lie, as far as somebody says so.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: the data are not there, or are others than the run began with.
    """
    registry = registry or Registry.from_installed(files=config.plugins)
    given = moved(config, registry, said.text, said.options)
    composition = _composed(run, config, given, registry)
    now = recorded_data(composition, run)
    before = config.data or RecordedData()
    difference = before.difference(now or RecordedData())
    if difference and not said.other:
        raise _other_data(run, difference, given)
    changed = difference or given or config.data is None
    remarks = (f"goes on with other data: {difference}",) if difference else ()
    return composition, Reopened(data=now if changed else config.data, remarks=remarks)


def with_recorded_places(config: Configuration, recorded: Configuration) -> Configuration:
    """Return a configuration that names the places of its data as a run's record does.

    So moved data make no other run of it.
    """
    said = recorded.options.get("data", {})
    return config.with_options("data", {**config.options.get("data", {}), **said})


def _composed(
    run: Path, config: Configuration, given: Mapping[str, object], registry: Registry
) -> Composition:
    there = config.located(run)
    values = {name: value_of(value) for name, value in given.items()}
    there = there.with_options("data", {**there.options.get("data", {}), **values})
    try:
        return compose(config=there, registry=registry)
    except ZooError as error:
        lost = config.data.lost(run) if config.data and not given else []
        if not lost or _is_download(config):
            raise
        name = config.names("data")[0].rpartition("/")[2]
        raise ZooError(
            f"the data of {str(run)!r} are gone: there is nothing at "
            f"{' and '.join(map(repr, lost))}",
            hint=f"`zoo train --resume {shlex.quote(str(run))} --data {name}:...` says where they "
            "are now",
        ) from error


def _is_download(config: Configuration) -> bool:
    return config.data is not None and not config.data.contents


def _other_data(run: Path, difference: str, given: Mapping[str, object]) -> ZooError:
    words = ["zoo", "train", "--resume", str(run), "--other-data"]
    for name, value in given.items():
        words += ["-o", f"data.{name}={value}"]
    return ZooError(
        f"the data of {str(run)!r} are not those that it was trained on: {difference}",
        hint=f"`{shlex.join(words)}` goes on with them all the same",
    )
