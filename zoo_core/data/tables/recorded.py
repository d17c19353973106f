"""What is known of data that are not here: their shapes and classes."""

from __future__ import annotations

from collections.abc import Mapping

from zoo_core.config.configuration import RecordedTask
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Dataset, Split, Table
from zoo_core.spec import ImageSpec


class RecordedDataset(Dataset):
    """Stand in for the data that a configuration was trained on, for those who only sample.

    Args:
        task: what the configuration records of them.
    """

    def __init__(self, task: RecordedTask) -> None:
        self._images = task.images
        self.image = next(iter(task.images.values()))
        self.source, self.classes = task.source, task.classes

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


def task_of(dataset: Dataset) -> RecordedTask:
    """Return what a configuration records of its data."""
    return RecordedTask(images=dataset.images, source=dataset.source, classes=dataset.classes)
