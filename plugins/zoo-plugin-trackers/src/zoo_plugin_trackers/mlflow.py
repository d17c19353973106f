"""MLflow: a tracking server, or a database in a file.

`MLFLOW_TRACKING_URI` says where, and `MLFLOW_EXPERIMENT_NAME` in which experiment.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from zoo_core.interfaces import Tracked, Tracker

EXPERIMENT = "gan-zoo"

_STATUS = {"failed": "FAILED", "interrupted": "KILLED"}

_REFUSED = re.compile(r"[^\w\-. :/]+", re.ASCII)
"""What names of metrics cannot have."""

_LONGEST = 500
"""Characters of a parameter that every version takes."""

_PARAMETERS = 100
"""How many a request takes."""


class MLflow(Tracker):
    """Keep a run in MLflow, under the id that it was given first."""

    package = "mlflow"
    install = "zoo-plugin-trackers[mlflow]"

    def start(self, run: Tracked) -> None:
        self._entities = import_module("mlflow.entities")
        self._client: Any = import_module("mlflow.tracking").MlflowClient()
        if run.key:
            self._client.update_run(run.key, status="RUNNING")
            self.key = run.key
        else:
            self.key = self._begun(run)
        self.place = f"run {self.key} at {self._client.tracking_uri}"

    def log(self, step: int, scalars: Mapping[str, float]) -> None:
        now = int(time.time() * 1000)
        metric = self._entities.Metric
        values = [metric(metric_name(name), v, now, step) for name, v in scalars.items()]
        self._client.log_batch(self.key, metrics=values)

    def picture(self, step: int, path: Path) -> None:
        self._client.log_artifact(self.key, str(path), "samples")

    def finish(self, outcome: str) -> None:
        self._client.set_tag(self.key, "outcome", outcome)
        self._client.set_terminated(self.key, _STATUS.get(outcome, "FINISHED"))

    def _begun(self, run: Tracked) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        found = self._client.get_experiment_by_name(name)
        place = found.experiment_id if found else self._client.create_experiment(name)
        key = str(self._client.create_run(place, run_name=run.path.name).info.run_id)
        parameters = [
            self._entities.Param(metric_name(name), str(value)[:_LONGEST])
            for name, value in flat(run.config)
        ]
        for first in range(0, len(parameters), _PARAMETERS):
            self._client.log_batch(key, params=parameters[first : first + _PARAMETERS])
        self._client.log_dict(key, dict(run.config), "config.json")
        return key


def metric_name(name: str) -> str:
    """Return a name that MLflow takes: `critic/D(real)` becomes `critic/D_real`."""
    return _REFUSED.sub("_", name).rstrip("_")


def flat(config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the parts and options of a configuration, such as `critic.lr` and its value."""
    yield from config.get("parts", {}).items()
    for section, values in config.get("options", {}).items():
        for name, value in values.items():
            yield f"{section}.{name}", value
