"""Classes from the folders that images lie in."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.interfaces.data import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

LabelMode = Literal["auto", "folders", "none"]
"""The option `labels` of `folder`."""


@dataclass(frozen=True, slots=True)
class Labelling:
    """The classes of a data set, and how its names map to labels."""

    classes: tuple[str, ...]

    def labels(self, names: Sequence[str]) -> Tensor | None:
        """Return (N,) int64 labels, -1 for an image outside the class folders; None without."""
        if not self.classes:
            return None
        numbers = {name: number for number, name in enumerate(self.classes)}
        return torch.tensor(
            [numbers.get(class_of(name) or "", UNKNOWN) for name in names], dtype=torch.int64
        )


def class_of(name: str) -> str | None:
    """Return the first folder of a relative path, None for an image at the top."""
    first, slash, _ = name.partition("/")
    return first if slash else None


def find_classes(names: Sequence[str], mode: LabelMode, owner: str) -> Labelling:
    """Return the classes of images by their relative paths; sorted names of the top folders.

    Args:
        names: relative paths.
        mode: `auto` takes folders as classes where every image lies in one, `folders` also where
            some lie at the top, `none` never.
        owner: the folder, for the error.

    Raises:
        ZooError: `auto`, and some images lie in folders and some at the top, or all below one
            folder that has folders itself; `folders`, and none lies in a folder.
    """
    if mode == "none":
        return Labelling(())
    classes = tuple(sorted({found for name in names if (found := class_of(name)) is not None}))
    at_the_top = [name for name in names if class_of(name) is None]
    if mode == "auto" and classes and at_the_top:
        raise _mixed(owner, len(at_the_top), at_the_top[0], classes)
    if mode == "auto" and len(classes) == 1 and any(name.count("/") > 1 for name in names):
        raise _one_level_up(owner, classes[0])
    if mode == "folders" and not classes:
        raise ZooError(
            f"{owner!r} has no class folders",
            hint="move the images of each class into a folder of their own, "
            "or train without labels: `-o data.labels=none`",
        )
    return Labelling(classes)


def _mixed(owner: str, count: int, example: str, classes: tuple[str, ...]) -> ZooError:
    return ZooError(
        f"{owner!r} has class folders ({', '.join(classes[:3])}{', ...' * (len(classes) > 3)}) "
        f"and also {count} image{'s' if count > 1 else ''} outside them, such as {example!r}",
        hint="`-o data.labels=folders` keeps those as unlabelled, "
        "`-o data.labels=none` ignores the folders",
    )


def _one_level_up(owner: str, folder: str) -> ZooError:
    return ZooError(
        f"all images of {owner!r} lie in {folder!r}, which has folders itself",
        hint=f"`{shlex.quote(f'folder:{Path(owner) / folder}')}` takes those as classes, "
        "`-o data.labels=none` ignores them",
    )
