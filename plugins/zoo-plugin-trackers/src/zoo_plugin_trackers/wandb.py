"""Weights & Biases: the service, or a folder that is uploaded later.

Where nobody is logged in, and `WANDB_MODE` says nothing, or where the service does not answer, the
run is kept in a folder: nobody is asked for a key in the middle of a training. The environment
variables of the library (`WANDB_PROJECT`, `WANDB_ENTITY`, `WANDB_DIR`, ...) hold as they do for any
program.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from zoo_core.interfaces import Tracked, Tracker

PROJECT = "gan-zoo"


class WeightsAndBiases(Tracker):
    """Keep a run at Weights & Biases, under the id that it was given first."""

    package = "wandb"
    install = "zoo-plugin-trackers[wandb]"

    def start(self, run: Tracked) -> None:
        wandb = import_module("wandb")
        mode = None
        if "WANDB_MODE" not in os.environ and not wandb.login(prompt=False, verify=False):
            mode = "offline"
        self._image = wandb.Image
        try:
            self._run = self._begun(run, mode)
        except wandb.errors.CommError:
            self._run = self._begun(run, "offline")
        # the library refuses steps that go back, as those of a run that is resumed do
        self._run.define_metric("*", step_metric="step")
        self.key, self.place = str(self._run.id), self._where()

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        self._run.log({"step": step, **scalars})

    def picture(self, step: int, path: Path) -> None:
        self._run.log({"step": step, "samples": self._image(str(path))})

    def finish(self, outcome: str) -> None:
        self._run.summary["outcome"] = outcome
        self._run.finish(exit_code=1 if outcome == "failed" else 0)

    def _begun(self, run: Tracked, mode: str | None) -> Any:
        wandb = import_module("wandb")
        return wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            name=run.path.name,
            id=run.key or None,
            resume="allow" if run.key else None,
            config=dict(run.config),
            mode=mode,
            reinit="create_new",
            # what the command prints, the code around it and the machine are none of its business
            settings=wandb.Settings(
                console="off",
                silent=True,
                disable_git=True,
                save_code=False,
                disable_job_creation=True,
                x_disable_stats=True,
            ),
        )

    def _where(self) -> str:
        run: Any = self._run
        if run.offline:
            return f"`wandb sync {shlex.quote(run.sync_dir)}` uploads it"
        return str(run.url)
