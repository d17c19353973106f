"""`zoo plugin new`: what it writes installs, tests green and trains as it stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

import zoo_core
from zoo_cli.skeleton import files_of, named
from zoo_core import Registry
from zoo_core.config.options import options_of

ROOT = Path(__file__).resolve().parents[2]
LONG = "abcdefghij-abcdefghij-abcdefgh"
CHECKS = "[pytest11]\ngan_zoo = zoo_core.testing.pytest_plugin\n"


def known(site: Path, distribution: str, points: str) -> None:
    """Make a distribution known without pip: what is installed of it is its metadata."""
    info = site / f"{distribution.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.1.0\n"
    (info / "METADATA").write_text(text)
    (info / "entry_points.txt").write_text(points)


@pytest.fixture
def paths(tmp_path: Path) -> list[str]:
    """Return a path on which `zoo-plugin-mine` and the pytest plugin are known."""
    site = tmp_path / "site"
    known(site, "zoo-plugin-mine", "[gan_zoo]\nmine = zoo_plugin_mine.plugin\n")
    known(site, "the-checks", CHECKS)
    return [str(site), str(tmp_path / "zoo-plugin-mine" / "src")]


@pytest.fixture
def mine(zoo, home: Path) -> Path:
    assert zoo("plugin", "new", "mine").exit_code == 0
    return home / "zoo-plugin-mine"


@pytest.fixture
def on_path(mine: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for path in paths:
        monkeypatch.syspath_prepend(path)


def ran(*command: str | Path, cwd: Path, path: list[str]) -> subprocess.CompletedProcess[str]:
    all_of_it = os.pathsep.join(filter(None, (*path, os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": all_of_it}
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def refusal(zoo: Callable[..., object], *arguments: str | Path) -> str:
    result = zoo("plugin", "new", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


def test_it_says_the_next_three_commands(zoo):
    result = zoo("plugin", "new", "mine")
    assert result.stdout == (
        "zoo-plugin-mine is written; go on with\n"
        "  pip install -e zoo-plugin-mine\n"
        "  pytest zoo-plugin-mine\n"
        "  zoo train --gen mine\n"
    )
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("typed", "part"),
    [("My_Plugin", "my-plugin"), ("zoo_plugin_mine", "mine"), ("a..b", "a-b"), ("3D", "3d")],
)
def test_a_name_becomes_the_one_that_distributions_are_compared_by(zoo, home, typed, part):
    result = zoo("plugin", "new", typed)
    assert result.stderr == f"{typed!r} becomes {part!r}\n"
    package = f"zoo_plugin_{part.replace('-', '_')}"
    assert (home / f"zoo-plugin-{part}" / "src" / package / "plugin.py").is_file()


def test_the_prefix_may_be_said(zoo, home):
    assert zoo("plugin", "new", "zoo-plugin-mine").stderr == ""
    assert (home / "zoo-plugin-mine").is_dir()


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("a b", "a-b"),
        ("", "mine"),
        ("ä", "mine"),
        ("../x", "x"),
        ("x.", "x"),
        ("zoo-plugin", "mine"),
        ("K\u212a", "kk"),
        ("x\n", "x"),
    ],
)
def test_a_name_that_no_distribution_can_have_is_refused(zoo, home, name, example):
    assert refusal(zoo, name) == (
        f"Error: no distribution can have the name {name!r}\n"
        "Hint: letters a to z, digits and single hyphens between them, "
        f"such as `zoo plugin new {example}`\n"
    )
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dcgan", "there is a distribution 'zoo-plugin-dcgan' already"),
        ("mini-conv", "zoo-plugin-vanilla has a discriminator 'mini-conv'"),
        ("minimax", "gan-zoo has a loss 'minimax'"),
        ("none", "'none' asks for no part, so none can be called so"),
        ("x" * 31, "a plugin's name of 31 letters is too long"),
    ],
)
def test_a_name_that_is_taken_is_refused_with_another(zoo, home, name, message):
    error, hint = refusal(zoo, name).splitlines()
    assert error == f"Error: {message}"
    assert "such as `zoo plugin new " in hint
    assert list(home.iterdir()) == []


def test_a_name_whose_module_is_there_is_refused(zoo, home, monkeypatch: pytest.MonkeyPatch):
    (home / "zoo_plugin_mine.py").write_text("")
    monkeypatch.syspath_prepend(str(home))
    assert refusal(zoo, "mine").startswith(
        "Error: there is a module 'zoo_plugin_mine' already\n"
        "Hint: another name, such as `zoo plugin new my-mine`\n"
    )


def test_a_folder_that_holds_something_is_left_as_it_is(zoo, home):
    (home / "there").mkdir()
    (home / "there" / "notes.txt").write_text("mine")
    assert refusal(zoo, "mine", "--to", "there") == (
        "Error: the folder 'there' is there already and not empty\n"
        "Hint: `--to` names another one; nothing was written\n"
    )
    assert [path.name for path in home.rglob("*")] == ["there", "notes.txt"]


def test_it_does_not_write_twice(zoo, mine):
    (mine / "README.md").write_text("changed")
    assert "is there already and not empty" in refusal(zoo, "mine")
    assert (mine / "README.md").read_text() == "changed"


def test_an_empty_folder_is_filled(zoo, home):
    (home / "there").mkdir()
    result = zoo("plugin", "new", "mine", "--to", home / "there")
    assert f"  pip install -e {home / 'there'}\n" in result.stdout
    assert (home / "there" / "pyproject.toml").is_file()
    assert [path.name for path in home.iterdir()] == ["there"]


def test_a_file_and_the_current_folder_are_refused(zoo, home, monkeypatch: pytest.MonkeyPatch):
    (home / "file").write_text("")
    assert refusal(zoo, "mine", "--to", "file").startswith("Error: 'file' is a file\n")
    (home / "here").mkdir()
    monkeypatch.chdir(home / "here")
    assert refusal(zoo, "mine", "--to", ".").startswith(
        "Error: the new project cannot replace the folder that you are in\n"
    )
    assert list((home / "here").iterdir()) == []


def test_a_failure_leaves_nothing(zoo, home, monkeypatch: pytest.MonkeyPatch):
    whole = Path.write_text

    def full(self: Path, *arguments: str, **named: str) -> int:
        if self.name == "loss.py":
            raise OSError(28, "No space left on device")
        return whole(self, *arguments, **named)

    monkeypatch.setattr(Path, "write_text", full)
    assert refusal(zoo, "mine") == (
        "Error: cannot write 'zoo-plugin-mine': the disk is full\n"
        "Hint: make room there, or `--to` names another folder\n"
    )
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("", []),
        ('Ada "A" \\ Löve 😀', [{"name": 'Ada "A" \\ Löve 😀'}]),
        ("Ada <ada@example.org>", [{"name": "Ada", "email": "ada@example.org"}]),
    ],
)
def test_the_author_is_in_the_project_and_the_licence(zoo, home, author, expected):
    zoo("plugin", "new", "mine", "--author", author)
    text = (home / "zoo-plugin-mine" / "pyproject.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["project"]["authors"] == expected
    licence = (home / "zoo-plugin-mine" / "LICENSE").read_text(encoding="utf-8")
    assert f"Copyright (c) {author or 'the authors of zoo-plugin-mine'}\n" in licence


def test_an_author_that_no_file_can_hold_is_refused(zoo, home):
    error = refusal(zoo, "mine", "--author", "a\nb")
    assert error.startswith("Error: no author can be read from 'a\\nb'\n")
    assert list(home.iterdir()) == []


def test_the_project_asks_for_the_core_that_wrote_it(mine):
    project = tomllib.loads((mine / "pyproject.toml").read_text())["project"]
    core, torch = (Requirement(text) for text in project["dependencies"])
    assert (core.name, torch.name) == ("gan-zoo", "torch")
    assert core.specifier.contains(zoo_core.__version__)
    assert not core.specifier.contains("2.0")


@pytest.mark.parametrize("name", ["x", LONG])
def test_what_is_written_passes_our_own_lint_and_types(zoo, home, name):
    zoo("plugin", "new", name)
    project = home / f"zoo-plugin-{name}"
    package = f"zoo_plugin_{name.replace('-', '_')}"
    first = f"lint.isort.known-first-party = ['zoo_core', '{package}']"
    settings = ("--no-cache", "--config", ROOT / "pyproject.toml")
    path = [str(project / "src")]
    for command in (
        (sys.executable, "-m", "ruff", "check", *settings, "--config", first, "."),
        (sys.executable, "-m", "ruff", "format", "--check", *settings, "."),
        (sys.executable, "-m", "ruff", "check", "--no-cache", "."),
    ):
        done = ran(*command, cwd=project, path=path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_what_is_written_passes_strict_types(mine, home):
    command = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", home / "cache")
    done = ran(*command, "src", "tests", cwd=mine, path=[str(ROOT), str(mine / "src")])
    assert done.returncode == 0, done.stdout


@pytest.mark.usefixtures("on_path")
def test_its_parts_are_listed_and_explain_themselves():
    registry = Registry.from_installed(strict=True)
    found = [item for item in registry.entries() if item.source == "zoo-plugin-mine"]
    assert [(item.entry.kind, item.entry.name) for item in found] == [
        ("discriminator", "mine"),
        ("generator", "mine"),
        ("loss", "mine"),
        ("recipe", "mine-digits"),
    ]
    assert set(options_of(registry.find("loss", "mine").entry.load())) == {"target"}


@pytest.mark.usefixtures("on_path")
def test_it_trains_and_draws(zoo, home):
    tiny = ("--steps", "3", "--batch", "8", "--size", "8")
    assert zoo("train", "--gen", "mine", "--loss", "mine", *tiny, "--run", "run").exit_code == 0
    with Image.open(home / "run/samples/step-00000003.png") as picture:
        assert picture.size == (82, 82)


@pytest.mark.usefixtures("on_path")
def test_said_alone_it_trains_by_its_recipe(zoo):
    text = zoo("train", "--gen", "mine", "--max-minutes", "0", "--run", "run").stderr
    assert "training mine against mine with mine on digits at 16x16" in text
    assert "by recipe mine-digits because nothing else is asked" in text


def test_its_own_tests_and_the_contract_checks_are_green(mine, paths):
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    done = ran(*command, cwd=mine, path=paths)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20 passed" in done.stdout


def test_a_plugin_that_is_not_installed_is_said_when_its_tests_run(mine, paths):
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    (mine / "tests" / "test_parts.py").unlink()
    shutil.rmtree(Path(paths[0]) / "zoo_plugin_mine-0.1.0.dist-info")
    done = ran(*command, cwd=mine, path=paths)
    assert done.returncode != 0
    assert "no plugin of the distribution 'zoo-plugin-mine' is installed" in done.stdout
    assert "`pip install -e .` installs the one of a folder" in done.stdout


def test_every_template_is_used_and_no_placeholder_is_left():
    folder = ROOT / "cli" / "zoo_cli" / "skeleton"
    files = files_of(named("mine", Registry(strict=True)))
    assert len(files) == len(list(folder.glob("*.template")))
    assert not [path for path, text in files.items() if "$" in path + text]


@pytest.mark.slow
def test_it_is_installed_by_pip(mine, home):
    """The environment sees what this one has, through a path, and pip installs the project."""
    place = home / "environment"
    venv.create(place, symlinks=os.name != "nt", with_pip=False)
    variables = {"base": str(place)}
    packages = Path(sysconfig.get_path("purelib", "venv", variables))
    programs = Path(sysconfig.get_path("scripts", "venv", variables))
    above = [path for path in sys.path if path and path not in (str(home), str(mine))]
    (packages / "above.pth").write_text("\n".join(above) + "\n")
    pip = (sys.executable, "-m", "pip", "--python", place, "install", "--quiet")
    done = ran(*pip, "--no-build-isolation", "--no-deps", mine, cwd=home, path=[])
    assert done.returncode == 0, done.stderr
    zoo = (programs / "python", "-m", "zoo_cli")
    listed = ran(*zoo, "list", "generator", cwd=home, path=[])
    assert "zoo-plugin-mine" in listed.stdout
    tiny = ("--steps", "3", "--batch", "8", "--size", "8", "--run", "run")
    assert ran(*zoo, "train", "--gen", "mine", *tiny, cwd=home, path=[]).returncode == 0
