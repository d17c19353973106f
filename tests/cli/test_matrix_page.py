"""The page of the documentation that says what fits together."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from zoo_cli.matrix.cells import Cell
from zoo_cli.matrix.reasons import reasons_of
from zoo_core import Registry

PROGRAM = Path(__file__).resolve().parents[2] / "tools" / "make_matrix.py"
if not PROGRAM.is_file():
    pytest.skip("the tools are not part of this copy", allow_module_level=True)

INSTALLED = Registry.from_installed()
ASKED = {
    "generator": ("vanilla", "dcgan"),
    "critic": ("vanilla", "dcgan"),
    "loss": ("minimax", "non-saturating"),
    "condition": ("none",),
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_matrix", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cell(loss: str, reason: str = "") -> Cell:
    parts = {"generator": "g", "critic": "d", "loss": loss, "condition": "none"}
    return Cell(parts=parts, reason=reason, hint=reason and "another")


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        ("abc", "", "all 3"),
        ("", "abc", "none [1]"),
        ("a", "bcd", "only `a` [1]"),
        ("abc", "de", "all but `d`, `e` [1]"),
        ("abc", "def", "3 of 6 [1]"),
    ],
)
def test_losses_are_counted_or_named_where_they_are_few(tool, good, bad, expected):
    cells = [*map(cell, good), *(cell(loss, "it does not") for loss in bad)]
    assert tool.fitting(cells, reasons_of(cells)) == expected


def test_all_reasons_are_given(tool):
    cells = [cell("a", "it is odd"), cell("b", "it is even"), cell("c", "it is odd")]
    assert tool.fitting(cells, reasons_of(cells)) == "none [1, 2]"


def test_conditions_with_equal_tables_are_in_one_title(tool):
    assert tool.heading(["none"]) == "Without a condition"
    assert tool.heading(["ac"]) == "With condition `ac`"
    assert tool.heading(["none", "ac", "sgan"]) == "With condition `none`, `ac` or `sgan`"


def test_the_page_has_counts_a_table_and_what_was_trained(tool):
    text = tool.page(INSTALLED, ASKED)
    assert "2 generators x 2 critics x 2 losses" in text
    assert "Of these 8 compositions\n**8 fit**" in text
    assert "| `vanilla` | **all 2** | all 2 |\n| `dcgan` | all 2 | **all 2** |" in text
    assert "](results.md#vanilla) |" in text


def test_what_was_trained_has_its_figures_and_a_link(tool):
    names = {"generator": "g", "critic": "d", "loss": "l", "condition": "none", "data": "mnist"}
    result = {
        "name": "two",
        "training": {"steps": 15000},
        "scores": {
            "scores": {"fid": 51.12, "kid": 79.59, "modes": 10.0},
            "protocol": {"features": "zoo-plugin-metrics/digit-classifier"},
        },
    }
    line = "| `g` | `d` | `l` |  | `mnist` \\* | 15,000 | 51.1 | 79.6 | [two](results.md#two) |"
    assert line in tool.figures([(names, result)])
    line = "| `g` | `d` | `l` | `ac` | `digits` | 15,000 | 51.1 | 79.6 | [two](results.md#two) |"
    other = {**names, "condition": "ac", "data": "digits"}
    assert line in tool.figures([(other, result)])


def test_what_reads_images_is_marked_and_said_to_need_other_data(tool):
    if not any(item.entry.name == "cyclegan" for item in INSTALLED.entries("generator")):
        pytest.skip("no generator that reads images is installed")
    text = tool.page(INSTALLED, {**ASKED, "generator": ("cyclegan",)})
    assert "| `cyclegan` \\* | all 2 | all 2 |" in text
    assert "`cyclegan` are tried with `--game cycle --data unpaired:digits,digits`" in text


def test_stored_results_are_those_with_parts_and_have_all_of_them(tool):
    results = tool.trained(INSTALLED)
    assert results
    for names, result in results:
        assert {"generator", "critic", "loss", "condition", "data"} <= names.keys()
        assert names["generator"] == result["row"]["parts"]["generator"]


def test_an_old_page_is_found(tool, tmp_path, monkeypatch, capsys):
    page = tmp_path / "matrix.md"
    monkeypatch.setattr(tool, "PAGE", page)
    monkeypatch.setattr(tool, "first_party", lambda: frozenset({"nobody"}))
    assert tool.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/matrix.md is not current: `make docs` writes it\n"
    assert not page.exists()
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0
    page.write_text(page.read_text() + "more\n")
    assert tool.main(["--check"]) == 1
