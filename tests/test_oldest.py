"""The oldest versions that `make test-oldest` installs are those that the projects say."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools" / "oldest.py"


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return runpy.run_path(str(TOOL))


@pytest.fixture(scope="module")
def bounds(names: dict[str, Any]) -> Callable[..., dict[str, str]]:
    return names["bounds"]


def project(name: str, *needs: str, **more: object) -> dict[str, object]:
    return {"project": {"name": name, "dependencies": list(needs)}, **more}


def test_every_bound_is_a_constraint_once_and_no_project_is():
    done = subprocess.run([sys.executable, TOOL], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    found = dict(line.split("==") for line in lines)
    assert len(found) == len(lines)
    assert {"torch", "scipy", "onnx", "pytest", "tensorboard"} <= set(found)
    assert not [name for name in found if name.startswith(("gan-zoo", "zoo-plugin"))]


def test_extras_and_what_tests_need_count_and_what_lints_does_not(bounds):
    data = project("one", "numpy>=1.26", "two[all]>=3,<4; python_version > '3'")
    data["project"]["optional-dependencies"] = {"more": ["onnx>=1.18"]}
    data["dependency-groups"] = {"test": ["pytest>=8.2"], "check": ["ruff"]}
    lowest = {"numpy": "1.26", "two": "3", "onnx": "1.18", "pytest": "8.2"}
    assert bounds([data]) == lowest


def test_projects_that_need_each_other_are_no_constraint(bounds):
    assert bounds([project("one", "two>=0.1,<0.2"), project("two", "one")]) == {}


@pytest.mark.parametrize("text", ["numpy", "numpy<2", "numpy==1.26", "numpy>1.26", "numpy~=1.26"])
def test_what_has_no_lower_bound_is_refused(names, bounds, text):
    with pytest.raises(names["BoundError"], match="no lower bound"):
        bounds([project("one", text)])


def test_two_bounds_are_refused(names, bounds):
    projects = [project("one", "numpy>=1.26"), project("two", "numpy>=2.0")]
    with pytest.raises(names["BoundError"], match="numpy has two lower bounds"):
        bounds(projects)
