"""Which images lie below a folder, and what else does."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from zoo_core.config.paths import expanded
from zoo_core.errors import ZooError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EXTENSIONS = (
    ".avif",
    ".bmp",
    ".gif",
    ".heic",
    ".heif",
    ".jfif",
    ".jp2",
    ".jpe",
    ".jpeg",
    ".jpg",
    ".pbm",
    ".pgm",
    ".png",
    ".pnm",
    ".ppm",
    ".tga",
    ".tif",
    ".tiff",
    ".webp",
)
"""A file with one of these is an image, and an error when it cannot be read."""

FOREIGN = frozenset(
    {
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        "@eadir",
        "@recently-snapshot",
        "@recycle",
        "@tmp",
        "__macosx",
        "__pycache__",
        "lost+found",
        "recycler",
        "system volume information",
    }
)
"""Folders of file servers and desktops, in lower case: what lies there is nobody's image."""

HIDDEN_IMAGES = "hidden images"


@dataclass(frozen=True, slots=True)
class Listing:
    """The files below a folder, without hidden ones.

    Args:
        root: the folder.
        images: paths below it, with forward slashes, sorted.
        others: how many files of each other extension.
        other_names: paths of these below the root, sorted.
        passed_over: names of hidden folders, folders of the desktop or the file server and hidden
            images, to how often each was passed over.
        empty: folders with no image in them or below, without those inside another one, sorted.
    """

    root: Path
    images: tuple[str, ...]
    others: Mapping[str, int]
    other_names: tuple[str, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
    empty: tuple[str, ...] = ()

    def files(self) -> dict[str, Path]:
        """Return name to file of the images."""
        return {name: self.root / name for name in self.images}


def list_images(path: str) -> Listing:
    """Walk a folder, following links but never in circles.

    Raises:
        ZooError: no folder, one that cannot be read, or no image in it.
    """
    root = _folder(path)
    walk = _Walk()
    images: list[str] = []
    names: list[str] = []
    others: Counter[str] = Counter()
    for name in walk.files(root, PurePosixPath(), ()):
        if name.suffix.lower() in EXTENSIONS:
            images.append(str(name))
        else:
            names.append(str(name))
            others[name.suffix.lower() or "without extension"] += 1
    if not images:
        raise _no_images(root, others)
    return Listing(
        root,
        tuple(sorted(images)),
        dict(sorted(others.items())),
        tuple(sorted(names)),
        passed_over=dict(sorted(walk.passed_over.items())),
        empty=_empty(walk.folders, images),
    )


def describe_others(others: Mapping[str, int]) -> str:
    """Return such as "3 other files (1 .csv, 2 .txt)", empty where there are none."""
    total = sum(others.values())
    kinds = ", ".join(f"{count} {suffix}" for suffix, count in others.items())
    return f"{total} other file{'s' if total > 1 else ''} ({kinds})" if total else ""


def _folder(path: str) -> Path:
    if not path.strip():
        raise ZooError("the data set 'folder' has no path", hint="`--data folder:PATH` names it")
    root = expanded(path)
    if not root.exists():
        siblings = [one.name for one in _children(root.parent) if one.is_dir()]
        raise ZooError(
            f"there is no folder {str(root)!r}",
            hint=f"{nearest(root.name, siblings)}a path is relative to where the command runs",
        )
    if not root.is_dir():
        raise ZooError(
            f"{str(root)!r} is a file, not a folder of images",
            hint="unpack it where it is an archive, and name the folder",
        )
    return root


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


class _Walk:
    """A walk below a folder, which remembers what it passes."""

    def __init__(self) -> None:
        self.passed_over: Counter[str] = Counter()
        self.folders: set[PurePosixPath] = set()

    def files(
        self, folder: Path, below: PurePosixPath, ancestors: tuple[tuple[int, int], ...]
    ) -> Iterator[PurePosixPath]:
        """Give the files below a folder that are neither hidden nor foreign."""
        try:
            found = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            raise ZooError(
                f"the folder {str(folder)!r} cannot be read: {(error.strerror or '').lower()}",
                hint="allow reading it, or move it elsewhere",
            ) from error
        here = (found.st_dev, found.st_ino)
        if here in ancestors:
            # a link to a folder that this one lies in
            return
        self.folders.add(below)
        for entry in entries:
            if self._passes(entry):
                continue
            if entry.is_dir():
                yield from self.files(folder / entry.name, below / entry.name, (*ancestors, here))
            elif entry.is_file() or entry.is_symlink():
                yield below / entry.name

    def _passes(self, entry: os.DirEntry[str]) -> bool:
        name = entry.name
        if not name.startswith(".") and name.casefold() not in FOREIGN:
            return False
        if entry.is_dir():
            self.passed_over[f"{name}/"] += 1
        elif PurePosixPath(name).suffix.lower() in EXTENSIONS:
            self.passed_over[HIDDEN_IMAGES] += 1
        return True


def _empty(folders: Iterable[PurePosixPath], images: Iterable[str]) -> tuple[str, ...]:
    full = {parent for name in images for parent in PurePosixPath(name).parents}
    return tuple(sorted(str(one) for one in folders if one not in full and one.parent in full))


def _no_images(root: Path, others: Mapping[str, int]) -> ZooError:
    what = f"no image but {describe_others(others)}" if others else "nothing"
    known = ", ".join(EXTENSIONS)
    return ZooError(f"the folder {str(root)!r} holds {what}", hint=f"images end in {known}")
