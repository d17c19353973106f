from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--steps", "3", "--batch", "8")

RECIPE = """
from zoo_core import Entry, Recipe, hookimpl

QUICK = Recipe(
    parts={"generator": "mini-conv"},
    options={"run": {"steps": 2, "batch": 8, "size": 8}},
    for_parts={"generator": "mini-conv", "critic": "vanilla"},
    departures=("fewer steps", "a smaller batch"),
    minutes=0.2,
)

@hookimpl
def zoo_entries():
    return [Entry(kind="recipe", name="quick", target="my_recipe:QUICK", summary="Quick.")]
"""


def metrics(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_run_ends_with_its_directory_a_picture_and_the_next_command(zoo, home):
    result = zoo("train", *TINY)
    run = "runs/vanilla-non-saturating-digits"
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("trained 3 of 3 steps in 0:0")
    assert result.stdout.splitlines()[1:] == [
        f"run     {run}",
        f"sample  {run}/samples/step-00000003.png",
        f"next    zoo sample {run}",
    ]
    assert (home / run / "samples/step-00000003.png").exists()


def test_first_lines_say_what_is_trained_on_what(zoo):
    lines = zoo("train", *TINY).stderr.splitlines()
    assert lines[0] == (
        "training vanilla against vanilla with non-saturating on digits at 8x8, 3 steps of 8 images"
    )
    assert lines[1].startswith("1,442 training and 355 held-out images of 1x8x8, 10 classes; cpu")


def test_log_points_are_lines_where_stderr_is_no_terminal(zoo):
    line = zoo("train", *TINY).stderr.splitlines()[-1]
    assert line.startswith("step 3/3  critic 1.")
    assert all(word in line for word in ("generator 0.", "D(real)", "D(fake)", "images/s", "left"))


def test_terminal_gets_a_display_that_is_taken_away(zoo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = zoo("train", *TINY).stderr
    assert "step 1/3" in text
    assert "\x1b[2K" in text


def test_second_run_of_a_name_gets_a_number(zoo, home):
    for _ in range(3):
        zoo("train", *TINY, "--quiet")
    names = {"", "-2", "-3"}
    assert {p.name for p in (home / "runs").iterdir()} == {
        f"vanilla-non-saturating-digits{name}" for name in names
    }


def test_quiet_prints_the_directory_only(zoo):
    result = zoo("train", *TINY, "--quiet", "--run", "here")
    assert (result.stdout, result.stderr) == ("here\n", "")


def test_json_gives_the_outcome(zoo):
    found = json.loads(zoo("train", *TINY, "--run", "here", "--json").stdout)
    assert (found["run"], found["outcome"], found["step"]) == ("here", "done", 3)
    assert found["sample"] == "here/samples/step-00000003.png"
    assert "critic.D(real)" in found["scalars"]


def test_weights_of_another_run_begin_it(zoo, trained):
    assert zoo("train", *TINY, "--init", trained, "--run", "here").exit_code == 0


def test_time_that_is_over_stops_with_the_reason_and_success(zoo):
    result = zoo("train", *TINY, "--max-minutes", "0", "--run", "here")
    assert result.exit_code == 0
    first, *_, last = result.stdout.splitlines()
    assert first.startswith("stopped after 1 of 3 steps in 0:0")
    assert first.endswith(": 0 minutes are over, checkpoint saved")
    assert last == "next    zoo train --resume here --max-minutes 0"


def test_recipe_chosen_by_itself_says_so_and_how_it_departs(zoo, home):
    (home / "my_recipe.py").write_text(RECIPE)
    flags = ("--gen", "mini-conv", "--disc", "vanilla", "--plugin", "my_recipe.py", "--run", "here")
    lines = zoo("train", *flags).stderr.splitlines()
    assert lines[0].endswith(
        ", by recipe quick because nothing else is asked (`--no-recipe` leaves it out)"
    )
    assert lines[1:4] == [
        "takes about 1 minute on two cores of a laptop",
        "departs from the paper: fewer steps",
        "departs from the paper: a smaller batch",
    ]


def test_recipe_can_be_named_and_left_out(zoo, home):
    (home / "my_recipe.py").write_text(RECIPE)
    plugin = ("--plugin", "my_recipe.py", "--dry-run", "--json")
    named = json.loads(zoo("train", "--recipe", "quick", *plugin).stdout)
    assert named["options"]["run"]["steps"] == 2
    flags = ("--gen", "mini-conv", "--disc", "vanilla", "--no-recipe")
    without = json.loads(zoo("train", *flags, *plugin).stdout)
    assert without["options"]["run"]["steps"] == 5000


def test_resumed_run_goes_on_to_more_steps(zoo):
    zoo("train", *TINY, "--run", "here")
    result = zoo("train", "--resume", "here", "--steps", "5")
    assert result.exit_code == 0
    assert "goes on after step 3" in result.stderr
    assert result.stdout.startswith("trained 5 of 5 steps")
    assert [line["step"] for line in metrics(Path("here"))] == [3, 5]


def test_interrupted_run_saves_a_checkpoint_and_says_how_to_go_on(home, environment):
    flags = ("--steps", "1000000", "--log-every", "1", "--batch", "8", "--size", "8")
    process = subprocess.Popen(
        [sys.executable, "-m", "zoo_cli", "train", "--gen", "vanilla", *flags, "--run", "here"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    deadline = time.monotonic() + 60
    while not (home / "here" / "metrics.jsonl").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stdout.startswith("interrupted after ")
    assert "checkpoint saved" in stdout
    assert stdout.endswith("next    zoo train --resume here\n")
    assert "Traceback" not in stderr
    assert list((home / "here" / "checkpoints").glob("step-*/manifest.json"))


def test_trackers_are_named_once_or_several_times(zoo):
    tiny = ("--gen", "dcgan", "--size", "8", "--dry-run", "--json")
    both = ("tensorboard", "wandb")
    for given in (("--track", "tensorboard,wandb"), ("--track", both[0], "--track", both[1])):
        config = json.loads(zoo("train", *tiny, *given).stdout)
        assert config["options"]["run"]["track"] == list(both)
