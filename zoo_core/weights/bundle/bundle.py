"""A bundle: weights as they lie on the Hub and inside wheels, read without trusting them.

Imports no torch. What is checked here needs no part of any plugin; what the configuration names is
checked by `game`, before memory is taken.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo_core.config.configuration import Configuration
from zoo_core.digests import sha256_of
from zoo_core.errors import ZooError
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.bundle.form import SAMPLES, STATE, check_bundle_form, refuse_plugin_files
from zoo_core.weights.bundle.formats import KIND, migrated
from zoo_core.weights.bundle.headers import DTYPES, STATE_DTYPES, Header, inspect_tensors
from zoo_core.weights.bundle.untrusted import (
    AGAIN,
    digest_of,
    plain_file,
    read_json,
)

CONFIG = "config.json"
CARD = "README.md"

__all__ = [
    "CARD",
    "CONFIG",
    "SAMPLES",
    "STATE",
    "Bundle",
    "checked_config",
    "is_bundle",
    "read_bundle",
    "read_bundle_config",
    "unlisted",
    "verify_file",
]

_UNREAD = (".md", ".txt", ".png", ".jpg", ".jpeg", ".svg", ".gif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A folder of weights whose files are what its configuration says.

    Args:
        directory: where it lies.
        config: the configuration in the newest format.
        headers: component to what its file holds: tensor name to dtype, shape and place.
        state: names of the files below state/, which resuming needs; empty unless all are here.
    """

    directory: Path
    config: BundleConfig
    headers: Mapping[str, Header]
    state: tuple[str, ...] = ()

    @property
    def composition(self) -> Configuration:
        """Return the composition, as `compose(config=...)` takes it."""
        return self.config.composition

    @property
    def components(self) -> Mapping[str, str]:
        """Return the name of each net in `Game.nets()` to its file."""
        return self.config.components

    @property
    def weights(self) -> str:
        """Return "average" or "plain"."""
        return self.config.weights

    @property
    def step(self) -> int | None:
        """Return the step of the checkpoint; None for imported weights."""
        return self.config.step

    @property
    def size(self) -> int:
        """Return the bytes of the components."""
        return sum((self.directory / file).stat().st_size for file in self.components.values())

    def path(self, component: str) -> Path:
        """Return the file of a component."""
        return self.directory / self.components[component]


def is_bundle(directory: Path) -> bool:
    """Say whether a directory claims to be a bundle; `read_bundle` says whether it is one."""
    file = directory / CONFIG
    try:
        with file.open("rb") as stream:
            return KIND.encode() in stream.read(1 << 20)
    except OSError:
        return False


def read_bundle(directory: Path, *, verify: bool = True) -> Bundle:
    """Read a bundle; nothing in it is trusted, and no tensor is read.

    Args:
        directory: the folder.
        verify: compare the checksum of every file, which reads all of them.

    Raises:
        ZooError: a configuration of another form or format, a component that is missing, a file
            that is damaged, unlisted or elsewhere, or a header that does not say what its file
            holds.
    """
    plain_file(directory, CONFIG)
    config = read_bundle_config(directory / CONFIG)
    _check_listing(directory, config)
    headers = {
        name: inspect_tensors(plain_file(directory, file), DTYPES)
        for name, file in config.components.items()
    }
    state = _whole_state(directory, config)
    if verify:
        optional = {SAMPLES, *(f"{STATE}/{name}" for name in config.state)}
        for name, expected in config.sha256.items():
            if name not in optional or (directory / name).exists():
                verify_file(plain_file(directory, name), expected)
    return Bundle(directory=directory, config=config, headers=headers, state=state)


def read_bundle_config(path: Path) -> BundleConfig:
    """Return the configuration of a bundle in the newest format, its form checked.

    Raises:
        ZooError: no plain JSON, another format or form, or a digest that differs.
    """
    return checked_config(read_json(path), str(path.parent))


def checked_config(config: Mapping[str, Any], name: str) -> BundleConfig:
    """Return a bundle's configuration in the newest format, its form checked.

    Args:
        config: what config.json holds.
        name: of the bundle, for messages.

    Raises:
        ZooError: another format or form, or a digest that differs.
    """
    if config.get("kind") != KIND:
        raise ZooError(
            f"{name!r} holds no weights of GAN Zoo: its config.json is of another kind",
            hint="`zoo import` reads weights that were trained elsewhere",
        )
    found = migrated(config)
    if config.get("digest") != digest_of(config):
        raise ZooError(
            f"config.json of {name!r} has been changed: its digest differs",
            hint=f"{AGAIN}; a configuration is written by `zoo push`, not by hand",
        )
    check_bundle_form(found, name)
    return BundleConfig.from_json(found)


def verify_file(path: Path, expected: str) -> None:
    """Compare a file's sha256.

    Raises:
        ZooError: it differs.
    """
    if sha256_of(path) != expected:
        raise ZooError(
            f"{str(path)!r} does not have the checksum that its config.json records",
            hint=f"it is damaged or was changed; {AGAIN}",
        )


def unlisted(names: list[str], config: BundleConfig) -> list[str]:
    """Return the files of a bundle, by name, that have no business there.

    Texts, pictures, a licence and hidden files are never read, and may be there.
    """
    listed = {CONFIG, *config.sha256}
    return [name for name in names if name not in listed and not _harmless(name)]


def _harmless(name: str) -> bool:
    top = name.partition("/")[0]
    return (
        top.startswith(".")
        or top.upper().startswith("LICEN")
        or ("/" not in name and name.lower().endswith(_UNREAD))
    )


def _whole_state(directory: Path, config: BundleConfig) -> tuple[str, ...]:
    """Return the names of the files below state/ if all are there; those that are get checked."""
    here = [name for name in config.state if (directory / STATE / name).exists()]
    for name in here:
        file = plain_file(directory, f"{STATE}/{name}")
        if file.suffix == ".safetensors":
            inspect_tensors(file, STATE_DTYPES)
        elif file.suffix == ".json":
            refuse_plugin_files(read_json(file), str(directory))
    return config.state if len(here) == len(config.state) else ()


def _check_listing(directory: Path, config: BundleConfig) -> None:
    names: list[str] = []
    for entry in os.scandir(directory):
        if entry.name == STATE and config.state and entry.is_dir():
            names += [f"{STATE}/{inner.name}" for inner in os.scandir(entry.path)]
        else:
            names.append(entry.name)
    extra = unlisted(sorted(names), config)
    if extra:
        raise ZooError(
            f"{str(directory)!r} holds {extra[0]!r}, which its config.json does not list",
            hint="nothing else belongs among weights; remove it if you know what it is",
        )
