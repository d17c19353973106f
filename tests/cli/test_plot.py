"""`zoo plot`: curves of several runs, seeds as a band."""

from __future__ import annotations

import csv
import io
import json
import shutil
import statistics
from pathlib import Path

import pytest

from zoo_cli.plotting import files


@pytest.fixture
def seeds(trained: Path, home: Path) -> list[Path]:
    """Return a run in two seeds, and one of another rate, with scores."""
    found = []
    for number, (name, seed, lr) in enumerate((("a-0", 0, 1e-3), ("a-1", 1, 1e-3), ("b", 0, 2e-3))):
        place = home / "runs" / name
        shutil.copytree(trained, place)
        config = json.loads((place / "config.json").read_text())
        config["options"]["run"]["seed"] = seed
        config["options"]["critic"]["lr"] = lr
        (place / "config.json").write_text(json.dumps(config))
        lines = [{"step": step, "critic.total": step * (1.0 + number)} for step in (1, 2, 3)]
        (place / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        line = {"step": 3, "weights": "average", "scores": {"fid": 5.0 + number}}
        said = {"better": {"fid": "lower"}, "protocol": {"features": "m/pixels"}}
        (place / "scores.jsonl").write_text(json.dumps({**line, **said, "digests": {"fid": "d"}}))
        found.append(place)
    return found


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text())))


def test_numbers_of_seeds_are_mean_and_sample_deviation(zoo, seeds):
    result = zoo("plot", *seeds, "--out", "curves.csv")
    assert (result.exit_code, result.stdout) == (0, "curves.csv\n")
    found = {(one["term"], one["row"], one["step"]): one for one in rows(Path("curves.csv"))}
    score = found["fid (pixels)", "a", "3"]
    assert float(score["mean"]) == 5.5
    assert float(score["deviation"]) == statistics.stdev([5.0, 6.0])
    assert score["count"] == "2"
    single = found["critic.total", "b", "2"]
    assert (single["mean"], single["deviation"], single["count"]) == ("6.0", "", "1")


def test_each_run_is_a_curve_on_demand(zoo, seeds):
    zoo("plot", *seeds, "--terms", "critic.total", "--each", "--out", "curves.csv")
    assert {one["row"] for one in rows(Path("curves.csv"))} == {"a-0", "a-1", "b"}


@pytest.mark.parametrize(
    ("ending", "start"), [("pdf", b"%PDF-"), ("png", b"\x89PNG\r\n"), ("svg", b"<?xml")]
)
def test_pictures_are_of_the_kind_that_their_ending_says(zoo, seeds, ending, start):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    out = Path(f"curves.{ending}")
    for _ in range(2):
        assert (
            zoo("plot", *seeds, "--terms", "fid,critic.total", "--out", out, "--force").exit_code
            == 0
        )
        content = out.read_bytes()
    assert content.startswith(start)
    if ending == "svg":
        # names are text in it, or drawn shape by shape
        assert content.count(b'<g id="axes_') == 2


def test_a_strangers_name_is_no_formula(zoo, seeds, home):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    seeds[2].rename(home / "runs" / "$\\frac{$_&%")
    assert zoo("plot", *(home / "runs").iterdir(), "--out", "curves.png").exit_code == 0


@pytest.mark.parametrize(
    ("flags", "message", "hint"),
    [
        (("--terms", "critic.totl"), "no term 'critic.totl'", "did you mean 'critic.total'?"),
        (("--out", "curves.pfd"), "not as '.pfd'", "did you mean '.pdf'? `--out curves.pdf`"),
        (("--out", "curves"), "not as 'curves'", "`--out curves.pdf`"),
        (("--out", "there.csv"), "'there.csv' exists", "`--force` replaces it"),
    ],
)
def test_what_cannot_be_plotted_says_what_can(zoo, seeds, flags, message, hint):
    Path("there.csv").write_text("kept")
    result = zoo("plot", *seeds, "--out", "other.csv", *flags)
    assert result.exit_code == 1
    error, said = result.stderr.splitlines()
    assert message in error
    assert said.startswith(f"Hint: {hint}") or hint in said
    assert Path("there.csv").read_text() == "kept"


def test_without_runs_the_way_to_name_them_is_said(zoo):
    result = zoo("plot")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: no run is given\nHint: `zoo plot runs/*` plots all that are there\n",
    )


def test_without_matplotlib_the_line_that_gets_it_is_said(zoo, seeds, monkeypatch):
    # the package is hidden, as it is where the extra is not installed
    monkeypatch.setattr(files, "find_spec", lambda _name: None)
    result = zoo("plot", *seeds, "--out", "curves.pdf")
    assert result.exit_code == 1
    assert "Hint: `pip install 'gan-zoo[plot]'`; `--out curves.csv` works without" in result.stderr
    assert zoo("plot", *seeds, "--out", "curves.csv").exit_code == 0
