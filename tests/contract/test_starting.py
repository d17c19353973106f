"""What a process imports that only samples: nothing that takes longer than sampling."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zoo_core import compose, train

SLOW = frozenset(
    {
        "sympy",
        "torch._dynamo",
        "torch._inductor",
        "torch.fx.experimental.symbolic_shapes",
        "torchvision",
        "huggingface_hub",
    }
)
"""PyTorch's compiler and what it brings, pictures of others, and the Hub's client."""


def imported(*arguments: str, folder: Path) -> set[str]:
    """Run Python; return the modules that the process imported."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    found = {line.rpartition("|")[2].strip() for line in lines}
    assert "torch" in found
    return found


@pytest.mark.parametrize("name", ["dcgan.digits-32", "cdcgan.mnist-28"])
def test_sampling_on_the_command_line_imports_no_compiler(name: str, tmp_path: Path) -> None:
    found = imported("-m", "zoo_cli", "sample", name, "--out", "sheet.png", folder=tmp_path)
    assert (tmp_path / "sheet.png").is_file()
    assert not found & SLOW


def test_sampling_from_a_run_imports_no_compiler(tmp_path: Path) -> None:
    parts = {"generator": "vanilla", "loss": "non-saturating", "data": "digits"}
    options = {"run": {"steps": 2, "batch": 8, "size": "8", "monitor": False}}
    train(compose(parts, options, recipe="none"), tmp_path / "run")
    found = imported("-m", "zoo_cli", "sample", "run", "--out", "each/", folder=tmp_path)
    assert (tmp_path / "each" / "seed0-00063.png").is_file()
    assert not found & SLOW


def test_loaded_models_import_no_compiler(tmp_path: Path) -> None:
    lines = (
        "import torch, zoo_core",
        "assert zoo_core.load('dcgan.digits-32').sample(1).shape == (1, 1, 32, 32)",
        "model = zoo_core.load('cyclegan.digits-mnist-32')",
        "assert model.translate(torch.zeros(1, 1, 32, 32)).shape == (1, 1, 32, 32)",
    )
    assert not imported("-c", "\n".join(lines), folder=tmp_path) & SLOW
