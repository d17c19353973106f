"""TensorBoard: event files in the run directory.

After a resume, or where a run goes back to an earlier checkpoint, TensorBoard drops what came after
that step: a new event file says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from zoo_core.interfaces import Tracked, Tracker

FOLDER = "tensorboard"


class TensorBoard(Tracker):
    """Write event files."""

    package = "tensorboard"
    install = "zoo-plugin-trackers[tensorboard]"

    def start(self, run: Tracked) -> None:
        self._folder, self._step = run.path / FOLDER, run.step
        self._writer = self._opened(run.step)
        if run.step == 0:
            config = json.dumps(run.config, indent=2)
            self._writer.add_text("configuration", f"```json\n{config}\n```", 0)
        self.key = FOLDER
        self.place = f"`tensorboard --logdir {run.path.parent}` shows it"

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        if step <= self._step:
            self._writer.close()
            self._writer = self._opened(step - 1)
        self._step = step
        for name, value in scalars.items():
            self._writer.add_scalar(name, value, step)
        # as a log line is: whoever looks while the run goes on sees all of it
        self._writer.flush()

    def picture(self, step: int, path: Path) -> None:
        with Image.open(path) as sheet:
            pixels = np.asarray(sheet.convert("RGB"))
        self._writer.add_image("samples", pixels, step, dataformats="HWC")

    def finish(self, outcome: str) -> None:
        self._writer.close()

    def _opened(self, step: int) -> Any:
        # a new file tells TensorBoard to forget later steps of the files before it
        purge = step + 1 if self._folder.is_dir() else None
        summaries = import_module("torch.utils.tensorboard")
        return summaries.SummaryWriter(str(self._folder), purge_step=purge)
