from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from zoo_core.config.configuration import Configuration
from zoo_core.errors import ZooError
from zoo_core.runs.atomic import LEFT
from zoo_core.runs.checkpoint import write_checkpoint
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.layout import step_name
from zoo_core.runs.lines import LogLine, read_log

# without torch, which takes seconds to import
HOLD_LOCK = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire(timeout=0)
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked_elsewhere(run: RunDirectory) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(run.path / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as other:
        yield other
        other.kill()


def reply(other: subprocess.Popen[str]) -> str:
    assert other.stdout is not None
    return other.stdout.readline().strip()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunDirectory]:
    directory = RunDirectory(tmp_path / "run")
    directory.create(Configuration(recipe="made"))
    yield directory
    directory.unlock()


def save(run: RunDirectory, *steps: int) -> None:
    for step in steps:
        write_checkpoint(run.checkpoint(step), {"g": {"x": torch.ones(1)}}, {"step": step})
        run.sample(step).write_bytes(b"png")
        run.append(LogLine(step=step, scalars={"loss": 0.5}))


def creation_failure(path: Path) -> ZooError:
    with pytest.raises(ZooError) as caught:
        RunDirectory(path).create(Configuration())
    return caught.value


def test_a_run_has_its_layout(run: RunDirectory) -> None:
    save(run, 5)
    found = {str(p.relative_to(run.path)) for p in run.path.rglob("*") if p.is_file()}
    assert found - {".lock"} == {
        "config.json",
        "metrics.jsonl",
        "samples/step-00000005.png",
        "checkpoints/step-00000005/g.safetensors",
        "checkpoints/step-00000005/state.json",
        "checkpoints/step-00000005/manifest.json",
    }


def test_steps_have_names_of_eight_digits_or_more() -> None:
    assert (step_name(12), step_name(10**9)) == ("step-00000012", "step-1000000000")


def test_steps_are_found_in_their_order(run: RunDirectory) -> None:
    save(run, 7, 5, 1_000_000_000)
    (run.path / "checkpoints" / "step-x").mkdir()
    assert run.steps() == [5, 7, 1_000_000_000]


def test_the_configuration_is_read_back(run: RunDirectory) -> None:
    assert run.read_config() == Configuration(recipe="made")


def test_a_directory_with_a_run_is_refused(run: RunDirectory) -> None:
    error = creation_failure(run.path)
    assert error.message == f"{str(run.path)!r} holds a run already"
    assert error.hint == (
        f"`zoo train --resume {run.path}` goes on with it; `--run` takes another directory"
    )


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x")
    error = creation_failure(path)
    assert (error.message, error.hint) == (f"{str(path)!r} is a file", "`--run` takes a directory")


def test_a_directory_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_text("x")
    error = creation_failure(tmp_path)
    assert error.message == f"{str(tmp_path)!r} is not empty and holds no run"
    assert error.hint == "`--run` takes a new or an empty directory"


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    run = RunDirectory(tmp_path)
    run.create(Configuration())
    run.unlock()
    assert run.config.exists()


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "run"
    error = creation_failure(path)
    assert error.message == f"cannot write {str(path)!r}: Not a directory"
    assert error.hint == "choose a directory that you can write, with `--run`"


def test_another_process_is_kept_out(run: RunDirectory) -> None:
    with locked_elsewhere(run) as other:
        assert reply(other) == ""


def test_a_run_of_another_process_is_refused_until_it_is_killed(run: RunDirectory) -> None:
    run.unlock()
    with locked_elsewhere(run) as other:
        assert reply(other) == "locked"
        with pytest.raises(ZooError) as caught:
            run.lock()
        assert caught.value.message == f"another process is training in {str(run.path)!r}"
    run.lock()


def test_another_trainer_in_this_process_is_kept_out(run: RunDirectory) -> None:
    with pytest.raises(ZooError) as caught:
        RunDirectory(run.path).lock()
    assert caught.value.hint == (
        "wait for it or stop it, or train in another directory with `--run`"
    )


