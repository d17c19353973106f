"""No code of ours unpickles or evaluates, but for what is listed here with its reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ("zoo_core", "cli", "plugins", "benchmarks", "tools")

MODULES = frozenset(
    {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
)
"""Nothing of these is imported."""

BUILT_IN = frozenset({"eval", "exec", "compile", "__import__"})
"""Functions that are not called by their bare name; `net.eval()` is a method and runs no text."""

LOADERS = frozenset(
    {
        ("torch", "load"),
        ("torch", "hub"),
        ("torch.jit", "load"),
        ("torch.package", "PackageImporter"),
        ("yaml", "load"),
        ("yaml", "unsafe_load"),
        ("numpy", "load"),
        ("np", "load"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("runpy", "run_path"),
    }
)
"""Module and name; NumPy's own is allowed where `allow_pickle=False` is said."""

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("zoo_core/weights/convert/state_dicts.py", "torch.load"): (
        "`zoo import` reads state dicts of other projects, with weights_only=True: tensors and "
        "plain containers, no code"
    ),
    ("zoo_core/data/sets/cifar.py", "CIFAR10"): (
        "CIFAR-10 is published as pickles: torchvision unpickles them, after we found their md5 "
        "to be the published one"
    ),
}
"""File and what it uses, to the reason."""


def files() -> list[Path]:
    """Return all Python files of ours but the tests."""
    found = [file for folder in CODE for file in (ROOT / folder).rglob("*.py")]
    return sorted(file for file in found if "tests" not in file.relative_to(ROOT).parts)


def dotted(node: ast.expr) -> str:
    """Return such as "torch.load" for an expression of names and dots, else an empty string."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def uses(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give what a file uses of what is forbidden, by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((name, node) for name in imported(node))
        elif isinstance(node, ast.Name) and node.id in BUILT_IN:
            yield node.id, node
        elif isinstance(node, ast.Attribute):
            name = dotted(node)
            module, _, last = name.rpartition(".")
            if (module, last) in LOADERS:
                yield name, node
            if last == "CIFAR10" and module.endswith("datasets"):
                yield last, node


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Give what an import brings of what is forbidden."""
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        name = f"{module}.{alias.name}".removeprefix(".")
        if name.partition(".")[0] in MODULES or (module, alias.name) in LOADERS:
            yield name


def is_plain_numpy(name: str, tree: ast.AST) -> bool:
    """Say whether every call of NumPy's `load` in a file refuses pickles."""
    if name not in ("numpy.load", "np.load"):
        return False
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return all(
        any(_is(keyword, "allow_pickle", value=False) for keyword in call.keywords)
        for call in calls
        if dotted(call.func) == name
    )


def _is(keyword: ast.keyword, name: str, *, value: bool) -> bool:
    found = keyword.value
    return keyword.arg == name and isinstance(found, ast.Constant) and found.value is value


@pytest.mark.parametrize("file", files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_unpickled_or_evaluated(file: Path) -> None:
    tree, name = ast.parse(file.read_text(encoding="utf-8")), file.relative_to(ROOT).as_posix()
    found = {
        use: getattr(node, "lineno", 0)
        for use, node in uses(tree)
        if (name, use) not in EXCEPTIONS and not is_plain_numpy(use, tree)
    }
    assert not found, f"{name} uses {found}"


def test_every_exception_is_one() -> None:
    for name, use in EXCEPTIONS:
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        assert use in {found for found, _ in uses(tree)}, f"{name} no longer uses {use}"


def test_what_is_imported_is_read_as_weights_only() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files()]
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "torch.load"
    ]
    assert calls
    for call in calls:
        assert any(_is(keyword, "weights_only", value=True) for keyword in call.keywords)


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "import pickle as p",
        "from pickle import loads",
        "from torch import load",
        "torch.load(f)",
        "read = torch.load",
        "eval('1')",
        "run = exec",
        "__import__('os')",
        "yaml.load(f)",
        "import shelve",
        "import marshal",
        "import builtins; builtins.eval('1')",
        "np.load(f)",
    ],
)
def test_the_test_finds_what_it_looks_for(code: str) -> None:
    tree = ast.parse(code)
    assert [use for use, _ in uses(tree) if not is_plain_numpy(use, tree)]


@pytest.mark.parametrize(
    "code",
    ["net.eval()", "np.load(f, allow_pickle=False)", "re.compile('a')", "model.load('x')"],
)
def test_the_test_passes_over_what_only_looks_alike(code: str) -> None:
    tree = ast.parse(code)
    assert not [use for use, _ in uses(tree) if not is_plain_numpy(use, tree)]
