"""What holds for the repository as a whole."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

from zoo_core import Registry, __version__
from zoo_core.config.options import options_of
from zoo_core.interfaces import Scores

ROOT = Path(__file__).resolve().parents[2]
CODE = ("zoo_core", "cli/zoo_cli", "plugins/*/src", "benchmarks", "tools")
TEXT = frozenset({".py", ".md", ".toml", ".yml", ".yaml", ".cfg", ".txt", ".json", ""})
SKIPPED = frozenset({"__pycache__", "node_modules", "build", "dist", "site", "runs", "data"})

MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|Users|root|work|mnt)/[\w.-]+")


def texts() -> Iterator[Path]:
    """Give every text file of the repository."""
    for top in sorted(ROOT.iterdir()):
        if top.name in SKIPPED or (top.name.startswith(".") and top.name != ".ci"):
            continue
        for file in [top] if top.is_file() else sorted(top.rglob("*")):
            inside = file.relative_to(top).parts[:-1]
            if file.is_file() and file.suffix in TEXT and not {"__pycache__"} & set(inside):
                yield file


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_the_library_says_the_version_of_its_distribution() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["version"] == __version__


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for file in texts():
        if file == Path(__file__):
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            found += [f"{name_of(file)}:{number} {path}" for path in MACHINE_PATH.findall(line)]
    assert not found


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_every_make_target_that_is_written_about_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", code_of(ROOT / page)))
    assert named
    assert named <= targets


def code_of(page: Path) -> str:
    """Return what a page shows as code; all of it where it is no Markdown."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".md":
        return text
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize(
    ("page", "option"), [("README.md", None), ("docs/plugins.md", "real")], ids=["readme", "docs"]
)
def test_the_plugin_that_is_shown_works(page: str, option: str | None, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), flags=re.DOTALL)
    shown = next(block for block in blocks if "class LeastSquares" in block)
    name = f"shown_in_{Path(page).stem.lower()}"
    file = tmp_path / f"{name}.py"
    file.write_text(shown.replace("mine:LeastSquares", f"{name}:LeastSquares"))
    registry = Registry.from_installed(files=[file])
    target = registry.find("loss", "least-squares").entry.load()
    assert set(options_of(target)) == ({option} if option else set())
    loss = target()
    scores = Scores(torch.tensor([1.0, 3.0]))
    assert float(loss.critic(scores, scores).total) == 2.0 + 5.0
    assert float(loss.generator(scores, None).total) == 2.0


def test_every_distribution_ships_the_licence() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    for project in ROOT.glob("plugins/*/pyproject.toml"):
        assert (project.parent / "LICENSE").read_text(encoding="utf-8") == licence


@pytest.fixture(scope="module")
def first_party() -> Iterator[ModuleType]:
    """Give `tools/make_first_party.py`, which writes down what the plugins offer."""
    file = ROOT / "tools" / "make_first_party.py"
    spec = importlib.util.spec_from_file_location("make_first_party", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_first_party"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["make_first_party"]


def test_what_is_written_of_first_party_plugins_is_current(
    first_party: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert first_party.main(["--check"]) == 0, capsys.readouterr().err


PLUGIN = """
from zoo_core import Entry, hookimpl


@hookimpl
def zoo_entries():
    return [
        Entry("loss", "brand-new", "zoo_plugin_brand_new.parts:Loss", "New."),
        Entry("generator", "brand-new", "zoo_plugin_brand_new.parts:Net", "New."),
    ]
"""

PROJECT = """
[project]
name = "zoo-plugin-brand-new"

[project.entry-points.gan_zoo]
new = "zoo_plugin_brand_new.plugin"
"""


def test_a_plugin_is_one_folder_and_nothing_else_is_written_by_hand(
    first_party: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "zoo_core/registry/first_party.json"
    for name in ("pyproject.toml", "README.md", "docs/index.md", table):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    package = tmp_path / "plugins/zoo-plugin-brand-new/src/zoo_plugin_brand_new"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN)
    (package.parents[1] / "pyproject.toml").write_text(PROJECT)

    assert first_party.main(["--check"], tmp_path) == 1
    assert f"{table} is not current" in capsys.readouterr().err
    assert first_party.main([], tmp_path) == 0
    assert first_party.main(["--check"], tmp_path) == 0

    assert json.loads((tmp_path / table).read_text()) == {
        "zoo-plugin-brand-new": {"generator": ["brand-new"], "loss": ["brand-new"]}
    }
    assert 'all = [\n    "zoo-plugin-brand-new",\n]\n' in (tmp_path / "pyproject.toml").read_text()
    line = ".venv/bin/pip install -e . -e plugins/zoo-plugin-brand-new\n"
    assert line in (tmp_path / "README.md").read_text()
    row = "| `zoo-plugin-brand-new` | generator `brand-new`; loss `brand-new` |\n"
    assert row in (tmp_path / "docs/index.md").read_text()


WRITER = "zoo_core/runs/atomic.py"

RENAMES = {"benchmarks/shared/mutating.py": "damages a bundle on purpose"}
"""Files that rename something else than what they have just written, and why."""


def sources() -> list[Path]:
    """Return every module but tests."""
    tops = [top for place in CODE for top in ROOT.glob(place)]
    return [file for top in tops for file in sorted(top.rglob("*.py"))]


def calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def renames(call: ast.Call) -> bool:
    """Return whether a call puts a file in a place, or makes one to do so."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "replace":
        # of texts it takes two arguments, of data classes and times keywords
        return (len(call.args) == 1 and not call.keywords) or _is_os(call)
    made = ("mkstemp", "NamedTemporaryFile", "mkdtemp", "fsync")
    return name in ("rename", "renames", "move", *made)


def _is_os(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "os"


def test_one_module_writes_files_whole() -> None:
    found = {name_of(file) for file in sources() for call in calls(file) if renames(call)}
    assert found - set(RENAMES) == {WRITER, "zoo_core/runs/jsonl.py"}
    assert set(RENAMES) <= found


def test_one_module_takes_the_sha256_of_files_and_bytes() -> None:
    taken = re.compile(r"file_digest|sha256\([^\n]+\)\.(hex)?digest\(")
    found = [name_of(file) for file in sources() if taken.search(file.read_text(encoding="utf-8"))]
    assert found == ["zoo_core/digests.py"]


def scales(node: ast.AST) -> bool:
    """Return whether an expression has a factor between bytes and [-1, 1] or [0, 1]."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return getattr(node.right, "value", None) in (255, 255.0)
    return isinstance(node, ast.Constant) and node.value in (127.5, 1 / 127.5)


def test_one_module_scales_between_bytes_and_values() -> None:
    trees = {name_of(file): ast.parse(file.read_text(encoding="utf-8")) for file in sources()}
    found = [name for name, tree in trees.items() if any(map(scales, ast.walk(tree)))]
    assert found == ["zoo_core/interfaces/pixels.py"]


def test_one_module_gives_labels_out_in_turn() -> None:
    given = re.compile(r"arange\([^\n]*\) %")
    found = [name_of(file) for file in sources() if given.search(file.read_text(encoding="utf-8"))]
    assert found == ["zoo_core/pictures/samples.py"]
