"""Trackio: a database in the user's cache, a Space on the Hub, or a server.

`TRACKIO_DIR`, `TRACKIO_SPACE_ID` and `TRACKIO_SERVER_URL` say where, and `TRACKIO_PROJECT` in which
project.
"""

from __future__ import annotations

import io
import os
import secrets
import shlex
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

from zoo_core.interfaces import Tracked, Tracker

PROJECT = "gan-zoo"


class Trackio(Tracker):
    """Keep a run in Trackio, under the name that it was given first."""

    package = "trackio"
    install = "zoo-plugin-trackers[trackio]"

    def start(self, run: Tracked) -> None:
        self._library = trackio = import_module("trackio")
        project = os.environ.get("TRACKIO_PROJECT", PROJECT)
        # a project goes on with a run by its name alone, and folders may have one name
        self.key = run.key or f"{run.path.name}-{secrets.token_hex(4)}"
        # it prints what it does where our results go
        with redirect_stdout(io.StringIO()):
            self._run = trackio.init(
                project,
                name=self.key,
                config=dict(run.config),
                resume="allow",
                embed=False,
                auto_log_gpu=False,
                auto_log_cpu=False,
            )
        self.place = f"`trackio show --project {shlex.quote(project)}` shows {self.key}"

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        self._run.log(dict(scalars), step=step)

    def picture(self, step: int, path: Path) -> None:
        self._run.log({"samples": self._library.Image(str(path))}, step=step)

    def finish(self, outcome: str) -> None:
        with redirect_stdout(io.StringIO()):
            self._library.finish()
