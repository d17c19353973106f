"""A fixed terminal, a temporary home, and one small trained run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zoo_cli.main import zoo as group
from zoo_cli.terminal import Terminal

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--steps", "3", "--batch", "8")

Zoo = Callable[..., Result]


def run_zoo(*arguments: str | Path, width: int | None = None) -> Result:
    """Run `zoo` in this process; a bug is raised, an exit is returned.

    Args:
        arguments: of the command.
        width: columns of results, as on a terminal that wide; else they go to a pipe.
    """
    terminal = None if width is None else Terminal(width=width)
    asked = [str(each) for each in arguments]
    result = CliRunner().invoke(group, asked, prog_name="zoo", obj=terminal)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": str(tmp_path),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "ZOO_STRICT_PLUGINS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    yield tmp_path
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def zoo() -> Zoo:
    return run_zoo


@pytest.fixture(scope="session")
def anywhere() -> Zoo:
    """Return what runs `zoo` wherever the process is; no test's home is around it."""
    return run_zoo


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of three steps; tests must not change it."""
    directory = tmp_path_factory.mktemp("trained") / "run"
    assert run_zoo("train", *TINY, "--run", directory).exit_code == 0
    return directory


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of six steps, three checkpoints and three scores; tests must not change it."""
    directory = tmp_path_factory.mktemp("measured") / "run"
    kid = ("--metrics", "kid", "--features", "pixels", "--eval-every", "2", "--eval-count", "16")
    kept = ("--steps", "6", "--checkpoint-every", "2", "--keep", "9", "--keep", "best=kid")
    shape = ("--gen", "vanilla", "--size", "8", "--batch", "8", "--no-recipe")
    assert run_zoo("train", *shape, *kid, *kept, "--run", directory).exit_code == 0
    return directory


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that installs a distribution with one plugin module."""

    def installed(distribution: str, source: str) -> None:
        site = tmp_path / "site"
        module = distribution.replace("-", "_")
        info = site / f"{module}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2")
        (info / "entry_points.txt").write_text(f"[gan_zoo]\nparts = {module}\n")
        (site / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.setenv("ZOO_STRICT_PLUGINS", "0")

    return installed


@pytest.fixture
def only_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide every distribution of plugins but the core's."""
    every = metadata.entry_points

    def filtered(**wanted: str) -> list[metadata.EntryPoint]:
        return [p for p in every(**wanted) if p.dist is not None and p.dist.name == "gan-zoo"]

    monkeypatch.setattr(metadata, "entry_points", filtered)


@pytest.fixture
def environment() -> dict[str, str]:
    """Return what a process of its own needs."""
    return {**os.environ, "OMP_NUM_THREADS": "1"}
