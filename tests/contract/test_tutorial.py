"""The tutorial is followed literally, outside the repository; what is stable is what is there."""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import zoo_core
from zoo_core import Entry, Recipe, Registry, compose, interfaces, testing
from zoo_core.config.options import TASK_NAMES
from zoo_core.registry import hookspecs

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
STABLE = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")
LINES = 80
SOON = ("--max-minutes", "0")
"""What is added to the page's long training: it ends after a step, and asks for nothing else."""


def files() -> dict[str, str]:
    """Return path to text of each file that the page shows: its first line is its path."""
    blocks = re.findall(r"```(?:toml|python)\n(# (\S+)\n.*?)```", PAGE, flags=re.DOTALL)
    return {path: text for text, path in blocks}


def commands() -> list[str]:
    """Return every line of the page's blocks of commands, but those that publish."""
    before = PAGE.partition("## Publish it")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", before, flags=re.DOTALL | re.MULTILINE)
    return [line for kind, block in blocks if not kind for line in block.splitlines()]


def written(folder: Path) -> Path:
    """Do what the page does: make the folders, then write its files."""
    make, enter, touch, *_ = commands()
    assert [line.split()[0] for line in (make, enter, touch)] == ["mkdir", "cd", "touch"]
    (folder / make.removeprefix("mkdir -p ")).mkdir(parents=True)
    project = folder / enter.removeprefix("cd ")
    (project / touch.removeprefix("touch ")).touch()
    for path, text in files().items():
        (project / path).write_text(text, encoding="utf-8")
    return project


def known(site: Path, name: str, group: str, point: str) -> None:
    """Make a distribution known without pip: what is installed of it is its metadata."""
    info = site / f"{name.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{point}\n")


def checks_known(site: Path) -> str:
    """Make the pytest plugin known, as an installed core does; return the path."""
    known(site, "the-checks", "pytest11", "gan_zoo = zoo_core.testing.pytest_plugin")
    return str(site)


def made_known(project: Path, site: Path) -> str:
    """Do what `pip install -e .` does, without pip; return a path with it and the checks."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ((name, module),) = settings["entry-points"]["gan_zoo"].items()
    known(site, settings["name"], "gan_zoo", f"{name} = {module}")
    return os.pathsep.join((checks_known(site), str(project / "src")))


def environment(home: Path, *path: str) -> dict[str, str]:
    """Return the variables of a process that looks in these places first."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "HOME": str(home),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "ZOO_STRICT_PLUGINS": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (*path, os.environ.get("PYTHONPATH")))),
    }


