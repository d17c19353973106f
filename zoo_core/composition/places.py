"""Where data lie: the options that say so, taken apart so that a run finds them again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zoo_core.composition.settings import Section
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import Option, Place, Source, options_of
from zoo_core.config.paths import expanded
from zoo_core.config.recorded_data import Piece
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry


def places_of(section: Section, registry: Registry, run: Path) -> dict[str, tuple[Piece, ...]]:
    """Return option to the pieces of its value, for the options of data that say where they lie.

    Args:
        section: the options of a data set, settled.
        registry: where the data sets are found that it is made of.
        run: the run directory.
    """
    found = {
        name: tuple(_pieces(section.options[name], setting.value, registry, run))
        for name, setting in section.values.items()
        if isinstance(setting.value, str)
    }
    return {name: pieces for name, pieces in found.items() if any(one.said for one in pieces)}


def moved(
    config: Configuration, registry: Registry, text: str | None, options: Mapping[str, object]
) -> dict[str, object]:
    """Return the options that say where the data of a configuration lie now.

    Args:
        config: what was trained.
        registry: where names are looked up.
        text: as `--data` takes it, such as folder:photos; None where nothing is said.
        options: of the data set.

    Raises:
        ZooError: another data set, or an option that says something else.
    """
    recorded = config.names("data")
    item = registry.find("dataset", recorded[0] if recorded else "")
    given = dict(options)
    if text is not None:
        name, _, argument = text.partition(":")
        if registry.find("dataset", name).qualified != item.qualified:
            raise ZooError(
                f"the run was trained on {item.entry.name!r}, not on {name!r}",
                hint="`zoo train --init` begins another run with its weights",
            )
        option = getattr(item.entry.load(), "argument", "")
        given |= {option: argument} if option and argument else {}
    _check_places(given, options_of(item.entry.load()), item.entry.name)
    return given


def _check_places(given: Mapping[str, object], options: Mapping[str, Option], owner: str) -> None:
    places = [name for name, option in options.items() if _is_place(option)]
    for name in given:
        if name not in places:
            can = f"these can: {', '.join(places)}; " if places else ""
            raise ZooError(
                f"{name!r} of data {owner!r} cannot change when a run is resumed",
                hint=f"{can}anything else is another run",
            )


def _is_place(option: Option) -> bool:
    return any(isinstance(mark, Place | Source) for mark in option.marks)


def _pieces(option: Option, value: str, registry: Registry, run: Path) -> Iterator[Piece]:
    for mark in option.marks:
        if isinstance(mark, Place) and value:
            yield _piece("", value, run)
        if isinstance(mark, Source) and value:
            yield from _named(mark, value, registry, run)


def _named(mark: Source, value: str, registry: Registry, run: Path) -> Iterator[Piece]:
    for number, text in enumerate(value.split(",") if mark.several else [value]):
        comma = "," if number else ""
        for place, piece in enumerate(_of_text(text.strip(), mark, registry, run)):
            before = (comma if not place else "") + piece.before
            # a place with a comma would be taken for two
            unknown = {"absolute": "", "beside": ""} if _splits(mark, piece) else {}
            yield replace(piece, before=before, **unknown)


def _splits(mark: Source, piece: Piece) -> bool:
    return mark.several and "," in piece.absolute


def _of_text(text: str, mark: Source, registry: Registry, run: Path) -> Iterator[Piece]:
    """Give the pieces of what `--data` takes, or of a folder."""
    name, colon, argument = text.partition(":")
    try:
        options = options_of(target := registry.find("dataset", name).entry.load())
    except ZooError:
        options, target = {}, None
    option = options.get(getattr(target, "argument", ""))
    if colon and option is not None and _is_place(option):
        first, *others = _pieces(option, argument, registry, run)
        yield replace(first, before=f"{name}:{first.before}")
        yield from others
    elif mark.bare and not colon and target is None:
        yield _piece("folder:", text, run)
    else:
        yield Piece(before=text)


def _piece(before: str, said: str, run: Path) -> Piece:
    place = expanded(said).resolve()
    beside = os.path.relpath(place, run.resolve())
    return Piece(before=before, said=said, absolute=str(place), beside=beside)
