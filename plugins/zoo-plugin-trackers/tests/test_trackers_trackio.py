from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(find_spec("trackio") is None, reason="trackio is not installed")

READ = """
import json
from trackio.sqlite_storage import SQLiteStorage as Storage
found = {run: Storage.get_logs("gan-zoo", run) for run in Storage.get_runs("gan-zoo")}
configs = {run: Storage.get_run_config("gan-zoo", run) for run in found}
print(json.dumps([found, configs]))
"""


def read_back(folder: Path) -> Any:
    # the library reads where its folder is once, when it is imported
    done = subprocess.run(
        [sys.executable, "-c", READ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TRACKIO_DIR": str(folder)},
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_a_run_is_kept_and_goes_on_under_its_name(
    trained, resumed, logged, monkeypatch, capsys, tmp_path
):
    monkeypatch.delenv("TRACKIO_PROJECT", raising=False)
    # read once, when the library is imported: here, and nowhere else in this process
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "kept"))
    place = tmp_path / "run"
    trained(place, "trackio")
    resumed(place, "trackio")
    assert capsys.readouterr().out == ""
    logs, configs = read_back(tmp_path / "kept")
    (name,) = logs
    assert name == json.loads((place / "tracking.json").read_text())["trackio"]
    lines = [line for line in logs[name] if "critic/total" in line]
    values = [(line["step"], line["critic/total"]) for line in lines]
    assert values == list(enumerate(logged(place, "critic.total"), start=1))
    assert [line["step"] for line in logs[name] if "samples" in line] == [2, 4, 6]
    assert configs[name]["parts"]["generator"] == "partners/tiny"
