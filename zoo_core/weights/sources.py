"""What a user may name as the source of weights.

A run, one of its checkpoints, `RUN@TAG`, a bundle, a pretrained name or a repository on the Hub.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from zoo_core.config.configuration import Configuration
from zoo_core.data.folders.listing import EXTENSIONS
from zoo_core.errors import ZooError, nearest
from zoo_core.registry.lookup import Registry
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.layout import CONFIG, runs_beside
from zoo_core.weights.bundle.bundle import is_bundle, read_bundle_config
from zoo_core.weights.checkpoints import checkpoint_of, run_of
from zoo_core.weights.hub.names import hub_name, means_hub
from zoo_core.weights.shipped import find_weights, folder_of, hub_text, is_pretrained_name

_PAGE = re.compile(r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/?#]+/[^/?#]+)")
_FOREIGN = frozenset({".pth", ".pt", ".ckpt", ".pkl", ".bin", ".safetensors"})
"""Endings of weights that were saved elsewhere."""

_STEP = re.compile(r"(?:step-)?0*(\d+)")


def find_source(source: str | Path, *, registry: Registry | None = None) -> Path:
    """Return the directory that a source means: a run, one of its checkpoints, or a bundle.

    `RUN@best` is the best kept checkpoint, `RUN@last` the newest, and `RUN@step-1000`, or
    `RUN@1000`, that of a step. What is no path here may be a pretrained name, `dcgan.digits-32`,
    or a repository on the Hub, `user/repo` or `user/repo@revision`, which is then downloaded
    unless it is in the cache; `hf://user/repo` is always one.

    Args:
        source: what a user typed.
        registry: where pretrained names are looked up; all installed plugins by default.

    Raises:
        ZooError: nothing there, no such checkpoint, or a repository that cannot be had.
    """
    path, tag = _parted(source)
    if is_bundle(path) and not tag:
        return path
    if (run_of(path) / CONFIG).is_file():
        return _tagged(path, tag) if tag else path
    text = str(source)
    if not path.exists():
        if is_pretrained_name(text):
            return _pretrained(text, registry or Registry.from_installed())
        if means_hub(text):
            return _pulled(text)
    raise _nothing_there(path, text, registry)


def _nothing_there(path: Path, text: str, registry: Registry | None) -> ZooError:
    message = f"no run at {str(path)!r}"
    page = _PAGE.match(text)
    if page:
        return ZooError(f"{text!r} is a page of the Hub", hint=f"`{page[1]}` names its repository")
    if path.is_file() and path.suffix in _FOREIGN:
        line = f"zoo import FORMAT {shlex.quote(str(path))}"
        return ZooError(
            f"{str(path)!r} is a file of weights, not a run",
            hint=f"`{line}` makes a folder of them that is taken here; `zoo list importer` shows "
            "the formats",
        )
    if path.is_dir() and any(one.suffix.lower() in EXTENSIONS for one in path.iterdir()):
        return ZooError(
            f"{str(path)!r} is a folder of pictures, not a run",
            hint=f"`zoo eval {shlex.quote(f'folder:{path}')} --data folder:PATH` measures them",
        )
    return ZooError(
        message,
        hint=nearest(str(path), (*runs_beside(path), *_pretrained_names(registry)))
        + "give the directory that `zoo train` made",
    )


def config_of(path: Path) -> Configuration:
    """Return the configuration of a source that `find_source` found, its data where they are now.

    Raises:
        ZooError: it has none, or it cannot be read.
    """
    if is_bundle(path):
        return read_bundle_config(path / CONFIG).composition
    return RunDirectory(run_of(path)).read_config().located(run_of(path))


def _pretrained_names(registry: Registry | None) -> list[str]:
    known = registry or Registry.from_installed()
    return [item.entry.name for item in known.entries("weights")]


def _pretrained(name: str, registry: Registry) -> Path:
    item = find_weights(name, registry)
    hub = hub_text(item.entry)
    return _pulled(hub) if hub else folder_of(item)


def _pulled(text: str) -> Path:
    from zoo_core.weights.hub.pull import pulled

    name = hub_name(text)
    return pulled(name.repo, name.revision)


def _parted(source: str | Path) -> tuple[Path, str]:
    path = Path(source)
    before, at, tag = str(source).rpartition("@")
    if not at or path.exists():
        return path, ""
    return Path(before), tag


def _tagged(path: Path, tag: str) -> Path:
    directory = RunDirectory(path)
    if tag == "last":
        return checkpoint_of(path)
    step = _best(directory) if tag == "best" else _step(path, tag)
    if step not in directory.steps():
        steps = ", ".join(f"{each:,}" for each in directory.steps()) or "none"
        raise ZooError(
            f"{str(path)!r} has no checkpoint of step {step:,}", hint=f"its checkpoints: {steps}"
        )
    return directory.checkpoint(step)


def _best(directory: RunDirectory) -> int:
    score = directory.read_config().value("run", "keep_best")
    if not score:
        raise ZooError(
            f"{str(directory.path)!r} keeps no best checkpoint",
            hint="`@last` and `@step-N` name others; "
            "`zoo train --gen dcgan --keep best=fid` keeps it",
        )
    step = directory.best(str(score))
    if step is None:
        raise ZooError(
            f"{str(directory.path)!r} has not been evaluated yet",
            hint="`@last` is the newest checkpoint",
        )
    return step


def _step(path: Path, tag: str) -> int:
    found = _STEP.fullmatch(tag)
    if found is None:
        raise ZooError(
            f"{tag!r} names no checkpoint of {str(path)!r}",
            hint="`@best`, `@last`, or a step such as `@step-1000`",
        )
    return int(found[1])
