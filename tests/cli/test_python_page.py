"""The examples of docs/python.md run, one after the other, and print what the page says."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def quiet_root() -> Iterator[None]:
    """Leave the root logger as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


def said(block: str) -> list[str]:
    """Return what the comments beside calls of `print` say, without what they leave out."""
    lines = [line.partition("  # ")[2] for line in block.splitlines() if "print(" in line]
    return [re.split(r" ?\.\.\.|: empty", line)[0].strip() for line in lines]


def test_examples_run_and_print_what_the_page_says(
    home: Path, quiet_root: None, caplog: pytest.LogCaptureFixture
) -> None:
    names: dict[str, Any] = {}
    assert len(BLOCKS) >= 8
    with caplog.at_level(logging.INFO, logger="zoo_core.training"):
        for block in BLOCKS:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                exec(compile(block, PAGE.name, "exec"), names)
            for words in said(block):
                if words != "the page of the weights, in Markdown":
                    assert words in printed.getvalue()
    assert names["walk"].shape == (8, 1, 28, 28)
    messages = [record.getMessage() for record in caplog.records]
    assert "runs/small: begins at step 0 of 4" in messages
    assert any(each.startswith("runs/small: step 2 of 4: critic.") for each in messages)
    assert "runs/small: done at step 6" in messages
