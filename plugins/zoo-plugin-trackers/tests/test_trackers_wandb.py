from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(find_spec("wandb") is None, reason="wandb is not installed")

BLOCK = 32768
"""Bytes of a block of the log, which has the form that LevelDB's has."""


@pytest.fixture(autouse=True)
def nobody_is_logged_in(monkeypatch, tmp_path):
    for name in ("WANDB_API_KEY", "WANDB_MODE", "WANDB_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    for name in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))


def pieces(data: bytes) -> Iterator[bytes]:
    place, record = 7, b""
    while place + 7 <= len(data):
        if BLOCK - place % BLOCK < 7:
            place += BLOCK - place % BLOCK
        length, kind = int.from_bytes(data[place + 4 : place + 6], "little"), data[place + 6]
        record += data[place + 7 : place + 7 + length]
        place += 7 + length
        # 1 is a whole record, 4 the last part of one
        if kind in (1, 4):
            yield record
            record = b""


def settle() -> None:
    """Wait until another process has written all; the environment is read anew afterwards."""
    import_module("wandb").teardown()


def records(folder: Path) -> list[Any]:
    from wandb.proto.wandb_internal_pb2 import Record

    (file,) = folder.glob("run-*.wandb")
    return [Record.FromString(piece) for piece in pieces(file.read_bytes())]


def told(folder: Path) -> list[dict[str, Any]]:
    lines = [one.history for one in records(folder) if one.WhichOneof("record_type") == "history"]
    return [
        {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in line.item}
        for line in lines
    ]


def test_a_run_is_kept_in_a_folder_and_goes_on_under_its_id(
    trained, resumed, logged, heard, tmp_path
):
    place = tmp_path / "run"
    trained(place, "wandb")
    (first,) = (tmp_path / "wandb").glob("offline-run-*")
    assert any(f"`wandb sync {first}` uploads it" in remark for remark in heard.remarks)
    resumed(place, "wandb")
    settle()
    (second,) = {*(tmp_path / "wandb").glob("offline-run-*")} - {first}
    key = json.loads((place / "tracking.json").read_text())["wandb"]
    assert first.name.split("-")[3] == second.name.split("-")[3] == key
    lines = [line for folder in (first, second) for line in told(folder)]
    values = [(line["step"], line["critic/total"]) for line in lines if "critic/total" in line]
    assert values == list(enumerate(logged(place, "critic.total"), start=1))
    pictures = [line["step"] for line in lines if any(key.startswith("samples") for key in line)]
    assert pictures == [2, 4, 6]
    assert list((first / "files" / "media" / "images").glob("samples*.png"))


def test_the_configuration_and_the_end_are_kept(trained, tmp_path):
    trained(tmp_path / "run", "wandb")
    settle()
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    found = {one.WhichOneof("record_type"): one for one in records(folder)}
    config = {item.key: json.loads(item.value_json) for item in found["run"].run.config.update}
    assert config["parts"]["generator"] == "partners/tiny"
    assert (found["run"].run.project, found["run"].run.display_name) == ("gan-zoo", "run")
    assert found["exit"].exit.exit_code == 0


@pytest.mark.slow
def test_a_service_that_does_not_answer_costs_no_line(trained, heard, monkeypatch, tmp_path):
    # nobody listens there
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    monkeypatch.setenv("WANDB_INIT_TIMEOUT", "1")
    trained(tmp_path / "run", "wandb")
    settle()
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    assert [line["step"] for line in told(folder) if "critic/total" in line] == [1, 2, 3, 4]
    assert any(f"`wandb sync {folder}` uploads it" in remark for remark in heard.remarks)
