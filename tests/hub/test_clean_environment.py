"""From a run here to samples in an environment that has the core and one plugin."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import zoo_core
from zoo_core.weights.publication.package import Package
from zoo_core.weights.publication.push import send

ROOT = Path(__file__).resolve().parents[2]
PROJECTS = (ROOT, ROOT / "plugins" / "zoo-plugin-vanilla")

SAMPLE = """
import sys, torch, zoo_core
from safetensors.torch import save_file
from zoo_core import Registry
found = {item.source for item in Registry.from_installed(strict=True).entries()}
assert found == {"gan-zoo", "zoo-plugin-vanilla"}, found
torch.set_num_threads(1)
images = zoo_core.load(sys.argv[1], device="cpu").sample(5, seed=3)
save_file({"images": images}, sys.argv[2])
"""


def wheel_tools() -> ModuleType:
    """Return `tools/check_wheels.py`, which makes clean environments."""
    spec = importlib.util.spec_from_file_location("check_wheels", ROOT / "tools/check_wheels.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_wheels"] = module
    spec.loader.exec_module(module)
    return module


def clean_environment(place: Path) -> Path:
    """Return the Python of an environment with the core and one plugin, and what the core needs."""
    tools = wheel_tools()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = tools.closure(tuple(project["dependencies"]))
    layer = place / "layer"
    layer.mkdir(parents=True)
    for name in needed:
        distribution = metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            source = Path(str(distribution.locate_file(top)))
            if source.exists() and not (layer / top).exists():
                (layer / top).symlink_to(source.resolve())
    built = place / "dist"
    for source in PROJECTS:
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", built, source)
    venv.create(place / "venv", symlinks=os.name != "nt", with_pip=False)
    environment = tools.Environment(place / "venv")
    (environment.packages / "layer.pth").write_text(f"{layer}\n")
    pip = (sys.executable, "-m", "pip", "--python", place / "venv", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", *sorted(built.glob("*.whl")))
    return environment.programs / "python"


def run(*command: str | Path, **more: Any) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_images_in_a_clean_environment_are_those_of_the_run(
    hub: Any, trained: Path, package: Package, repo: str, tmp_path: Path
) -> None:
    send(package, repo)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    expected = zoo_core.load(trained, device="cpu").sample(5, seed=3)
    torch.set_num_threads(threads)
    python = clean_environment(tmp_path / "clean")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    home = {"HF_HOME": str(tmp_path / "home"), "HF_HUB_CACHE": str(tmp_path / "elsewhere")}
    out = tmp_path / "images.safetensors"
    run(python, "-c", SAMPLE, repo, out, env={**kept, **home}, cwd=tmp_path)
    assert torch.equal(load_file(out)["images"], expected)
