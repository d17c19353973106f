"""Names that are no text, or more than text: every terminal and every page shows them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zoo_cli.spelling import spelled
from zoo_cli.terminal import Terminal, columns
from zoo_core import Registry, ZooError
from zoo_core.weights.publication.contents import Wanted, gathered

ESCAPE = "a\x1b]0;title\x07\nb"


def picture(path: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(len(path)).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(Path(path))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("café 日本 🙂", "café 日本 🙂"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("\x9b1m\x7f", "\\x9b1m\\x7f"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9"),
        ("\ud83d", "\\ud83d"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_a_terminal_must_not_get_is_spelled_out(text: str, shown: str) -> None:
    assert spelled(text) == shown


def test_no_way_to_the_terminal_lets_an_escape_through(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.result(ESCAPE)
    terminal.facts({"name": ESCAPE})
    terminal.title(ESCAPE)
    terminal.remark(ESCAPE)
    terminal.warn(ESCAPE)
    terminal.error(ZooError(ESCAPE, hint=ESCAPE))
    table = columns("name")
    table.add_row(ESCAPE)
    terminal.show(table)
    terminal.show(ESCAPE)
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert (out.count("\\x1b]0;title"), err.count("\\x1b]0;title")) == (5, 4)
    assert out.splitlines()[0] == "a\\x1b]0;title\\x07\\nb"


def test_a_run_of_classes_that_are_no_utf8_is_read_again(zoo) -> None:
    for name in (b"data/caf\xe9/%d.png", b"data/tea/%d.png"):
        for number in range(4):
            picture(os.fsdecode(name % number))
    small = ("--gen", "vanilla", "--condition", "concat", "--batch", "2", "--steps", "1")
    trained = zoo("train", *small, "--data", "folder:data", "--run", os.fsdecode(b"r\xff"))
    assert trained.exit_code == 0, trained.stderr
    assert "run     r\\xff" in trained.stdout
    run = os.fsdecode(b"r\xff")
    for command in (
        ("sample", run, "--out", "s.png"),
        ("train", "--resume", run, "--steps", "2"),
        ("report", run, "--out", "page.html"),
        ("sample", run, "--label", "tea", "--out", "t.png"),
    ):
        result = zoo(*command)
        assert result.exit_code == 0, result.stderr
    with pytest.raises(ZooError, match="is no plain text, as weights for others must be"):
        gathered(Path(run), Wanted(), Registry.from_installed())


def in_a_process(*arguments: str, **how: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "zoo_cli", *arguments]
    return subprocess.run(command, capture_output=True, check=False, **how)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_a_terminal_shows_any_name(
    encoding: str, environment: dict[str, str]
) -> None:
    picture("d/日本é.png")
    picture(os.fsdecode(b"d/\xff.png"))
    result = in_a_process(
        "data", "check", "folder:d", env={**environment, "PYTHONIOENCODING": encoding}
    )
    assert b"Traceback" not in result.stderr
    assert b"2 images" in result.stdout


def test_a_closed_output_costs_no_traceback(environment: dict[str, str]) -> None:
    for closed in (">&-", "2>&- >&-", "| true"):
        line = f"{sys.executable} -m zoo_cli list {closed}"
        result = subprocess.run(
            ["bash", "-c", line], capture_output=True, check=False, env=environment
        )
        assert b"Traceback" not in result.stderr
        assert b"Exception" not in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_result_that_cannot_be_written_is_an_error(environment: dict[str, str]) -> None:
    line = f"{sys.executable} -m zoo_cli list > /dev/full"
    result = subprocess.run(["bash", "-c", line], capture_output=True, check=False, env=environment)
    assert result.returncode == 1
    assert b"the result cannot be written: No space left on device" in result.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs a terminal that hangs up")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_terminal_that_hangs_up_saves_a_checkpoint(
    number: signal.Signals, environment: dict[str, str]
) -> None:
    # a child inherits that a hang-up is ignored, as it may be where these tests run
    heard = f"import signal; signal.signal({number:d}, signal.SIG_DFL)"
    program = f"{heard}; from zoo_cli.main import main; main()"
    command = [sys.executable, "-c", program, "train", "--gen", "vanilla", "--size", "8"]
    more = ["--batch", "8", "--steps", "1000000", "--log-every", "1", "--run", "r"]
    with subprocess.Popen(
        [*command, *more],
        env=environment,
        stderr=subprocess.PIPE,
    ) as run:
        try:
            assert run.stderr is not None
            while not Path("r/metrics.jsonl").exists():
                assert run.poll() is None
                time.sleep(0.05)
            # nobody reads any more
            run.stderr.close()
            run.send_signal(number)
            assert run.wait(60) == 130
        finally:
            run.kill()
    assert list(Path("r/checkpoints").iterdir())


@pytest.mark.parametrize("option", ["--run=~/r", "--config=~/c.json", "--data-dir=~/d"])
def test_a_tilde_behind_an_equals_sign_is_the_home_folder(zoo, home: Path, option: str) -> None:
    saved = zoo("train", "--gen", "vanilla", "--size", "8", "--steps", "1", "--dry-run", "--json")
    (home / "c.json").write_text(saved.stdout)
    os.chdir(home)
    (home / "elsewhere").mkdir()
    os.chdir("elsewhere")
    data = ("--data", "mnist", "-o", "data.download=false") if "data-dir" in option else ()
    result = zoo("train", "--gen", "vanilla", "--size", "8", "--steps", "1", *data, option)
    assert not Path("~").exists()
    assert (result.exit_code == 0) != bool(data), result.stderr
    if data:
        assert f"'{home / 'd'}" in result.stderr
