from __future__ import annotations

import subprocess
import sys

from zoo_core.interfaces import Discriminator, Generator
from zoo_core.options import options_of
from zoo_plugin_dcgan.plugin import zoo_entries

ENTRIES = {entry.kind: entry for entry in zoo_entries() if entry.name == "dcgan"}


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_dcgan.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_entry_loads_what_its_kind_says() -> None:
    assert issubclass(ENTRIES["generator"].load(), Generator)
    assert issubclass(ENTRIES["discriminator"].load(), Discriminator)


def test_the_defaults_are_those_of_the_paper() -> None:
    adam = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}
    assert ENTRIES["generator"].defaults == {
        "parts": {"critic": "dcgan"},
        "generator": adam,
        "run": {"batch": 128, "latent_dim": 100},
    }
    assert ENTRIES["discriminator"].defaults == {"critic": adam}


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())
