"""From the command line to a data set: the same names and options as `zoo train` takes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from zoo_core import Registry

if TYPE_CHECKING:
    from zoo_core.composition import Section
    from zoo_core.interfaces import Dataset

SECTION = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A data set that is looked at.

    Args:
        text: as it is typed after `--data`.
        given: options of it that the user gave.
        size: height and width, or None for its own.
        section: its options, checked.
        registry: where it was found.
    """

    text: str
    given: dict[str, str]
    size: tuple[int, int] | None
    section: Section
    registry: Registry

    @property
    def target(self) -> Any:
        """Return its class."""
        return self.section.target

    @property
    def options(self) -> dict[str, Any]:
        """Return the value of every option."""
        return self.section.plain()

    def open(self) -> Dataset:
        """Return the data set.

        Raises:
            ZooError: it cannot be opened.
        """
        from zoo_core.composition.datasets import settled_dataset

        return settled_dataset(self.section, self.registry, self.size)


def asked_data(
    registry: Registry, text: str, pairs: Sequence[str], *, size: str | None, root: str | None
) -> Asked:
    """Return what is to be looked at.

    Args:
        registry: where names are looked up.
        text: such as "digits" or "folder:photos".
        pairs: options as `name=value` or `data.name=value`.
        size: as `--size` takes it.
        root: as `--data-dir` takes it.

    Raises:
        UsageError: an option of something else, or one that is given twice.
        ZooError: an unknown data set or option, or a value that does not fit.
    """
    from zoo_core.composition.selection import Choice
    from zoo_core.composition.settings import argument_layers, settle
    from zoo_core.config.request import Layer
    from zoo_core.spec import parse_size

    name, _, argument = text.partition(":")
    chosen = {SECTION: Choice((registry.find("dataset", name),), "user", argument)}
    given = _given(pairs, root)
    layers = (*argument_layers(chosen), Layer("user", {}, {SECTION: given}, strict=True))
    return Asked(
        text=text,
        given=given,
        size=None if size is None else parse_size(size),
        section=settle(layers, chosen)[SECTION],
        registry=registry,
    )


def _given(pairs: Sequence[str], root: str | None) -> dict[str, str]:
    from zoo_core.composition import parse_options

    # of one data set, the section goes without saying
    whole = [pair if "." in pair.partition("=")[0] else f"{SECTION}.{pair}" for pair in pairs]
    found = parse_options(whole)
    others = sorted(found.keys() - {SECTION})
    if others:
        raise click.UsageError(f"`zoo data check` takes options of data only, not of {others[0]!r}")
    given = dict(found.get(SECTION, {}))
    if root is not None:
        if "root" in given:
            raise click.UsageError("--data-dir and -o data.root both set data.root")
        given["root"] = root
    return given


def training_line(asked: Asked, options: Sequence[str]) -> str:
    """Return a complete `zoo train` with some options and with those that the user gave."""
    told = {option.partition("=")[0] for option in options}
    kept = [
        f"-o {shlex.quote(f'data.{name}={value}')}"
        for name, value in asked.given.items()
        if f"-o data.{name}" not in told
    ]
    names = [item.entry.name for item in asked.registry.entries("generator")]
    generator = "dcgan" if "dcgan" in names or not names else names[0]
    words = ("zoo train", f"--gen {generator}", f"--data {shlex.quote(asked.text)}")
    return " ".join((*words, *kept, *options))
