"""The line of a running training, against what its log says, number by number."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zoo_cli.training.live_line import Shown, names_of
from zoo_cli.wording import number

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--batch", "8")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def on_a_terminal(environment: dict[str, str]) -> Callable[..., str]:
    """Return what shows what a command writes to a terminal of a kind, 200 columns wide."""

    def shown(term: str, *command: str) -> str:
        main, other = pty.openpty()
        wide = {**environment, "TERM": term, "COLUMNS": "200", "LINES": "40"}
        with subprocess.Popen(
            [sys.executable, "-m", "zoo_cli", *command], stdout=other, stderr=other, env=wide
        ) as process:
            os.close(other)
            pieces = []
            while piece := _read(main):
                pieces.append(piece)
            assert process.wait() == 0, b"".join(pieces)
        os.close(main)
        return b"".join(pieces).decode()

    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        # how Linux says that the other side is closed
        return b""


def logged(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_whatever_is_drawn_stands_in_the_log(on_a_terminal, home):
    pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")
    steps = ("--steps", "120", "--log-every", "10", "--eval-every", "60", "--eval-count", "64")
    flags = ("--metrics", "fid", "--max-minutes", "5", "--run", "run")
    text = ESCAPES.sub("", on_a_terminal("xterm", "train", *TINY, *steps, *flags))
    lines = logged(home / "run")
    names = ("critic", "generator", "D(real)", "D(fake)")
    keys = ("critic.total", "generator.total", "critic.D(real)", "critic.D(fake)")
    expected = {tuple(number(line[key]) for key in keys) for line in lines}
    pattern = "  ".join(rf"{re.escape(name)} (-?\d\S*)" for name in names)
    drawn = set(re.findall(pattern, text))
    assert drawn
    assert drawn <= expected
    scores = {(number(line["fid"]), str(line["step"])) for line in lines if "fid" in line}
    said = set(re.findall(r"fid (\S+)  at step (\d+)", text))
    assert said
    assert said <= scores
    assert re.search(r"\d+ images/s .*\d:\d\d left +stops in 4:\d\d", text)


def test_a_dumb_terminal_gets_lines_and_nothing_that_is_drawn_over(on_a_terminal, home):
    text = on_a_terminal("dumb", "train", *TINY, "--steps", "3", "--run", "run")
    assert "\x1b" not in text
    (last,) = [line for line in text.splitlines() if line.startswith("step 3/3  critic ")]
    assert f"D(fake) {number(logged(home / 'run')[-1]['critic.D(fake)'])}" in last


def test_of_two_critics_each_is_named(zoo, home):
    pytest.importorskip("zoo_plugin_cyclegan", reason="zoo-plugin-cyclegan is not installed")
    sides = ("--gen", "cyclegan", "--data", "unpaired:digits,digits", "--size", "32")
    small = ("-o", "generator.width=4", "-o", "critic.width=4", "--batch", "1", "--steps", "1")
    result = zoo("train", *sides, *small, "--no-recipe", "--run", "run")
    (last,) = [line for line in result.stderr.splitlines() if line.startswith("step 1/1")]
    line = logged(home / "run")[-1]
    for side in ("a", "b"):
        for what in ("D(real)", "D(fake)"):
            assert f"  {side} {what} {number(line[f'critic.{side}.{what}'])}" in last
    assert last.count("D(real)") == 2


def test_what_the_monitor_measures_is_another_matter():
    log = {"critic.D(real)": 0.6, "critic.D(fake)": 0.4, "health.D(fake)": -3.0}
    assert names_of({**log, "health.D(real)": 1.0}) == {
        "D(real)": "critic.D(real)",
        "D(fake)": "critic.D(fake)",
    }


def test_scores_stay_until_they_are_measured_again():
    shown = Shown()
    shown.take(10, {"fid": 7.0}, {"fid": "lower"})
    shown.take(20, {"critic.total": 1.0}, {"fid": "lower"})
    assert (shown.terms_text(), shown.scores_text()) == ("critic 1.000", "fid 7.000  at step 10")
