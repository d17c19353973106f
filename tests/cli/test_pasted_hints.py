"""Each line that a hint gives, taken from what is printed and run as it stands."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import Result
from pasted_hints import COMMANDS, CORE, E, T, V
from pasted_plugin_hints import PLUGINS
from pasted_sweep_hints import SWEEPS, S
from pasting import CODE, VALUE, Case, Direct, Parsed, Pasted, paste
from PIL import Image

from zoo_cli.hints import flags_of
from zoo_cli.main import COMMANDS as NAMES
from zoo_cli.main import zoo as group
from zoo_core.registry.first_party import FIRST_PARTY

ROOT = Path(__file__).parents[2]
TABLE: dict[str, dict[str, Case]] = {**COMMANDS, **CORE, **SWEEPS, **PLUGINS}
LINE = re.compile(r"(zoo|pip) |--?[a-z]")
"""What begins a line that can be pasted."""

PAGES = frozenset({"help", "summary", "short_help"})
"""Arguments that say what there is: no way out of anything."""


def text_of(node: ast.expr) -> str:
    """Return a string as it is written, with VALUE for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(each) or VALUE for each in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return ""


def texts(node: ast.AST) -> Iterator[str]:
    """Give every string below a node, but docstrings and pages of help."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.keyword) and node.arg in PAGES:
        return
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        yield text_of(node)
    if not isinstance(node, ast.Constant):
        for child in ast.iter_child_nodes(node):
            yield from texts(child)


def written() -> dict[str, set[str]]:
    """Return file to the lines in its texts."""
    places = [ROOT / "zoo_core", ROOT / "cli" / "zoo_cli", *ROOT.glob("plugins/*/src")]
    found: dict[str, set[str]] = {}
    for path in sorted(path for place in places for path in place.rglob("*.py")):
        codes = {code for text in texts(ast.parse(path.read_text())) for code in CODE.findall(text)}
        lines = {code for code in codes if LINE.match(code)}
        if lines:
            found[path.relative_to(ROOT).as_posix()] = lines
    return found


def cases(*kinds: type) -> list[tuple[str, str]]:
    return [
        (file, code)
        for file, own in TABLE.items()
        for code, case in own.items()
        if isinstance(case, kinds)
    ]


def test_every_line_of_a_hint_is_in_the_table_and_nothing_else():
    assert {file: set(own) for file, own in TABLE.items()} == written()


def test_most_lines_are_run():
    assert 3 * len(cases(Parsed)) < len(cases(Pasted, Direct))


def photo(path: Path, side: int = 16, *, mode: str = "RGB", seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    Image.fromarray(values).convert(mode).save(path)


def photos(folder: str, count: int = 6, side: int = 16, *, mode: str = "RGB") -> None:
    for number in range(count):
        photo(Path(folder) / f"{number}.png", side, mode=mode, seed=sum(folder.encode()) + number)


def folders() -> None:
    for folder in ("photos", "pairs/A", "pairs/B", "classes/a", "classes/b", "beside/a", "small"):
        photos(folder)
    for folder in ("trainA", "trainB", "testA", "testB"):
        photos(f"published/{folder}")
    for folder in ("train/a", "test/a", "test/new"):
        photos(f"newcomer/{folder}")
    photos("grey", mode="L")
    photos("large", 3, 120)
    photos("huge", 1, 120)
    photo(Path("beside/0.png"))
    photos("mixed", 3)
    photo(Path("mixed/larger.png"), 20)
    photos("damaged", 2)
    for number in range(30):
        Path(f"damaged/broken-{number}.png").write_bytes(b"")
    Path("file").write_text("x")
    Path("none.json").write_text('{"format": 1, "parts": {}}')
    Path("net.pth").write_bytes(b"no weights")


def runs(run_zoo: Callable[..., Result]) -> None:
    for name in ("a", "b"):
        assert run_zoo(*shlex.split(V), "--steps", "3", "--run", f"runs/{name}").exit_code == 0
    shutil.copytree("runs/a", "runs/a b")
    shutil.copytree("runs/a", "runs/torn b")
    for file in Path("runs/torn b").rglob("*.safetensors"):
        file.write_bytes(b"torn")
    assert run_zoo(*shlex.split(T), "--run", "runs/t").exit_code == 0
    assert run_zoo(*shlex.split(E), "--run", "runs/e").exit_code == 0
    shutil.copytree("runs/a", "runs/mute")
    Path("runs/mute/metrics.jsonl").write_text("")
    assert run_zoo(*shlex.split(S), "--seed", "0,1", "--out", "sweeps/a b").exit_code == 0
    shutil.copytree("sweeps/a b", "sweeps/torn b")
    Path("sweeps/torn b/sweep.json").write_text("torn")
    assert run_zoo("pack", "runs/a", "bundle").exit_code == 0
    shutil.copytree("photos", "moved")
    gone = (*shlex.split(V), "--data", "folder:moved", "--batch", "2", "--run", "runs/gone")
    assert run_zoo(*gone).exit_code == 0
    shutil.rmtree("moved")
    Path("my_loss.py").write_text(PLUGIN)
    mine = (*shlex.split(V), "--plugin", "my_loss.py", "--loss", "mine", "--run", "runs/m")
    assert run_zoo(*mine).exit_code == 0
    del sys.modules["my_loss"]


PLUGIN = '''
from zoo_core import Entry, hookimpl
from zoo_core.builtin.losses import NonSaturating


class Mine(NonSaturating):
    """One's own."""


@hookimpl
def zoo_entries():
    return (Entry(kind="loss", name="mine", target="my_loss:Mine", summary="One's own."),)
'''


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, anywhere) -> Path:
    """Return a folder of photos, runs and weights; tests work on copies."""
    place = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        folders()
        runs(anywhere)
    return place


def run() -> Iterator[object]:
    """Give the lines that are run; trainings with a flag that no error led to are slow."""
    for file, code in cases(Pasted, Direct):
        case = TABLE[file][code]
        late = isinstance(case, Direct) and case.command.startswith("train")
        yield pytest.param(file, code, marks=[pytest.mark.slow] if late else [])


@pytest.mark.parametrize(("file", "code"), list(run()))
def test_a_pasted_line_runs(zoo, world, home, file, code):
    shutil.copytree(world, home, dirs_exist_ok=True)
    paste(code, TABLE[file][code], zoo)


@pytest.mark.parametrize(("file", "code"), cases(Parsed))
def test_a_line_that_is_not_run_is_one_that_there_is(file, code):
    words = shlex.split(code.replace("...", ""))
    if words[0] == "pip":
        assert distributions(words[2:]) <= {"gan-zoo", *FIRST_PARTY, VALUE, "."}
    elif words[0] == "zoo":
        known(words[1:])
    else:
        known([TABLE[file][code].command, *words])


def distributions(words: list[str]) -> set[str]:
    """Return what a line of pip installs, its extras checked."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    found = set()
    for word in words:
        name, bracket, extra = word.removesuffix("]").partition("[")
        assert not bracket or extra in extras
        found |= {name} - {"-e", "--upgrade", "--force-reinstall", "--no-deps"}
    return found


def known(words: list[str]) -> None:
    """Check that commands and flags of a line are there."""
    command: click.Command = group
    while words and isinstance(command, click.Group) and words[0] != VALUE:
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    flags = (
        frozenset().union(
            *(flags_of(group.get_command(click.Context(group), each)) for each in NAMES)
        )
        if command is group
        else flags_of(command)
    )
    assert {word for word in words if word.startswith("-")} <= flags
