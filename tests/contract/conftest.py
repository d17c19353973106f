"""Fixtures: parts from outside the repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from zoo_core import Registry


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plugin file that lies outside the repository."""
    source = Path(__file__).with_name("stranger_parts.py")
    return Path(shutil.copy(source, tmp_path_factory.mktemp("outside") / "a_strangers_parts.py"))


@pytest.fixture(scope="session")
def registry(stranger: Path) -> Registry:
    """Return all installed plugins and the stranger's."""
    return Registry.from_installed(files=[stranger], strict=True)
