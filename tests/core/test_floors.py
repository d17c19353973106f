"""Which module of the core may import which: the rooms of docs/architecture.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "zoo_core"

ROOMS = (
    ("errors", "digests", "draws", "spec"),
    ("registry",),
    ("config",),
    ("interfaces",),
    ("runs",),
    ("pictures",),
    ("data",),
    ("composition",),
    ("engine",),
    ("weights",),
    ("metrics",),
    ("training",),
    ("builtin", "testing"),
)
"""From the ground up; a name is a package or a module below `zoo_core`."""

LIGHT = frozenset(
    {"errors", "digests", "spec", "registry", "config", "builtin.plugin", "builtin.datasets"}
)
"""What `zoo list` imports: neither torch nor NumPy nor Pillow, directly or through others."""

HEAVY = frozenset({"torch", "torchvision", "numpy", "PIL", "safetensors", "huggingface_hub"})


def modules() -> dict[str, Path]:
    """Return module name below `zoo_core` to file; the package itself is an empty name."""
    found = {}
    for file in sorted(CORE.rglob("*.py")):
        parts = file.relative_to(CORE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imported(file: Path) -> Iterator[str]:
    """Give the full name of every import of a file, in functions and for types too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def neighbours(file: Path) -> set[str]:
    """Return which modules of the core a file imports, without the package itself."""
    known = modules()
    below = {name.removeprefix("zoo_core.") for name in imported(file) if _is_core(name)}
    return {name if name in known else name.rpartition(".")[0] for name in below} - {""}


def _is_core(name: str) -> bool:
    return name.startswith("zoo_core.")


def floor_of(module: str) -> int:
    """Return a module's floor, from 1."""
    top = module.partition(".")[0]
    for number, names in enumerate(ROOMS, start=1):
        if top in names:
            return number
    raise AssertionError(f"zoo_core.{module} stands on no floor: put it into ROOMS and the docs")


INSIDE = sorted(name for name in modules() if name)


@pytest.mark.parametrize("module", INSIDE)
def test_a_module_imports_its_own_floor_and_those_below(module: str) -> None:
    above = {other for other in neighbours(modules()[module]) if floor_of(other) > floor_of(module)}
    assert not above


def test_no_module_imports_itself_through_others() -> None:
    files = modules()
    graph = {name: neighbours(files[name]) - {name} for name in INSIDE}
    for name in INSIDE:
        # a package gathers the names of its modules, which import each other without it
        graph[name] -= {name.rpartition(".")[0]}
    assert list(TopologicalSorter(graph).static_order())


def test_every_name_on_a_floor_exists() -> None:
    tops = {name.partition(".")[0] for name in INSIDE}
    assert {name for names in ROOMS for name in names} == tops


def is_light(module: str) -> bool:
    """Return whether a module is one of `LIGHT`, or in a package that is."""
    return module in LIGHT or module.partition(".")[0] in LIGHT


@pytest.mark.parametrize("module", [name for name in INSIDE if is_light(name)])
def test_what_lists_parts_imports_nothing_heavy(module: str) -> None:
    file = modules()[module]
    assert not {name.partition(".")[0] for name in imported(file)} & HEAVY
    assert not [name for name in neighbours(file) if not is_light(name)]


@pytest.mark.parametrize("module", ["", *INSIDE])
def test_the_core_imports_neither_the_command_nor_a_plugin(module: str) -> None:
    tops = {name.partition(".")[0] for name in imported(modules()[module])}
    assert not [top for top in tops if top == "zoo_cli" or top.startswith("zoo_plugin")]


@pytest.mark.parametrize("file", sorted(ROOT.glob("plugins/*/src")), ids=lambda f: f.parent.name)
def test_a_plugin_imports_neither_the_command_nor_another_plugin(file: Path) -> None:
    own = {package.name for package in file.iterdir()}
    for source in file.rglob("*.py"):
        tops = {name.partition(".")[0] for name in imported(source)}
        assert not [
            top
            for top in tops
            if top == "zoo_cli" or (top.startswith("zoo_plugin") and top not in own)
        ]


def test_listing_all_parts_imports_no_torch() -> None:
    program = (
        "import sys, zoo_core; zoo_core.Registry.from_installed().entries(); "
        f"print(sorted(set(sys.modules) & {set(HEAVY)!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_documentation_shows_these_rooms() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    shown = {int(number): set(re.findall(r"`([a-z_]+)/?`", names)) for number, names in rows}
    assert shown == {number: set(names) for number, names in enumerate(ROOMS, start=1)}