def said(line: str, *, cwd: Path, python: Path | str, env: dict[str, str]) -> str:
    """Run one line of the page; return what it prints."""
    program, *words = shlex.split(line)
    module = {"zoo": ("zoo_cli",), "pytest": ("pytest", "-p", "no:cacheprovider")}[program]
    done = subprocess.run(
        [str(python), "-m", *module, *words],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def followed(project: Path, python: Path | str, env: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give each line of the page with what it said, once it is installed."""
    lines = commands()
    for line in lines[lines.index("pip install -e .") + 1 :]:
        trains_long = line.startswith("zoo train") and "--steps" not in line
        shown = shlex.join([*shlex.split(line), *SOON]) if trains_long else line
        yield line, said(shown, cwd=project, python=python, env=env)


def check_followed(project: Path, python: Path | str, env: dict[str, str]) -> None:
    results = dict(followed(project, python, env))
    assert "clusters" in results["zoo list sampler"]
    assert "channels of every feature map" in results["zoo info shuffle"]
    assert re.search(r"1[0-9] passed", results["pytest --zoo zoo-plugin-shuffle"])
    assert "by recipe shuffle-digits" in results["zoo train --gen shuffle --run runs/digits"]
    with Image.open(project / "digits.png") as picture:
        assert picture.size == (146, 146)


def test_all_five_parts_take_less_than_eighty_lines() -> None:
    lines = [line for text in files().values() for line in text.splitlines()[1:] if line.strip()]
    assert len(files()) == 3
    assert len(lines) < LINES
    assert max(map(len, lines)) <= 100


def test_the_tutorial_offers_what_it_says() -> None:
    found = re.findall(r'Entry\("(\w+)", "([\w-]+)"', files()["src/zoo_plugin_shuffle/plugin.py"])
    assert [kind for kind, _ in found] == ["generator", "loss", "sampler", "penalty", "recipe"]


def test_the_tutorial_works_line_by_line(tmp_path: Path) -> None:
    project = written(tmp_path)
    path = made_known(project, tmp_path / "site")
    check_followed(project, sys.executable, environment(tmp_path, path))


@pytest.mark.slow
def test_the_tutorial_works_with_pip(tmp_path: Path) -> None:
    """The environment sees what this one has, and pip installs the project as the page says."""
    project, place = written(tmp_path), tmp_path / "environment"
    venv.create(place, symlinks=os.name != "nt", with_pip=False)
    variables = {"base": str(place)}
    packages = Path(sysconfig.get_path("purelib", "venv", variables))
    above = [path for path in sys.path if path and not path.startswith(str(tmp_path))]
    (packages / "above.pth").write_text("\n".join(above) + "\n")
    env = environment(tmp_path, checks_known(tmp_path / "site"))
    pip = (sys.executable, "-m", "pip", "--python", place, "install", "--quiet")
    # what it depends on is there already, and nothing is to be downloaded in a test
    offline = ("--no-build-isolation", "--no-deps")
    subprocess.run([*map(str, pip), *offline, "-e", "."], cwd=project, env=env, check=True)
    python = Path(sysconfig.get_path("scripts", "venv", variables)) / "python"
    check_followed(project, python, env)


def test_the_game_on_the_page_of_plugins_keeps_the_contract(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```python\n(# together\.py\n.*?)```", page, flags=re.DOTALL)
    (tmp_path / "together.py").write_text(text, encoding="utf-8")
    registry = Registry.from_installed(files=[tmp_path / "together.py"], strict=True)
    parts = {"generator": "mini-conv", "game": "together"}
    testing.check_composition(parts, size="8", registry=registry)
    run = {"batch": 4, "size": "8"}
    testing.check_capture(compose(parts, {"run": run}, registry=registry))
    sys.modules.pop("together")


def listed(heading: str) -> list[str]:
    """Return the names in the first paragraph below a heading."""
    below = STABLE.partition(f"### {heading}\n\n")[2].partition("\n\n")[0]
    return re.findall(r"`([\w-]+)`", re.split(r"[.:](?=\s|$)", below + " ")[0])


def test_the_public_names_are_those_that_are_listed() -> None:
    assert sorted(listed("zoo_core")) == sorted(zoo_core.__all__)
    assert sorted(listed("zoo_core.interfaces")) == sorted(interfaces.__all__)
    assert sorted(listed("zoo_core.testing")) == sorted(testing.__all__)


def test_the_contract_is_the_one_that_is_listed() -> None:
    assert tuple(listed("Kinds of entries")) == zoo_core.KINDS
    hooks = [name for name in vars(hookspecs) if name.startswith("zoo_")]
    assert [name for name in listed("Hooks") if name.startswith("zoo_")] == hooks
    assert set(listed("What the task provides")) == TASK_NAMES
    for heading, of in (("Fields of an entry", Entry), ("Fields of a recipe", Recipe)):
        names = [field.name for field in dataclasses.fields(of)]
        assert listed(heading)[: len(names)] == names
    assert f"`zoo_core.CONTRACT`, now {zoo_core.CONTRACT}" in STABLE


def test_every_public_name_can_be_imported() -> None:
    for module in (zoo_core, interfaces, testing):
        assert all(getattr(module, name) is not None for name in module.__all__)
        with pytest.raises(AttributeError):
            _ = module.no_such_name