def test_cutting_back_removes_what_came_after(run: RunDirectory) -> None:
    save(run, 5, 10, 15)
    run.cut_back(10)
    assert run.steps() == [5, 10]
    assert sorted(p.name for p in (run.path / "samples").iterdir()) == [
        "step-00000005.png",
        "step-00000010.png",
    ]
    assert [line.step for line in read_log(run.log)] == [5, 10]


def test_cutting_back_removes_torn_lines(run: RunDirectory) -> None:
    save(run, 5, 10)
    with run.log.open("ab") as file:
        file.write(b'{"step": 7, "lo\n\xff\xfe\n[1]\n{"loss": 1}\n{"step": "6"}\n{"step": 8')
    run.cut_back(10)
    text = run.log.read_text()
    assert text.endswith("\n")
    assert [json.loads(line)["step"] for line in text.splitlines()] == [5, 10]


def test_cutting_back_keeps_values_that_are_not_finite(run: RunDirectory) -> None:
    run.append(LogLine(step=5, scalars={"loss": float("nan")}))
    before = run.log.read_text()
    run.cut_back(5)
    assert run.log.read_text() == before


def test_cutting_back_removes_what_a_killed_process_left(run: RunDirectory) -> None:
    left = [run.path / place / LEFT.replace("*", "0") for place in ("", "samples", "checkpoints")]
    for folder in left:
        (folder / "new").mkdir(parents=True)
    run.cut_back(10)
    assert not [folder for folder in left if folder.exists()]


def test_cutting_back_without_a_log_is_possible(run: RunDirectory) -> None:
    run.cut_back(0)
    assert not run.log.exists()


def test_only_the_newest_checkpoints_are_kept(run: RunDirectory) -> None:
    save(run, 5, 10, 15)
    run.keep(2)
    assert run.steps() == [10, 15]
    run.keep(5)
    assert run.steps() == [10, 15]


def test_the_newest_whole_checkpoint_is_found(run: RunDirectory) -> None:
    save(run, 5, 10)
    (run.checkpoint(10) / "g.safetensors").write_bytes(b"x")
    problems: list[str] = []
    found = run.newest_whole(problems)
    assert found is not None
    assert (found[0], found[2]) == (5, {"step": 5})
    assert problems == [
        f"g.safetensors of checkpoint {str(run.checkpoint(10))!r} "
        "does not have the checksum that its manifest records"
    ]


def test_a_run_without_a_checkpoint_has_no_newest(run: RunDirectory) -> None:
    assert run.newest_whole([]) is None


def test_a_log_that_cannot_be_written_is_an_error(run: RunDirectory) -> None:
    run.log.mkdir()
    with pytest.raises(ZooError, match=r"cannot write .*metrics\.jsonl': Is a directory"):
        run.append(LogLine(step=1))


def config_failure(path: Path) -> ZooError:
    with pytest.raises(ZooError) as caught:
        RunDirectory(path.parent).read_config()
    return caught.value


def test_a_missing_configuration_is_an_error(tmp_path: Path) -> None:
    error = config_failure(tmp_path / "config.json")
    assert error.message == f"no file {str(tmp_path / 'config.json')!r}"
    assert error.hint.startswith("every run directory has a config.json")


def test_a_configuration_of_another_form_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"parts": 3}')
    assert "'parts'" in config_failure(path).message


def test_names_that_nobody_gave_are_claimed_one_by_one(tmp_path: Path) -> None:
    first, second = (RunDirectory.claimed(tmp_path / "runs", "dcgan") for _ in range(2))
    assert [run.path.name for run in (first, second)] == ["dcgan", "dcgan-2"]
    first.let_go()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["dcgan-2"]
    second.let_go()
    assert RunDirectory.claimed(tmp_path / "runs", "dcgan").path.name == "dcgan"


def test_a_claim_that_is_let_go_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for path in (tmp_path / "mine", tmp_path / "a" / "b"):
        run = RunDirectory(path)
        run.claim()
        run.create(Configuration())
        run.let_go()
    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]
