"""Write a run's log for TensorBoard too, where `--tensorboard` asks for it.

The event files are in `tensorboard/` of the run directory: a scalar for each term and score, the
samples, and the configuration. After a resume, or where a run goes back to an earlier checkpoint,
TensorBoard drops what came after that step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from PIL import Image

from zoo_core.training.extras import check_extras
from zoo_core.training.run import Run

FOLDER = "tensorboard"


class Board:
    """The event file of a run.

    Args:
        run: what is written.

    Attributes:
        step: the last one that was written.
    """

    def __init__(self, run: Run) -> None:
        self.folder = run.path / FOLDER
        self.step = run.step
        self._writer = self._opened(run.step)
        self._pictured = set(_pictures(run))
        if run.step == 0:
            config = json.dumps(run.composition.config().to_json(), indent=2)
            self._writer.add_text("configuration", f"```json\n{config}\n```", 0)

    def write(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        """Write a log point, and the pictures that were taken since the last one."""
        if step <= self.step:
            # the run went back to an earlier checkpoint
            self._writer.close()
            self._writer = self._opened(step - 1)
            self._pictured &= set(range(step))
        self.step = step
        for name, value in scalars.items():
            self._writer.add_scalar(_tag(name), value, step)
        self._writer.add_scalar("speed/images_per_second", run.images_per_second, step)
        self.picture(run)
        # as a log line is: whoever looks while the run goes on sees all of it
        self._writer.flush()

    def picture(self, run: Run) -> None:
        """Write the pictures that are not written yet."""
        for step, path in sorted(_pictures(run).items()):
            if step not in self._pictured:
                self._pictured.add(step)
                with Image.open(path) as sheet:
                    pixels = np.asarray(sheet.convert("RGB"))
                self._writer.add_image("samples", pixels, step, dataformats="HWC")

    def close(self, run: Run) -> None:
        """Write what is left and close the file."""
        self.picture(run)
        self._writer.close()

    def _opened(self, step: int) -> Any:
        from torch.utils.tensorboard import SummaryWriter

        # a new file tells TensorBoard to forget later steps of the files before it
        purge = step + 1 if self.folder.is_dir() else None
        return SummaryWriter(str(self.folder), purge_step=purge)


_boards: WeakKeyDictionary[Run, Board] = WeakKeyDictionary()


def started(run: Run) -> None:
    """Open the event file of a run that asks for it.

    Raises:
        ZooError: TensorBoard is not installed.
    """
    if run.options.tensorboard:
        check_extras(run.options)
        _boards[run] = Board(run)


def logged(run: Run, step: int, scalars: Mapping[str, float]) -> None:
    """Write a log point, if the run asks for it."""
    if run in _boards:
        _boards[run].write(run, step, scalars)


def finished(run: Run) -> None:
    """Close the event file, if there is one."""
    board = _boards.pop(run, None)
    if board is not None:
        board.close(run)


def _tag(name: str) -> str:
    """Return a term's name with its player as TensorBoard's group."""
    player, dot, term = name.partition(".")
    return f"{player}/{term}" if dot else f"scores/{name}"


def _pictures(run: Run) -> dict[int, Path]:
    found = (run.path / "samples").glob("step-*.png")
    return {int(path.stem.partition("-")[2]): path for path in found}
