"""`zoo compare --format`: what other programs read, with names that mean something to them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from zoo_cli.comparing.latex import escaped

EVIL = r"50%_of {a}$b$&#~^\x|--[y]*<z>"
"""A name of a run that means something in every format."""


@pytest.fixture
def runs(trained: Path, home: Path) -> list[Path]:
    """Return two seeds of one run and an evil one, with scores."""
    found = []
    for number, (name, lr) in enumerate((("a-0", 0.1), ("a-1", 0.1), (EVIL, 0.2))):
        place = home / "runs" / name
        shutil.copytree(trained, place)
        config = json.loads((place / "config.json").read_text())
        config["options"]["run"]["seed"] = number
        config["options"]["critic"]["lr"] = lr
        (place / "config.json").write_text(json.dumps(config))
        line = {"step": 3, "weights": "average", "scores": {"fid": 5.0 + number, EVIL: 0.5}}
        said = {
            "better": {"fid": "lower", EVIL: "higher"},
            "protocol": {"features": "m/pixels", "data": EVIL},
        }
        digests = {"digests": {"fid": "d", EVIL: "e"}}
        (place / "scores.jsonl").write_text(json.dumps({**line, **said, **digests}) + "\n")
        found.append(place)
    return found


def test_csv_is_one_table_of_plain_numbers(zoo, runs):
    text = zoo("compare", *runs, "--format", "csv").stdout
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["run"], first["data"], first["runs"]) == ("a", "digits at 8x8", "2")
    assert float(first["fid (pixels)"]) == 5.5
    assert float(first["fid (pixels) deviation"]) == pytest.approx(0.5**0.5)
    assert (first["fid (pixels) count"], first["fid (pixels) step"]) == ("2", "")
    assert (second["run"], second["critic.lr"]) == (EVIL, "0.2")
    assert (second["fid (pixels)"], second["fid (pixels) deviation"]) == ("7.0", "")
    assert second["fid (pixels) step"] == "3"


def test_csv_is_a_data_frame(zoo, runs):
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.read_csv(io.StringIO(zoo("compare", *runs, "--format", "csv").stdout))
    assert list(frame["run"]) == ["a", EVIL]
    assert list(frame["fid (pixels)"]) == [5.5, 7.0]
    assert frame["fid (pixels) deviation"].isna().tolist() == [False, True]


class Cells(HTMLParser):
    """Collect the text of the cells of tables, and every tag."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def test_markdown_renders_as_a_table_with_every_name_as_it_is(zoo, runs):
    markdown = pytest.importorskip("markdown", reason="Markdown is not installed")
    text = zoo("compare", *runs, "--format", "markdown").stdout
    cells = Cells()
    cells.feed(markdown.markdown(text, extensions=["tables"]))
    head, first, second = cells.rows
    assert len(head) == len(first) == len(second)
    assert head[:2] == ["run", "runs"]
    assert "fid ↓ (pixels)" in head
    assert first[head.index("fid ↓ (pixels)")] == "5.50 ± 0.71"
    assert second[0] == EVIL
    assert f"{EVIL} ↑ (pixels)" in head
    assert cells.tags <= {"p", "table", "thead", "tbody", "tr", "th", "td", "strong", "ul", "li"}


def test_latex_has_as_many_cells_in_every_row_and_nothing_unescaped(zoo, runs):
    text = zoo("compare", *runs, "--format", "latex").stdout
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert lines[0].startswith(r"\begin{tabular}{")
    assert lines[-1] == r"\end{tabular}"
    columns = len(re.findall(r"[lr]", lines[0].partition("}{")[2]))
    rows = [line for line in lines if line.endswith(r"\\")]
    assert len(rows) == 3
    for row in rows:
        assert len(re.findall(r"(?<!\\)&", row)) == columns - 1
        # what is left without commands and braces is text
        assert not re.search(
            r"[$#_~^%&|<>]", re.sub(r"\\ensuremath\{[<>|]\}|\\.|(?<!\\)&", "", row)
        )
        assert row.count("{") - 2 * row.count(r"\{") == row.count("}") - 2 * row.count(r"\}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no LaTeX here")
def test_latex_compiles(zoo, runs, home):
    text = zoo("compare", *runs, "--format", "latex").stdout
    page = "\\documentclass{article}\\begin{document}\n" + text + "\\end{document}\n"
    (home / "table.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    done = subprocess.run(command, cwd=home, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    assert (home / "table.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b", r"a\_b"),
        ("---", r"-{}-{}-"),
        ("é", "é"),
        ("ð", r"\texttt{U+00F0}"),
        ("数", r"\texttt{U+6570}"),
        ("± ↓", r"\ensuremath{\pm} \ensuremath{\downarrow}"),
    ],
)
def test_what_fonts_may_not_have_is_spelled_out(text, expected):
    assert escaped(text) == expected


def test_the_page_has_what_the_command_prints():
    tool = Path(__file__).resolve().parents[2] / "tools" / "make_comparison.py"
    if not tool.is_file():
        pytest.skip("the tools are not part of this copy")
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
