"""The measures of conditional models, on cases that are known by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "benchmarks" / "judging").is_dir():
    pytest.skip("the benchmarks are not part of this copy", allow_module_level=True)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks.judging.measures import purity  # noqa: E402
from benchmarks.judging.measures_page import measured_tables, measured_text  # noqa: E402
from benchmarks.judging.rows import ROWS  # noqa: E402
from benchmarks.judging.translations_page import translations_text  # noqa: E402


def test_purity_counts_the_most_frequent_class_of_each_group() -> None:
    groups = torch.tensor([0, 0, 0, 1, 1, 2])
    classes = torch.tensor([4, 4, 1, 0, 0, 3])
    assert purity(groups, classes) == pytest.approx((2 + 2 + 1) / 6)


def test_purity_of_one_group_is_the_share_of_the_largest_class() -> None:
    assert (
        purity(torch.zeros(8, dtype=torch.int64), torch.tensor([0, 0, 0, 1, 1, 2, 3, 4])) == 3 / 8
    )


def result(name: str, **measures: object) -> dict[str, object]:
    return {"name": name, "judge": {"accuracy": 0.99}, "measures": measures}


def test_each_kind_of_measure_gets_a_table_with_its_figures() -> None:
    tables = measured_tables(
        [
            result("cdcgan", kind="labels", as_asked=0.95, worst_class=0.8),
            result("infogan", kind="codes", purity_samples=0.7, purity_held_out=0.6,
                   classes_covered=8, purity_of_one_value=0.11),
            result("sgan", kind="classes", labels=100, accuracy=0.9, supervised_accuracy=0.7),
            {"name": "plain", "judge": {}},
        ]
    )  # fmt: skip
    assert len(tables) == 3
    assert "| [cdcgan](#cdcgan) | 95.0% | 80.0% |" in tables[0]
    assert "| *the judge on held-out images* | 99.0% |  |" in tables[0]
    assert "| [infogan](#infogan) | 70.0% | 60.0% | 8 |" in tables[1]
    assert "| [sgan](#sgan) | 100 | 90.0% | 70.0% |" in tables[2]


def test_pictures_of_codes_are_shown() -> None:
    text = measured_text(result("infogan", pictures=["infogan-code-1.png"]))
    assert "![code 1 of infogan](pictures/results/infogan-code-1.png)" in text
    assert measured_text({"name": "plain"}) == ""


def test_every_row_says_how_it_is_trained_on_the_command_line() -> None:
    command = {row.name: row.train_command for row in ROWS}
    assert len(command) == len(ROWS)
    assert "--penalty r1,r2" in command["dcgan-relativistic"]
    assert "--condition sgan" in command["sgan-100"]
    assert "--data few-labels:mnist -o data.count=100" in command["sgan-100"]


def test_nothing_is_said_of_translations_that_were_not_made(tmp_path: Path) -> None:
    assert translations_text(tmp_path) == []
