"""What is known of data that are not here: their shapes and classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Dataset, Split, Table
from zoo_core.spec import ImageSpec

MAX_CLASSES = 100_000
MAX_TABLES = 16
MAX_NAME = 200


class RecordedDataset(Dataset):
    """Stand in for the data that a configuration was trained on, for those who only sample.

    Args:
        task: what `task_record` wrote; it may come from a stranger.

    Raises:
        ZooError: another form, or sizes that no image can have.
    """

    def __init__(self, task: Mapping[str, Any]) -> None:
        found = task.get("images")
        if not isinstance(found, Mapping) or not 1 <= len(found) <= MAX_TABLES:
            _wrong("'images' are no object of shapes")
        self._images = {_name(name): _image(shape) for name, shape in found.items()}
        self.image = next(iter(self._images.values()))
        source = task.get("source")
        self.source = None if source is None else _image(source)
        classes = task.get("classes", [])
        if not isinstance(classes, list) or len(classes) > MAX_CLASSES:
            _wrong("'classes' are no list of names")
        self.classes = tuple(_name(name) for name in classes)

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        """Return table name to what its images are."""
        return self._images

    def tables(self, split: Split) -> Mapping[str, Table]:
        """Refuse: there are no images.

        Raises:
            ZooError: always.
        """
        raise ZooError(
            "the data that these weights were trained on are not here",
            hint="`--data` and `--data-dir` say where they are",
        )


def task_record(dataset: Dataset) -> dict[str, Any]:
    """Return what a configuration records of its data, as JSON data."""
    return {
        "images": {name: list(image.shape) for name, image in dataset.images.items()},
        "source": list(dataset.source.shape) if dataset.source else None,
        "classes": list(dataset.classes),
    }


def _image(shape: Any) -> ImageSpec:
    if isinstance(shape, list | tuple) and len(shape) == 3 and all(type(n) is int for n in shape):
        return ImageSpec(*shape)
    return _wrong(f"{str(shape)[:80]!r} is no shape of an image")


def _name(name: Any) -> str:
    if isinstance(name, str) and len(name) <= MAX_NAME:
        return name
    return _wrong(f"{str(name)[:80]!r} is no name")


def _wrong(what: str) -> NoReturn:
    raise ZooError(
        f"the configuration's 'task' has another form: {what}",
        hint="a run or `zoo push` writes it; get the file again from where it came",
    )
