from __future__ import annotations

import subprocess
import sys

import pytest

from zoo_core.config.options import options_of
from zoo_core.interfaces import Discriminator, Generator
from zoo_plugin_vanilla.plugin import zoo_entries

ENTRIES = {(entry.kind, entry.name): entry for entry in zoo_entries()}


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_vanilla.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize("name", ["vanilla", "mini-conv"])
def test_every_entry_loads_what_its_kind_says(name: str) -> None:
    assert issubclass(ENTRIES["generator", name].load(), Generator)
    assert issubclass(ENTRIES["discriminator", name].load(), Discriminator)


@pytest.mark.parametrize("name", ["vanilla", "mini-conv"])
def test_a_generator_names_the_critic_of_its_pair(name: str) -> None:
    assert ENTRIES["generator", name].defaults["parts"] == {"critic": name}


def test_the_mlps_are_trained_with_slow_adam_and_the_convolutions_with_fast_adam() -> None:
    slow = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
    fast = {"optimizer": "adam", "lr": 1e-3, "betas": (0.9, 0.999)}
    for name, expected in (("vanilla", slow), ("mini-conv", fast)):
        assert ENTRIES["generator", name].defaults["generator"] == expected
        assert ENTRIES["discriminator", name].defaults["critic"] == expected


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())
