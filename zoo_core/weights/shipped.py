"""Entries of the kind `weights`: where their bundle is, and what is told of it.

Imports no torch.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zoo_core.errors import ZooError
from zoo_core.registry.entry import WEIGHTS_NAME, Entry
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.runs.lines import features_name
from zoo_core.weights.bundle.bundle import is_bundle, read_bundle_config
from zoo_core.weights.bundle.config import BundleConfig

SCHEME = "hf://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of pretrained weights, as far as it is known; tags say what no bundle says.

    Args:
        data: what they were trained on.
        mb: their size.
        metric: a score with its name.
        licence: theirs.
        hub: the repository that they are downloaded from; empty where they are in a wheel.
        translates: they make images of images.
    """

    data: str = ""
    mb: str = ""
    metric: str = ""
    licence: str = ""
    hub: str = ""
    translates: bool = False


def is_pretrained_name(text: str) -> bool:
    """Say whether a text has the form of a pretrained name, such as `dcgan.digits-32`."""
    return bool(WEIGHTS_NAME.fullmatch(text.rpartition("/")[2]))


def hub_text(entry: Entry) -> str:
    """Return the Hub id of an entry, such as "user/repo@rev"; empty where it is a folder here."""
    return entry.target.removeprefix(SCHEME) if entry.target.startswith(SCHEME) else ""


def folder_of(item: Registered) -> Path:
    """Return the folder of an entry whose bundle is in its plugin's wheel.

    Raises:
        ZooError: the wheel has no such folder.
    """
    package, _, inside = item.entry.target.partition(":")
    try:
        found = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        found = None
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place, *PurePosixPath(inside).parts)
        if is_bundle(folder):
            return folder
    raise ZooError(
        f"weights {item.entry.name!r} point to {item.entry.target!r}, and {item.source} has no "
        "weights there",
        hint=f"the plugin is incomplete: `pip install --force-reinstall {item.source}`",
    )


def find_weights(name: str, registry: Registry) -> Registered:
    """Return the entry of a pretrained name.

    Raises:
        ZooError: there is none.
    """
    return registry.find("weights", name)


def told_of(item: Registered) -> Told:
    """Return what is told of pretrained weights; tags such as `licence:cc0-1.0` come first.

    Raises:
        ZooError: a bundle in a wheel that is not sound.
    """
    tags = dict(tag.split(":", 1) for tag in item.entry.tags if ":" in tag)
    tagged = Told(
        data=tags.get("data", ""),
        mb=tags.get("mb", ""),
        metric=tags.get("metric", ""),
        licence=tags.get("licence", ""),
        hub=hub_text(item.entry),
        translates="translates" in item.entry.tags,
    )
    if tagged.hub:
        return tagged
    folder = folder_of(item)
    config = read_bundle_config(folder / "config.json")
    size = sum((folder / file).stat().st_size for file in config.components.values())
    return Told(
        data=tagged.data or _data(config),
        mb=f"{size / 1e6:.2g}",
        metric=tagged.metric or _metric(config),
        licence=tagged.licence or config.licence,
        translates=tagged.translates or _translates(config),
    )


def _translates(config: BundleConfig) -> bool:
    task = config.composition.task
    return task is not None and (task.source is not None or "images" not in task.images)


def _data(config: BundleConfig) -> str:
    name = ", ".join(each.rpartition("/")[2] for each in config.composition.names("data"))
    size = config.composition.value("run", "size")
    return f"{name} at {size}" if size else name


def _metric(config: BundleConfig) -> str:
    """Return the newest score against held-out images, or against any."""
    found = [one for one in config.scores if one.scores]
    held_out = [one for one in found if one.protocol.get("split") == "test"]
    for one in reversed(held_out or found):
        name, value = next(iter(one.scores.items()))
        return f"{name} ({features_name(one.protocol) or 'unknown features'}) {value:.4g}"
    return ""
