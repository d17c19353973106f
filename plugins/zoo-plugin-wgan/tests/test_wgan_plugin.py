from __future__ import annotations

import subprocess
import sys

import pytest

from zoo_core.config.options import options_of
from zoo_core.interfaces import Constraint, Loss, Penalty
from zoo_plugin_wgan.plugin import zoo_entries

ENTRIES = {entry.name: entry for entry in zoo_entries()}


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_wgan.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [("wgan", Loss), ("wgan-gp", Loss), ("gp", Penalty), ("clip", Constraint)],
)
def test_every_entry_loads_what_its_kind_says(name: str, kind: type) -> None:
    assert issubclass(ENTRIES[name].load(), kind)


def test_wgan_clips_and_uses_rmsprop() -> None:
    rmsprop = {"optimizer": "rmsprop", "lr": 5e-5}
    assert ENTRIES["wgan"].defaults == {
        "parts": {"constraint": "clip"},
        "generator": rmsprop,
        "critic": rmsprop,
        "game": {"share": False},
        "run": {"batch": 64, "critic_steps": 5},
    }


def test_wgan_gp_penalises_and_uses_adam() -> None:
    adam = {"optimizer": "adam", "lr": 1e-4, "betas": (0.0, 0.9)}
    assert ENTRIES["wgan-gp"].defaults == {
        "parts": {"penalty": "gp"},
        "generator": adam,
        "critic": adam,
        "game": {"share": False},
        "run": {"batch": 64, "critic_steps": 5},
    }


def test_the_defaults_of_the_parts_are_those_of_their_papers() -> None:
    penalty = {name: option.default for name, option in options_of(ENTRIES["gp"].load()).items()}
    assert penalty == {"weight": 10.0, "at": "interpolates", "one_sided": False, "target": 1.0}
    assert options_of(ENTRIES["clip"].load())["bound"].default == 0.01


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())
