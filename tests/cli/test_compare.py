from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zoo_cli.comparing.words import letters
from zoo_core.runs.differences import short_names

HOLD_LOCK = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire(timeout=0)
print("locked", flush=True)
sys.stdin.read()
"""

PROTOCOL = {
    "features": "zoo-plugin-metrics/mnist",
    "data": "gan-zoo/digits",
    "image": "1x8x8",
    "fake_count": 2000,
    "real_count": 360,
    "split": "test",
    "seed": 0,
    "versions": {"torch": "2.11"},
}


def add_scores(run: Path, scores: dict[int, float], *, digest: str = "d1", **protocol) -> None:
    with (run / "scores.jsonl").open("a") as file:
        for step, value in scores.items():
            line = {
                "step": step,
                "by": "train",
                "weights": "average",
                "direction": "",
                "scores": {"fid": value},
                "better": {"fid": "lower"},
                "protocol": {**PROTOCOL, **protocol},
                "digests": {"fid": digest},
            }
            file.write(json.dumps(line) + "\n")


def change(run: Path, section: str, **values: object) -> None:
    config = json.loads((run / "config.json").read_text())
    config["options"].setdefault(section, {}).update(values)
    (run / "config.json").write_text(json.dumps(config))


@pytest.fixture
def pair(trained: Path, home: Path) -> tuple[Path, Path]:
    found = home / "runs" / "first", home / "runs" / "second"
    for place in found:
        shutil.copytree(trained, place)
    return found


def test_equal_runs_differ_in_nothing(zoo, pair):
    result = zoo("compare", *pair)
    assert result.exit_code == 0
    assert "nothing differs: the same parts, options, hardware and versions" in result.stdout
    assert [line.split()[:2] for line in result.stdout.splitlines()[1:4]] == [
        ["runs"],
        ["run", "steps"],
        ["first", "3"],
    ]
    assert "no scores: `--eval-every N` and `zoo eval RUN` measure" in result.stdout


def test_options_that_differ_are_columns_where_there_is_room(zoo, pair):
    change(pair[1], "critic", lr=0.125)
    change(pair[1], "penalty.gp", weight=10.0)
    rows = [line.split() for line in zoo("compare", *pair).stdout.splitlines()[2:5]]
    assert [row[:4] for row in rows] == [
        ["run", "critic.lr", "penalty.gp.weight", "steps"],
        ["first", "0.0002", "-", "3"],
        ["second", "0.125", "10", "3"],
    ]


def test_options_that_differ_are_a_list_where_there_is_no_room(zoo, pair):
    change(pair[1], "critic", **{f"option{number}": number for number in range(9)})
    change(pair[1], "critic", lr=0.125)
    block = zoo("compare", *pair, width=80).stdout.partition("what differs\n")[2]
    rows = [line.split() for line in block.partition("last terms")[0].splitlines() if line]
    assert rows[0] == ["critic.lr", "0.0002", "(first);", "0.125", "(second)"]
    assert rows[1] == ["critic.option0", "-", "(first);", "0", "(second)"]


def test_last_terms_are_shown(zoo, pair):
    last = json.loads((pair[0] / "metrics.jsonl").read_text().splitlines()[-1])
    block = zoo("compare", *pair).stdout.partition("last terms\n")[2]
    rows = {line.split()[0]: line.split()[1:] for line in block.splitlines()[1:] if line.strip()}
    assert rows["critic.total"] == [f"{last['critic.total']:.3f}"] * 2


def scores_of(text: str) -> list[list[str]]:
    """Return the words of the lines of the scores, without the title."""
    block = text.partition("scores, seen through")[2].splitlines()[1:]
    return [line.split() for line in block[: block.index("")]]


def test_the_best_score_stands_with_its_step(zoo, pair):
    add_scores(pair[0], {1: 9.0, 2: 3.25, 3: 4.5})
    add_scores(pair[1], {3: 5.0})
    result = zoo("compare", *pair)
    assert [line[:4] for line in scores_of(result.stdout)] == [
        ["run", "fid", "↓", "steps"],
        ["first", "3.25", "at", "2"],
        ["second", "5", "at", "3"],
    ]
    assert (
        "fid: 2,000 samples (seed 0, average weights) against 360 test images of digits, 1x8x8"
        in " ".join(result.stdout.split())
    )
    assert "scores, seen through mnist\n" in result.stdout


def test_the_last_score_is_shown_on_demand(zoo, pair):
    add_scores(pair[0], {1: 9.0, 2: 3.25, 3: 4.5})
    add_scores(pair[1], {3: 5.0})
    lines = scores_of(zoo("compare", *pair, "--at", "last").stdout)
    assert [line[1:4] for line in lines[1:]] == [["4.5", "at", "3"], ["5", "at", "3"]]


def test_scores_of_different_protocols_never_share_a_column(zoo, pair):
    add_scores(pair[0], {3: 3.0})
    add_scores(pair[1], {3: 2.0}, digest="d2", fake_count=500, versions={"torch": "2.12"})
    text = zoo("compare", *pair).stdout
    found = scores_of(text)
    assert found[0][:7] == ["run", "fid", "↓", "[a]", "fid", "↓", "[b]"]
    assert found[1][:5] == ["first", "3", "at", "3", "-"]
    assert found[2][:5] == ["second", "-", "2", "at", "3"]
    lines = [line.split() for line in text.splitlines()]
    assert ["fake_count", "2000", "500"] in lines
    assert ["versions.torch", "2.11", "2.12"] in lines
    assert not [line for line in lines if line and line[0] == "split"]


def test_a_score_that_does_not_say_which_way_is_better_has_no_best(zoo, pair):
    add_scores(pair[0], {2: 1.0, 3: 2.0})
    add_scores(pair[1], {3: 5.0})
    for run in pair:
        text = (run / "scores.jsonl").read_text().replace('"fid": "lower"', "")
        (run / "scores.jsonl").write_text(text)
    result = zoo("compare", *pair)
    assert "1 at 2" not in result.stdout
    assert result.stderr.startswith("no best of fid: which way is better is not recorded; ")
    lines = scores_of(zoo("compare", *pair, "--at", "last").stdout)
    assert lines[1][1:4] == ["2", "at", "3"]


def test_runs_of_different_data_stand_in_tables_of_their_own(zoo, pair):
    change(pair[1], "run", size="16x16")
    for run, digest in zip(pair, ("d1", "d2"), strict=True):
        add_scores(run, {3: 3.0}, digest=digest, image=digest)
    result = zoo("compare", *pair)
    assert result.stderr == (
        "different data, so a table for each: digits at 8x8; digits at 16x16: terms and scores "
        "compare runs of the same data only\n"
    )
    first, second = result.stdout.split("scores, seen through mnist, trained on ")[1:]
    assert first.startswith("digits at 8x8\nrun    fid ↓ [a]  steps")
    assert "second" not in first
    assert second.startswith("digits at 16x16\nrun     fid ↓ [b]  steps")


def test_another_place_of_the_same_data_is_no_other_data(zoo, pair):
    change(pair[1], "data", root="elsewhere")
    assert "different data" not in zoo("compare", *pair).stderr


def test_a_run_that_is_still_written_is_said_first(zoo, pair):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(pair[1] / ".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        result = zoo("compare", *pair)
        other.kill()
    assert result.stderr == "second is still being written: this is how it is now\n"


def test_a_damaged_log_is_compared_and_said(zoo, pair):
    with (pair[0] / "metrics.jsonl").open("a") as file:
        file.write("torn\n")
    result = zoo("compare", *pair)
    assert result.stderr == "first: metrics.jsonl: passed over lines that are no steps: 1\n"


def test_json_gives_everything(zoo, pair):
    add_scores(pair[0], {2: 3.0, 3: 4.0})
    with (pair[1] / "metrics.jsonl").open("a") as file:
        file.write('{"step": 3, "critic.total": NaN}\n')
    change(pair[1], "critic", lr=0.5)
    found = json.loads(zoo("compare", *pair, "--json").stdout, parse_constant=pytest.fail)
    assert found["same_data"] is True
    assert [run["run"] for run in found["runs"]] == [str(place) for place in pair]
    assert found["runs"][0]["step"] == 3
    assert found["runs"][0]["options"]["generator"]["lr"] == 0.0002
    assert found["differences"] == [
        {"name": "critic.lr", "values": [0.0002, 0.5], "there": [True, True]},
    ]
    (column,) = found["scores"]
    assert (column["name"], column["digest"], column["better"]) == ("fid", "d1", "lower")
    assert column["runs"][0] == {
        "best": {"step": 2, "value": 3.0},
        "last": {"step": 3, "value": 4.0},
        "points": [[2, 3.0], [3, 4.0]],
    }
    assert column["runs"][1] == {"best": None, "last": None, "points": []}
    assert found["protocols"]["d1"]["fake_count"] == 2000


def test_a_strangers_run_does_not_steer_the_terminal(zoo, pair):
    change(pair[1], "critic", lr="\x1b[2Jgone")
    result = zoo("compare", *pair)
    assert "\x1b" not in result.stdout
    assert "\N{REPLACEMENT CHARACTER}[2Jgone" in result.stdout


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ([], "a comparison needs two runs or more, and no run is given"),
        (["a"], "a comparison needs two runs or more, and only 'a' is given"),
    ],
)
def test_one_run_is_not_compared(zoo, runs, message):
    result = zoo("compare", *runs)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: {message}\nHint: `zoo compare RUN RUN`; `zoo report RUN` shows one\n"
    )


def test_the_same_run_twice_is_refused(zoo, pair):
    result = zoo("compare", pair[0], f"{pair[0]}/")
    assert result.exit_code == 1
    assert "is given twice\nHint: give each run once\n" in result.stderr


def test_what_is_no_run_is_refused_with_the_nearest(zoo, pair):
    result = zoo("compare", "runs/first", "runs/secnd")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: no run at 'runs/secnd'\n"
        "Hint: did you mean 'runs/second'? give the directory that `zoo train` made\n"
    )


def test_names_are_as_short_as_they_can_be():
    assert short_names([Path("runs/a"), Path("runs/b")]) == ["a", "b"]
    assert short_names([Path("x/a"), Path("y/a")]) == ["x/a", "y/a"]


def test_protocols_get_letters():
    marks = letters(28)
    assert (marks[0], marks[25], marks[26], marks[27]) == ("a", "z", "a2", "b2")
