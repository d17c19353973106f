"""`zoo sweep`: the flags of `zoo train` with several values."""

from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from zoo_core.sweeps.folder import SweepFolder

BASE = ("--gen", "dcgan", "--data", "digits", "--no-recipe", "--no-monitor")
TINY = (
    *BASE,
    *("--size", "8", "--latent-dim", "8", "--batch", "8", "--steps", "2"),
    *("-o", "generator.width=4", "-o", "critic.width=4"),
)


def said(result) -> str:
    return " ".join(result.stderr.split())


def test_a_dry_run_lists_the_runs_and_trains_nothing(zoo, tmp_path) -> None:
    flags = ("--loss", "non-saturating,hinge", "--seed", "0..2", "-o", "critic.lr=1e-4,2e-4")
    result = zoo("sweep", *TINY, *flags, "--out", "a", "--dry-run")
    assert result.exit_code == 0
    assert "would train 12 runs in a" in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["0000", "non-saturating", "0.0001", "0", "-", "-"] in lines
    assert ["0011", "hinge", "0.0002", "2", "-", "-"] in lines
    assert not (tmp_path / "a").exists()
    planned = json.loads(zoo("sweep", *TINY, *flags, "--out", "a", "--dry-run", "--json").stdout)
    assert planned["runs"] == len(planned["points"]) == 12
    assert planned["points"][1] == {"loss": "non-saturating", "seed": 0, "critic.lr": 2e-4}


def test_one_rate_for_both_players_is_one_thing_that_varies(zoo) -> None:
    result = zoo("sweep", *TINY, "--lr", "1e-4,2e-4", "--out", "a", "--dry-run", "--json")
    found = json.loads(result.stdout)
    assert found["sweep"]["axes"] == [
        {"sets": ["generator.lr", "critic.lr"], "values": [1e-4, 2e-4]}
    ]


def test_a_grid_ends_in_a_table_a_comparison_and_a_page(zoo, tmp_path) -> None:
    flags = ("--loss", "non-saturating,hinge", "--seed", "0,1", "--out", "a")
    result = zoo("sweep", *TINY, *flags)
    assert result.exit_code == 0
    assert "4 runs in a" in result.stderr
    assert "trial 0003 done after 2 steps" in result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["0001", "hinge", "0", "done", "2"] in lines
    assert "ended   4 of 4 trials" in result.stdout
    # runs that differ only in the seed are one row
    assert any(line[:3] == ["0001", "2", "hinge"] for line in lines)
    page = (tmp_path / "a" / "sweep.html").read_text(encoding="utf-8")
    assert '<th scope="row">0003</th>' in page
    assert 'http-equiv="Content-Security-Policy"' in page
    again = zoo("sweep", *TINY, *flags, "--json")
    assert "begins" not in again.stderr
    found = json.loads(again.stdout)
    assert found["whole"]
    assert [one["outcome"] for one in found["trials"]] == ["done"] * 4
    assert found["page"] == str(Path("a/sweep.html"))
    run = found["trials"][0]["run"]
    assert zoo("report", run, "--out", "page.html").exit_code == 0
    assert zoo("sample", run, "--count", "2", "--out", "s.png").exit_code == 0


def test_the_folder_alone_goes_on_and_nothing_else_may_be_said(zoo) -> None:
    assert zoo("sweep", *TINY, "--seed", "0,1", "--out", "a").exit_code == 0
    assert zoo("sweep", "--out", "a").exit_code == 0
    result = zoo("sweep", "--out", "a", "--steps", "5", "--loss", "hinge")
    assert result.exit_code == 2
    assert "takes no --loss, --steps" in said(result)
    result = zoo("sweep", *TINY, "--seed", "0..2", "--out", "a")
    assert result.exit_code == 1
    assert "holds another sweep: there seed is 0,1, and 0..2 is asked for" in said(result)
    assert zoo("sweep", "--out", "none").exit_code == 1


def test_a_study_finds_the_best_and_says_which(zoo) -> None:
    measured = ("--metrics", "fid", "--eval-count", "100", "--eval-every", "1", "--startup", "1")
    rates = ("--lr", "1e-5..1e-2:log", "--trials", "2")
    result = zoo("sweep", *TINY, *measured, *rates, "--out", "a b")
    assert result.exit_code == 0
    assert "2 trials for the lowest fid, pruner median in a b" in result.stderr
    best = min(SweepFolder(Path("a b")).records(), key=lambda one: one.score)
    assert f"best    {Path('a b/runs') / f'{best.number:04d}'}: fid" in result.stdout
    line = result.stdout.splitlines()[-1]
    assert line == f"next    zoo sample 'a b/runs/{best.number:04d}'@best"
    assert zoo(*shlex.split(line)[2:], "--count", "2", "--out", "x.png").exit_code == 0
    plan = zoo("sweep", "--out", "a b", "--trials", "3", "--dry-run")
    assert "would train 3 trials" in plan.stdout


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (("--lr", "1e-5..1e-3:lg"), "no range can be read from '1e-5..1e-3:lg'", "LOW..HIGH:log"),
        (("-o", "critc.lr=1,2"), "no composition of this sweep has a 'critc'", "'critic'"),
        (("-o", "critic.lrr=1,2"), "has no option 'lrr'", "did you mean 'lr'?"),
        (("--loss", "hinge,hing"), "'hing'", "did you mean 'hinge'?"),
        (("--seed", "0..99", "--batch", "1..100"), "10,000 runs", "`--most 10000`"),
        (("--lr", "1e-5..1e-3"), "a grid cannot have all numbers in 1e-05..0.001", "--trials N"),
        (("--seed", "0..4", "--trials", "2"), "a study cannot vary the seed", "--seed 0..4"),
        (("--seed", "0,1", "--out", "/dev/null/a"), "cannot write", "--out"),
    ],
)
def test_what_cannot_be_swept_is_said_before_anything_trains(
    zoo, flags, message, hint, tmp_path
) -> None:
    out = () if "--out" in flags else ("--out", "a")
    result = zoo("sweep", *TINY, *flags, *out)
    assert result.exit_code == 1
    assert message in said(result)
    assert hint in said(result)
    assert not (tmp_path / "a").exists()


