"""Which package of the core may reach which: the rooms of docs/architecture.md."""

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
DOCS = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

ROOMS = (
    ("errors", "digests", "draws", "notebooks", "spec", "version"),
    ("registry",),
    ("config",),
    ("interfaces",),
    ("runs",),
    ("pictures",),
    ("data.tables", "data.folders", "data.sets", "data.checking", "data"),
    ("composition",),
    ("engine",),
    ("weights.bundle", "weights.hub", "weights", "weights.publication", "weights.convert"),
    ("metrics",),
    ("training",),
    ("sweeps",),
    ("builtin.health", "builtin", "testing"),
)
"""Packages, and modules of `zoo_core` itself, from the ground up, also within a room."""

PACKAGES = tuple(package for room in ROOMS for package in room)
"""Each may import those before it, and none after it."""

LIGHT = frozenset(
    {"errors", "digests", "spec", "registry", "config", "builtin.plugin", "builtin.datasets"}
)
"""What `zoo list` imports: neither torch nor NumPy nor Pillow, directly or through others."""

HEAVY = frozenset({"torch", "torchvision", "numpy", "PIL", "safetensors", "huggingface_hub"})

FILES = frozenset({"io", "json", "pathlib", "pickle", "safetensors", "shutil", "tempfile"})
"""Modules of who reads or writes files."""

NAMED = re.compile(r"zoo_core((?:\.\w+)+)(?::\w+)?")
"""A text that names a module, as targets of entries do and what is imported when it is needed."""


def modules() -> dict[str, Path]:
    """Return module name below `zoo_core` to file; the package itself is an empty name."""
    found = {}
    for file in sorted(CORE.rglob("*.py")):
        parts = file.relative_to(CORE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


FOUND = modules()
INSIDE = sorted(name for name in FOUND if name)


def imported(file: Path) -> Iterator[str]:
    """Give the full name of every import of a file, in functions and for types too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(file: Path) -> Iterator[str]:
    """Give the full name of every module of the core that a text of a file names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            assert not re.match(r"f.zoo_core\.", ast.unparse(node)), f"{file.name} hides a name"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = NAMED.fullmatch(node.value)
            yield from (f"zoo_core{found[1]}",) if found else ()


def neighbours(file: Path) -> set[str]:
    """Return which modules of the core a file imports, without the package itself."""
    return {_module(name) for name in imported(file) if _is_core(name)} - {""}


def reached(file: Path) -> set[str]:
    """Return which modules of the core a file imports or names."""
    return neighbours(file) | {_module(name) for name in named(file)}


def _is_core(name: str) -> bool:
    return name.startswith("zoo_core.")


def _module(name: str) -> str:
    """Return the module that a name is, or is in."""
    below = name.removeprefix("zoo_core.")
    return below if below in FOUND else below.rpartition(".")[0]


def package_of(module: str) -> str:
    """Return the package that holds a module; a module of `zoo_core` itself stands alone."""
    if FOUND[module].name == "__init__.py" or "." not in module:
        return module
    return module.rpartition(".")[0]


@pytest.mark.parametrize("module", INSIDE)
def test_a_module_reaches_its_own_package_and_those_below(module: str) -> None:
    own = PACKAGES.index(package_of(module))
    above = {name for name in reached(FOUND[module]) if PACKAGES.index(package_of(name)) > own}
    assert not above


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: neighbours(FOUND[name]) - {name} for name in INSIDE}
    for name in INSIDE:
        # a package gathers the names of its modules, which import each other without it
        graph[name] -= {name.rpartition(".")[0]}
    assert list(TopologicalSorter(graph).static_order())


def test_every_package_stands_in_a_room() -> None:
    assert sorted(PACKAGES) == sorted({package_of(name) for name in INSIDE})


@pytest.mark.parametrize("module", INSIDE)
def test_what_gathers_the_public_names_is_imported_by_nobody(module: str) -> None:
    names = {name for name in imported(FOUND[module]) if name.partition(".")[0] == "zoo_core"}
    assert not [name for name in names if _module(name) == "" or name == "zoo_core"]


