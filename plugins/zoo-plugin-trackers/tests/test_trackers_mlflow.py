from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from zoo_plugin_trackers.mlflow import metric_name

present = pytest.mark.skipif(
    find_spec("mlflow") is None or find_spec("sqlalchemy") is None, reason="mlflow is not installed"
)

# the library uses what its own database layer has deprecated
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def client(monkeypatch, tmp_path) -> Any:
    from mlflow import MlflowClient

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")
    return MlflowClient()


def only_run(client: Any) -> Any:
    experiment = client.get_experiment_by_name("gan-zoo")
    (found,) = client.search_runs([experiment.experiment_id])
    return found


@present
def test_a_run_is_kept_whole_and_goes_on_under_its_id(client, trained, resumed, logged, tmp_path):
    place = tmp_path / "run"
    trained(place, "mlflow")
    before = only_run(client)
    resumed(place, "mlflow")
    found = only_run(client)
    key = json.loads((place / "tracking.json").read_text())["mlflow"]
    assert before.info.run_id == found.info.run_id == key
    assert (found.info.status, found.info.run_name) == ("FINISHED", "run")
    assert found.data.tags["outcome"] == "done"
    points = [(one.step, one.value) for one in client.get_metric_history(key, "critic/total")]
    assert points == list(enumerate(logged(place, "critic.total"), start=1))
    pictures = [Path(file.path).name for file in client.list_artifacts(key, "samples")]
    assert pictures == [f"step-{step:08d}.png" for step in (2, 4, 6)]


@present
def test_the_configuration_is_kept_as_parameters_and_as_a_file(client, trained, tmp_path):
    trained(tmp_path / "run", "mlflow")
    found = only_run(client)
    assert found.data.params["generator"] == "partners/tiny"
    assert found.data.params["critic.lr"] == "0.0002"
    file = client.download_artifacts(found.info.run_id, "config.json", str(tmp_path))
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert json.loads(Path(file).read_text())["options"] == config["options"]


@present
def test_a_database_that_cannot_be_opened_costs_a_remark(trained, heard, monkeypatch, tmp_path):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"nowhere://{tmp_path}")
    assert trained(tmp_path / "run", "mlflow").outcome == "done"
    (remark,) = [text for text in heard.remarks if "mlflow" in text]
    assert remark.startswith("tracker 'mlflow' failed; the run goes on without it: ")


def test_names_are_such_as_mlflow_takes():
    assert metric_name("critic/D(real)") == "critic/D_real"
    assert metric_name("critic/gradient_norm") == "critic/gradient_norm"
