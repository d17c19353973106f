from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zoo_core import ZooError
from zoo_core.config.configuration import Configuration
from zoo_core.runs import History, is_running, read_history

HOLD_LOCK = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire(timeout=0)
print("locked", flush=True)
sys.stdin.read()
"""

CONFIG = {
    "format": 1,
    "parts": {"generator": "toys/toy", "data": "gan-zoo/digits"},
    "options": {"run": {"steps": 20, "batch": 8}},
    "environment": {"device": "cpu"},
}


def score(step: int, **values: float) -> dict[str, object]:
    return {
        "step": step,
        "by": "train",
        "weights": "average",
        "direction": "",
        "scores": values,
        "better": dict.fromkeys(values, "lower"),
        "protocol": {"fake_count": 100},
        "digests": dict.fromkeys(values, "d1"),
    }


def lines(*values: object) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    place = tmp_path / "runs" / "mine"
    (place / "samples").mkdir(parents=True)
    (place / "checkpoints" / "step-00000010").mkdir(parents=True)
    (place / "config.json").write_text(json.dumps(CONFIG))
    (place / "metrics.jsonl").write_text(
        lines(
            {"step": 10, "seconds": 2.0, "images_per_second": 40.0, "critic.total": 1.5},
            {
                "step": 20,
                "seconds": 5.0,
                "images_per_second": 32.0,
                "critic.total": 1.0,
                "critic.note": 3,
                "fid": 9.0,
                "protocols": {"fid": "d1"},
            },
        )
    )
    for step in (20, 10):
        (place / "samples" / f"step-{step:08d}.png").write_bytes(b"png")
    return place


def test_a_run_is_read(run):
    (run / "scores.jsonl").write_text(lines(score(20, fid=9.0)))
    (run / "events.jsonl").write_text(lines({"step": 10, "kind": "collapse", "text": "less"}))
    found = read_history(run)
    assert (found.step, found.steps, found.outcome) == (20, 20, "done")
    assert (found.seconds, found.seconds_per_step, found.images_per_second) == (5.0, 0.25, 32.0)
    assert found.names == ("critic.total", "critic.note")
    assert found.series("critic.total") == [(10, 1.5), (20, 1.0)]
    assert found.last_terms == {"critic.total": 1.0, "critic.note": 3}
    assert [(s.step, s.scores, s.digest_of("fid")) for s in found.scores] == [
        (20, {"fid": 9.0}, "d1")
    ]
    assert found.scores[0].better == {"fid": "lower"}
    assert found.events[0].kind == "collapse"
    assert (list(found.samples), found.checkpoints) == ([10, 20], (10,))
    assert (found.running, found.remarks) == (False, ())


def test_files_that_older_runs_lack_may_be_missing(run):
    (run / "metrics.jsonl").unlink()
    found = read_history(run)
    assert (found.lines, found.scores, found.events) == ((), (), ())
    assert (found.seconds, found.seconds_per_step, found.images_per_second) == (None, None, None)
    # the samples tell how far it came
    assert found.step == 20


def test_a_run_that_has_only_begun_is_read(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    found = read_history(tmp_path)
    assert (found.step, found.steps, found.outcome, found.names) == (0, None, "killed", ())


def test_a_torn_last_line_is_passed_over_in_silence(run):
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"step": 30, "critic.to')
    (run / "scores.jsonl").write_text(lines(score(10, fid=1.0)) + '{"step": 20, "sco')
    (run / "events.jsonl").write_text('{"step"')
    found = read_history(run)
    assert [line.step for line in found.lines] == [10, 20]
    assert (len(found.scores), found.events, found.remarks) == (1, (), ())


def test_a_damaged_line_elsewhere_is_passed_over_and_said(run):
    (run / "metrics.jsonl").write_text(
        '{"step": 10, "critic.to\n[1]\n{"step": true}\n' + lines({"step": 20, "critic.total": 1.0})
    )
    found = read_history(run)
    assert [line.step for line in found.lines] == [20]
    assert found.remarks == ("metrics.jsonl: passed over lines that are no steps: 3",)


def test_values_that_are_no_finite_numbers_are_no_terms(run):
    (run / "metrics.jsonl").write_text(
        '{"step": 1, "a": 1.0, "b": "text", "c": true, "d": NaN, "e": 1%s}\n' % ("0" * 400)
    )
    found = read_history(run)
    assert found.last_terms == {"a": 1.0}


def test_scores_of_directions_have_their_own_names(run):
    one = {**score(20, **{"ab.fid": 4.0}), "direction": "ab"}
    (run / "scores.jsonl").write_text(lines(one))
    (run / "metrics.jsonl").write_text(lines({"step": 20, "ab.fid": 4.0, "critic.total": 1.0}))
    found = read_history(run)
    assert found.scores[0].scores == {"fid": 4.0}
    assert found.scores[0].better == {"fid": "lower"}
    assert found.names == ("critic.total",)


def test_a_checkpoint_means_its_run(run):
    assert read_history(run / "checkpoints" / "step-00000010").path == run


def test_one_checkpoint_by_tag_is_refused(run):
    with pytest.raises(ZooError) as caught:
        read_history(f"{run}@best")
    assert caught.value.message == (
        f"'{run}@best' is one checkpoint of a run, but this looks at whole runs"
    )
    assert caught.value.hint == f"give {run}"


def test_what_is_no_run_is_refused_with_the_nearest_run(run):
    with pytest.raises(ZooError) as caught:
        read_history(run.parent / "minee")
    assert caught.value.message == f"no run at '{run.parent / 'minee'}'"
    assert caught.value.hint.startswith(f"did you mean '{run}'? ")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": "' + "x" * (1 << 20) + '"}'])
def test_a_damaged_configuration_is_refused(run, text):
    (run / "config.json").write_text(text)
    with pytest.raises(ZooError, match="holds no configuration"):
        read_history(run)


def test_a_configuration_of_another_form_is_read_as_far_as_it_goes(run):
    (run / "config.json").write_text('{"parts": 3, "options": {"run": 7}, "environment": []}')
    found = read_history(run)
    assert (found.config, found.steps) == (Configuration(), None)


def test_reading_changes_nothing(run):
    def state() -> dict[str, tuple[int, bytes]]:
        files = [path for path in run.rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    read_history(run)
    assert state() == before


def test_a_run_that_goes_on_is_seen_and_not_disturbed(run):
    lock = run / ".lock"
    assert not is_running(run)
    assert not lock.exists()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        assert read_history(run).outcome == "running"
        # two readers do not see each other
        assert is_running(run)
        other.kill()
    assert not is_running(run)
    assert read_history(run).outcome == "done"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_lock_that_is_a_pipe_is_not_waited_for(run):
    os.mkfifo(run / ".lock")
    assert not is_running(run)


def test_reading_imports_no_torch(run):
    program = (
        "import sys; from zoo_core.runs import read_history; "
        "read_history(sys.argv[1]); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(run)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_a_history_without_anything_has_no_step():
    assert History(path=Path("x"), config=Configuration()).step == 0