@pytest.mark.parametrize(
    "line",
    [
        "from zoo_core.runs.lock import is_running",
        "import zoo_core.runs.lock",
        "from zoo_core.runs import lock",
        "def later():\n    from zoo_core.runs.lock import is_running",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import zoo_core.runs.lock",
        'LOCK = "zoo_core.runs.lock"',
        'LAZY = {"is_running": "zoo_core.runs.lock:is_running"}',
    ],
)
def test_every_way_to_reach_a_module_is_seen(line: str, tmp_path: Path) -> None:
    file = tmp_path / "reaching.py"
    file.write_text(line, encoding="utf-8")
    assert reached(file) == {"runs.lock"}


def test_the_engine_knows_no_files() -> None:
    engine = [name for name in INSIDE if package_of(name) == "engine"]
    found = {name: {top.partition(".")[0] for top in imported(FOUND[name])} for name in engine}
    assert not [name for name in engine if found[name] & FILES]
    rooms = {name: {package_of(other) for other in reached(FOUND[name])} for name in engine}
    assert not [name for name in engine if "runs" in rooms[name]]
    assert [name for name in engine if any(each.startswith("data") for each in rooms[name])] == [
        "engine.feed"
    ]


def test_of_a_run_only_checkpoints_need_torch() -> None:
    runs = [name for name in INSIDE if package_of(name) == "runs"]
    tops = {name: {each.partition(".")[0] for each in imported(FOUND[name])} for name in runs}
    assert [name for name in runs if "torch" in tops[name]] == ["runs.checkpoint"]


def is_light(module: str) -> bool:
    """Return whether a module is one of `LIGHT`, or in a package that is."""
    return module in LIGHT or module.partition(".")[0] in LIGHT


@pytest.mark.parametrize("module", [name for name in INSIDE if is_light(name)])
def test_what_lists_parts_imports_nothing_heavy(module: str) -> None:
    file = FOUND[module]
    assert not {name.partition(".")[0] for name in imported(file)} & HEAVY
    assert not [name for name in neighbours(file) if not is_light(name)]


@pytest.mark.parametrize("module", ["", *INSIDE])
def test_the_core_imports_neither_the_command_nor_a_plugin(module: str) -> None:
    tops = {name.partition(".")[0] for name in imported(FOUND[module])}
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


def shown() -> dict[int, tuple[str, ...]]:
    """Return number of a room to its packages in their order, as the documentation has them."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", DOCS, flags=re.MULTILINE)
    return {
        int(number): tuple(
            name.rstrip("/").replace("/", ".") for name in re.findall(r"`([a-z_/]+)`", names)
        )
        for number, names in rows
    }


def test_the_documentation_shows_these_rooms() -> None:
    assert shown() == dict(enumerate(ROOMS, start=1))


def listed() -> dict[str, set[str]]:
    """Return package to the modules that the documentation lists, in the order of the lists."""
    found = re.findall(r"^- `([a-z_/]+)/`: (.+(?:\n  .+)*)", DOCS, flags=re.MULTILINE)
    return {name.replace("/", "."): set(_first_names(text)) for name, text in found}


def _first_names(text: str) -> Iterator[str]:
    """Give the names with which the pieces of a list begin."""
    for piece in text.rstrip(".").split(";"):
        begin = re.match(r"\s*(?:`[a-z_]+`,?\s*)+", piece)
        yield from re.findall(r"`([a-z_]+)`", begin[0] if begin else "")


def test_the_documentation_lists_every_file() -> None:
    found: dict[str, set[str]] = {}
    for module in INSIDE:
        package = package_of(module)
        if module not in PACKAGES:
            found.setdefault(package, set()).add(module.rpartition(".")[2])
    assert listed() == found
    assert list(listed()) == [package for package in PACKAGES if package in found]
