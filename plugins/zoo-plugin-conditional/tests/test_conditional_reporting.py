"""A semi-supervised run says how good its classifier is; others say nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zoo_core import compose, train
from zoo_core.training import Run, Silent


class Heard(Silent):
    """Keep what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def said(self, run: Run, text: str) -> None:
        self.lines.append(text)


def lines_of(tmp_path: Path, condition: str, data: str) -> list[str]:
    composition = compose(
        {"generator": "vanilla", "condition": condition, "data": data},
        {"run": {"size": 8, "steps": 60}, "critic": {"lr": 1e-3}},
        recipe="none",
    )
    heard = Heard()
    train(composition, tmp_path / "run", watcher=heard)
    return [line for line in heard.lines if "held-out images right" in line]


def test_the_accuracy_and_the_labels_are_said(tmp_path: Path) -> None:
    (line,) = lines_of(tmp_path, "sgan", "few-labels:digits")
    found = re.fullmatch(
        r"the critic tells (\S+)% of (\d+) held-out images right \(100 training labels\)", line
    )
    assert found is not None
    assert float(found[1]) > 40
    assert int(found[2]) > 300


@pytest.mark.parametrize("condition", ["ac", "infogan"])
def test_other_conditions_say_nothing(tmp_path: Path, condition: str) -> None:
    assert lines_of(tmp_path, condition, "digits") == []
