"""Draw any number of pictures into a folder, in the memory of one chunk."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from zoo_core.errors import ZooError
from zoo_core.notebooks import shown
from zoo_core.pictures.samples import CHUNK
from zoo_core.pictures.sheets import save_each
from zoo_core.registry.lookup import CORE
from zoo_core.runs.atomic import write_errors, write_json
from zoo_core.weights.pretrained import Pretrained

MANIFEST = "manifest.json"
"""Says what the pictures beside it are; written last."""

OUT = "choose another folder"

_SAFE = re.compile(r"\w[\w .+-]*(?<![ .])")
"""Names of classes that are names of folders everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn.

    Args:
        count: how many pictures.
        seed: of the latents.
        label: for all of them; each class in turn by default.
        truncation: factor on the latents.
        by_label: a folder for each class.
    """

    count: int
    seed: int = 0
    label: int | None = None
    truncation: float | None = None
    by_label: bool = False


def draw_folder(
    model: Pretrained,
    folder: str | Path,
    drawing: Drawing,
    *,
    over: bool = False,
    told: Callable[[Sequence[Path]], None] | None = None,
) -> Path:
    """Write a PNG for each picture, chunk by chunk, and `manifest.json` at the end; return that.

    A picture's name has its seed, its number and its label, such as `seed0-00012-label3.png`.

    Args:
        model: what draws.
        folder: gets the pictures; new or empty.
        drawing: what is drawn.
        over: also among what is in the folder.
        told: gets the paths of each chunk once it is written; by default a notebook shows how far
            it is.

    Raises:
        ZooError: a folder that holds something or that cannot be written, or as `sample`.
    """
    place = Path(folder)
    check_folder(place, over=over)
    labels = model.labels(drawing.count, drawing.label)
    folders = _folders(model.classes, by_label=drawing.by_label)
    chunks = model.stream(
        drawing.count, seed=drawing.seed, labels=labels, truncation=drawing.truncation
    )
    with _heard(told, drawing.count) as hears:
        for number, images in enumerate(chunks):
            start = number * CHUNK
            own = None if labels is None else labels[start : start + CHUNK].tolist()
            names = _names(drawing, start, len(images), own, folders)
            hears(save_each(images, place, names, hint=OUT))
    write_json(place / MANIFEST, _manifest(model, drawing), hint=OUT)
    return place / MANIFEST


@contextmanager
def _heard(
    told: Callable[[Sequence[Path]], None] | None, total: int
) -> Iterator[Callable[[Sequence[Path]], None]]:
    """Give who hears of each chunk: whoever was named, else a notebook."""
    if told is not None:
        yield told
        return
    done = 0
    with shown("drawing", total, unit="picture") as hears:

        def counted(paths: Sequence[Path]) -> None:
            nonlocal done
            done += len(paths)
            hears(done)

        yield counted


def check_folder(folder: Path, *, over: bool = False, hint: str = OUT) -> None:
    """Refuse a folder that pictures would be mixed with, or that is none.

    Args:
        folder: gets pictures.
        over: they may be mixed.
        hint: what a user can do.

    Raises:
        ZooError: it holds something, it cannot be read, or a file is there.
    """
    if folder.exists() and not folder.is_dir():
        raise ZooError(f"{str(folder)!r} is a file", hint=hint)
    if over or not folder.exists():
        return
    with write_errors(folder, hint=hint):
        found = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
    if found:
        raise ZooError(
            f"{str(folder)!r} holds {found[0]!r} already, and pictures would be mixed with it",
            hint=hint,
        )


def _names(
    drawing: Drawing,
    start: int,
    count: int,
    labels: Sequence[int] | None,
    folders: Sequence[str],
) -> list[str]:
    """Return the name of each picture of a chunk below the folder."""
    width = max(5, len(str(drawing.count - 1)))
    names = [f"seed{drawing.seed}-{start + index:0{width}d}" for index in range(count)]
    if labels is None:
        return [f"{name}.png" for name in names]
    above = [f"{folders[label]}/" if folders else "" for label in labels]
    pairs = zip(above, names, labels, strict=True)
    return [f"{place}{name}-label{label}.png" for place, name, label in pairs]


def _folders(classes: Sequence[str], *, by_label: bool) -> Sequence[str]:
    """Return the folder of each class: its name where all are safe to use, else its number."""
    if not by_label:
        return ()
    if not classes:
        raise ZooError(
            "this generator is unconditional, so there are no classes to sort pictures by",
            hint="draw into one folder",
        )
    safe = all(_SAFE.fullmatch(name) for name in classes)
    different = len({name.casefold() for name in classes}) == len(classes)
    return classes if safe and different else [str(label) for label in range(len(classes))]


def _manifest(model: Pretrained, drawing: Drawing) -> dict[str, Any]:
    label = drawing.label
    return {
        "source": model.origin.source,
        "weights": "average" if model.origin.average else "plain",
        "sha256": dict(model.origin.sha256),
        "licence": model.licence,
        "count": drawing.count,
        "seed": drawing.seed,
        "label": label,
        "class": None if label is None else model.classes[label],
        "classes": list(model.classes),
        "truncation": drawing.truncation,
        "by_label": drawing.by_label,
        "device": str(model.device),
        "versions": _versions(model),
    }


def _versions(model: Pretrained) -> dict[str, str]:
    """Return the versions of what has drawn."""
    plugins = {
        plugin.source.distribution: plugin.source.version
        for plugin in model.composition.registry.plugins
    }
    plan = model.composition.plan
    used = {item.source for choice in plan.chosen.values() for item in choice.items} | {CORE}
    beside = {"torch": metadata.version("torch"), "python": platform.python_version()}
    return {**{name: plugins.get(name, "") for name in sorted(used)}, **beside}
