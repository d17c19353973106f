from __future__ import annotations

import subprocess
import sys

from zoo_core import Recipe
from zoo_core.config.options import options_of
from zoo_core.interfaces import Condition, Discriminator, Generator
from zoo_plugin_conditional.plugin import zoo_entries

ENTRIES = {(e.kind, e.name): e for e in zoo_entries() if e.kind != "weights"}
CONDITIONS = {"concat", "projection", "ac", "sgan", "infogan"}


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_conditional.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_entry_loads_what_its_kind_says() -> None:
    assert {name for kind, name in ENTRIES if kind == "condition"} == CONDITIONS
    kinds = {"condition": Condition, "generator": Generator, "discriminator": Discriminator}
    for (kind, _), entry in ENTRIES.items():
        if kind == "recipe":
            assert isinstance(entry.load(), Recipe)
        else:
            assert issubclass(entry.load(), kinds[kind])


def test_the_nets_are_trained_as_in_the_paper() -> None:
    generator, critic = ENTRIES["generator", "infogan"], ENTRIES["discriminator", "infogan"]
    assert generator.defaults == {
        "parts": {"critic": "infogan"},
        "generator": {"optimizer": "adam", "lr": 1e-3, "betas": (0.5, 0.999)},
        "game": {"share": False},
        "run": {"batch": 128, "latent_dim": 62},
    }
    assert critic.defaults == {"critic": {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}}


def test_every_option_says_what_it_means() -> None:
    for (kind, _), entry in ENTRIES.items():
        if kind != "recipe":
            assert all(option.help for option in options_of(entry.load()).values())
