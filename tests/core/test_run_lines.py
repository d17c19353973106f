"""The lines of a run's logs: kept, read, cut back, and read as far as they go."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from zoo_core.errors import ZooError
from zoo_core.runs.jsonl import append_line, cut_lines, lines_until, read_lines
from zoo_core.runs.lines import (
    Evaluation,
    Event,
    LogLine,
    best_step,
    read_events,
    read_log,
    read_scores,
)

TORN = b'{"step": 3, "lo'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    for step in (1, 2):
        append_line(path, {"step": step, "loss": 0.5})
    return path


def steps(path: Path) -> list[int]:
    return [line["step"] for line in read_lines(path)]


def test_lines_are_read_as_they_were_added(file: Path) -> None:
    assert read_lines(file) == [{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.5}]
    assert file.read_bytes() == b'{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.5}\n'


def test_a_file_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert read_lines(tmp_path / "none") == []
    cut_lines(tmp_path / "none", 3)
    assert not (tmp_path / "none").exists()


def test_a_line_after_a_torn_one_is_whole(file: Path) -> None:
    with file.open("ab") as torn:
        torn.write(TORN)
    assert steps(file) == [1, 2]
    append_line(file, {"step": 4})
    assert steps(file) == [1, 2, 4]


def test_a_torn_last_line_is_no_damage_and_another_one_is(file: Path) -> None:
    remarks: list[str] = []
    with file.open("ab") as torn:
        torn.write(TORN)
    read_lines(file, remarks)
    assert remarks == []
    append_line(file, {"step": 4})
    read_lines(file, remarks)
    assert remarks == ["a.jsonl: passed over lines that are no steps: 1"]


@pytest.mark.parametrize(
    "line", [b"[1]", b"{}", b'{"step": true}', b'{"step": "1"}', b"\xff", b"[" * 100_000, b""]
)
def test_what_is_no_step_is_passed_over(file: Path, line: bytes) -> None:
    with file.open("ab") as other:
        other.write(line + b"\n")
    assert steps(file) == [1, 2]


def test_cutting_keeps_the_bytes_of_what_stays(file: Path) -> None:
    kept = b'{"step":2,  "loss": NaN}\n'
    file.write_bytes(kept + b'{"step": 5}\n[1]\n{"step": 1}')
    assert lines_until(file, 3) == kept + b'{"step": 1}\n'
    cut_lines(file, 3)
    assert file.read_bytes() == kept + b'{"step": 1}\n'


def test_a_line_that_cannot_be_kept_is_an_error(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ZooError, match="the disk is full"):
        append_line(file, {"step": 3})


LINES = (
    LogLine(
        step=1, seconds=2.0, images_per_second=3.0, scalars={"a": 1.0, "b": 2}, protocols={"a": "d"}
    ),
    LogLine(step=1),
    Event(step=2, since=1, kind="k", text="t", advice="a", more={"left": 4}),
    Event(step=2),
    Evaluation(
        step=3,
        by="train",
        weights="average",
        direction="ab",
        scores={"fid": 1.5, "kid.std": 0.25},
        better={"fid": "lower"},
        protocol={"seed": 0},
        metrics={"fid": {"name": "m/fid"}, "kid.std": {"name": "m/kid"}},
        digests={"fid": "d", "kid.std": "e"},
    ),
)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_line_comes_back_from_json_as_it_was(line: LogLine | Event | Evaluation) -> None:
    assert type(line).from_json(json.loads(json.dumps(line.to_json()))) == line


def test_the_keys_of_the_files_are_these() -> None:
    log, _, event, _, evaluation = (line.to_json() for line in LINES)
    assert list(log) == ["step", "seconds", "images_per_second", "a", "b", "protocols"]
    assert list(event) == ["step", "since", "kind", "text", "advice", "left"]
    keys = ["step", "by", "weights", "direction", "scores", "better"]
    assert list(evaluation) == [*keys, "digests", "metrics", "protocol"]


def test_no_scalar_takes_the_place_of_the_step() -> None:
    scalars: dict[str, float] = {"step": 9.0, "seconds": 9.0, "loss": 1.0}
    line = LogLine(step=1, seconds=2.0, scalars=scalars).to_json()
    assert line == {"step": 1, "seconds": 2.0, "loss": 1.0}


def test_each_file_is_read_as_what_it_holds(tmp_path: Path) -> None:
    for name, line in zip("abc", (LINES[0], LINES[2], LINES[4]), strict=True):
        append_line(tmp_path / name, line.to_json())
    assert read_log(tmp_path / "a") == [LINES[0]]
    assert read_events(tmp_path / "b") == [LINES[2]]
    assert read_scores(tmp_path / "c") == [LINES[4]]


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"scores": 3, "better": [], "protocol": "x", "step": True},
        {"scores": {"a": "x", "b": True, "c": float("inf"), "d": None, "e": 10**400}},
        {"better": {"a": "up", "b": 5}, "step": 1.5},
    ],
)
def test_an_evaluation_of_another_form_is_read_as_far_as_it_goes(line: dict[str, Any]) -> None:
    found = Evaluation.from_json(line)
    assert (found.step, found.scores, found.better, found.protocol) == (None, {}, {}, {})


def test_a_direction_before_a_name_is_taken_off() -> None:
    line = {"direction": "ab", "scores": {"ab.fid": 1.0}, "better": {"ab.fid": "lower"}}
    found = Evaluation.from_json(line)
    assert (found.scores, found.better) == ({"fid": 1.0}, {"fid": "lower"})
    assert found.named(several=True) == {"ab.fid": 1.0}
    assert found.named(several=False) == {"fid": 1.0}


def evaluation(step: int, value: float, **other: Any) -> Evaluation:
    line = {"by": "train", "scores": {"fid": value}, "better": {"fid": "lower"}}
    return Evaluation.from_json({**line, "digests": {"fid": "d"}, "step": step, **other})


def test_the_best_step_is_the_first_of_the_best_while_training() -> None:
    found = [evaluation(1, 3.0), evaluation(2, 1.0), evaluation(3, 1.0), evaluation(4, 2.0)]
    assert best_step(found, "fid") == 2
    assert best_step([*found, evaluation(4, 0.5, by="eval")], "fid") == 2
    assert best_step([*found, evaluation(5, 9.0, digests={"fid": "e"})], "fid") == 5
    assert best_step(found, "kid") is None
    assert best_step([], "fid") is None


def test_more_is_better_where_the_score_says_so() -> None:
    found = [evaluation(n, float(n), better={"fid": "higher"}) for n in (1, 3, 2)]
    assert best_step(found, "fid") == 3


def test_a_score_of_a_direction_is_named_with_it_where_there_are_several() -> None:
    values = {"ab": (2.0, 1.0), "ba": (1.0, 2.0)}
    both = [
        evaluation(step, values[way][step - 1], direction=way, digest=way)
        for step in (1, 2)
        for way in values
    ]
    assert [best_step(both, name) for name in ("ab.fid", "ba.fid", "fid")] == [2, 1, None]
    one = [each for each in both if each.direction == "ab"]
    assert [best_step(one, name) for name in ("ab.fid", "fid")] == [None, 2]
