"""Calls show how far they are in a notebook, and print nothing elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CELL = """
import zoo_core
from zoo_core import notebooks
from zoo_core.weights.picture_folder import Drawing, draw_folder

notebooks.DELAY = {delay}
run = {{"size": 8, "steps": 4, "batch": 4, "log_every": 2, "device": "cpu"}}
parts = {{"generator": "vanilla", "data": "digits"}}
zoo_core.train(zoo_core.compose(parts, {{"run": run}}, recipe="none"), "{place}/run")
zoo_core.resume("{place}/run", overrides={{"steps": 6}})
model = zoo_core.load("{place}/run", device="cpu")
drawn = model.sample(200)
listed = draw_folder(model, "{place}/pictures", Drawing(count=70))
"""

MEASURE = """
measures = zoo_core.Measures(metrics=["memorisation"], count=16)
scores = zoo_core.evaluate("{place}/run", measures, device="cpu")
"""


def test_a_plain_program_is_told_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = CELL.format(delay=0, place=tmp_path)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "pictures" / "manifest.json").exists()


def test_the_shell_of_a_terminal_is_no_notebook(tmp_path: Path) -> None:
    pytest.importorskip("IPython", reason="IPython is not installed")
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "asked = 'from zoo_core.notebooks import in_notebook; get_ipython(), in_notebook()'\n"
        "print(shell.run_cell(asked).result[1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=_environment(tmp_path),
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Give what runs a cell in a kernel, and returns what stands below it."""
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    from jupyter_client.manager import start_new_kernel

    home = tmp_path_factory.mktemp("notebook")
    manager, client = start_new_kernel(
        kernel_name="python3", startup_timeout=120, cwd=str(home), env=_environment(home)
    )

    def run(cell: str) -> str:
        found: list[str] = []

        def keep(message: dict[str, Any]) -> None:
            content = message["content"]
            found.append(content.get("text", "") + "\n".join(content.get("traceback", ())))

        reply = client.execute_interactive(cell, output_hook=keep, timeout=300)
        assert reply["content"]["status"] == "ok", "".join(found)
        return "".join(found)

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_notebook_shows_how_far_each_call_is(below: Callable[[str], str], tmp_path: Path) -> None:
    shown = below(CELL.format(delay=0, place=tmp_path))
    for bar in ("training: 100%", "4/4", "6/6", "drawing: 100%", "200/200", "70/70"):
        assert bar in shown
    assert re.search(r"critic=\S+, generator=", shown)
    assert not re.search("Warning|Traceback", shown)


def test_what_takes_no_time_shows_no_bar(below: Callable[[str], str], tmp_path: Path) -> None:
    assert "%" not in below(CELL.format(delay=60, place=tmp_path))


def test_a_notebook_shows_how_far_an_evaluation_is(
    below: Callable[[str], str], tmp_path: Path
) -> None:
    pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")
    shown = below((CELL + MEASURE).format(delay=0, place=tmp_path))
    assert "measuring: 100%" in shown


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "IPYTHONDIR": str(home), "ZOO_CACHE": str(home / "cache")}