def test_what_belongs_to_a_study_is_refused_without_one(zoo) -> None:
    result = zoo("sweep", *TINY, "--seed", "0,1", "--score", "kid", "--out", "a")
    assert result.exit_code == 2
    assert "--score belongs to a study: `--trials N` begins one" in said(result)


def test_a_path_with_two_dots_or_a_comma_is_one_path(zoo) -> None:
    result = zoo("sweep", *TINY, "--data-dir", "../a,b", "--seed", "0,1", "--out", "a", "--dry-run")
    # the digits have no such option, and it is one value all the same
    assert result.exit_code == 1
    assert "has no option 'root'" in said(result)


SLURM = ("--launcher", "slurm", "--workers", "3", "--slurm", "partition=gpu,time=90")


def test_a_dry_run_for_slurm_shows_what_would_be_submitted(zoo, tmp_path) -> None:
    result = zoo("sweep", *TINY, "--seed", "0,1", "--out", "a", *SLURM, "--dry-run")
    assert result.exit_code == 0
    assert "#SBATCH --array=0-2%3" in result.stdout
    assert "#SBATCH --partition=gpu" in result.stdout
    assert "#SBATCH --time=90" in result.stdout
    worker = f"-m zoo_cli sweep --out {tmp_path / 'a'}"
    assert worker in result.stdout
    assert not (tmp_path / "a").exists()


def test_where_there_is_no_slurm_that_is_said(zoo, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = zoo("sweep", *TINY, "--seed", "0,1", "--out", "a", *SLURM)
    assert result.exit_code == 1
    assert "there is no Slurm here" in said(result)
    assert "`--workers N` works on this machine" in said(result)
    result = zoo("sweep", *TINY, "--seed", "0,1", "--out", "a", *SLURM, "--slurm", "partiton=x")
    assert "no parameter 'partiton'" in said(result)
    assert "did you mean 'partition'?" in said(result)


CLUSTER = """#!{python}
import pathlib, sys
place = pathlib.Path({place!r})
place.joinpath(pathlib.Path(sys.argv[1]).name).write_text(open(sys.argv[1]).read())
print("Submitted batch job 12")
"""


def test_jobs_are_given_to_slurm_with_the_sweep_they_work_for(zoo, tmp_path, monkeypatch) -> None:
    place, bin_ = tmp_path / "submitted", tmp_path / "bin"
    place.mkdir()
    bin_.mkdir()
    for name in ("sbatch", "srun"):
        program = bin_ / name
        program.write_text(CLUSTER.format(python=sys.executable, place=str(place)))
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")
    result = zoo("sweep", *TINY, "--seed", "0,1", "--out", "a", *SLURM)
    assert result.exit_code == 0
    assert result.stdout.split("\n")[:3] == ["job 12_0", "job 12_1", "job 12_2"]
    (script,) = place.iterdir()
    assert "--partition=gpu" in script.read_text()
    assert SweepFolder(tmp_path / "a").read().count == 2
    assert len(list((tmp_path / "a" / "slurm").glob("*submitted.pkl"))) == 3


@pytest.mark.slow
def test_two_workers_take_over_what_a_third_left(tmp_path, environment) -> None:
    out = tmp_path / "a"
    flags = [*TINY, "--steps", "60", "--checkpoint-every", "5", "--seed", "0..3"]
    flags += ["--workers", "2", "--out", str(out)]
    command = [sys.executable, "-m", "zoo_cli", "sweep", *flags]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    folder, deadline = SweepFolder(out), time.monotonic() + 200
    while not (records := [r for r in folder.records() if r.worker]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(int(records[0].worker.rpartition(":")[2]), signal.SIGKILL)
    text, _ = process.communicate()
    assert process.returncode == 0, text
    ended = folder.records()
    assert [one.outcome for one in ended] == ["done"] * 4
    assert ended[records[0].number].begun == 2
    assert "goes on" in text


@pytest.mark.slow
def test_an_interrupted_sweep_saves_and_goes_on(tmp_path, environment) -> None:
    out = tmp_path / "a"
    flags = [*TINY, "--steps", "100000", "--seed", "0,1", "--workers", "2", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "zoo_cli", "sweep", *flags],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    folder, deadline = SweepFolder(out), time.monotonic() + 200
    while not all((folder.run(number) / "metrics.jsonl").exists() for number in (0, 1)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode == 130
    assert [one.outcome for one in folder.records()] == ["", ""]
    for number in (0, 1):
        assert list((folder.run(number) / "checkpoints").iterdir())
