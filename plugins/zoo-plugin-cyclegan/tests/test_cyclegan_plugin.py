from __future__ import annotations

import subprocess
import sys

from zoo_core.config.options import options_of
from zoo_core.interfaces import Discriminator, Game, Generator, Importer
from zoo_plugin_cyclegan.plugin import zoo_entries

ENTRIES = {(e.kind, e.name): e for e in zoo_entries() if e.kind != "weights"}
ADAM = {"optimizer": "adam", "lr": 2e-4, "betas": (0.5, 0.999)}


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_cyclegan.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_entry_loads_what_its_kind_says() -> None:
    kinds = {
        "generator": Generator,
        "discriminator": Discriminator,
        "game": Game,
        "importer": Importer,
    }
    for (kind, _), entry in ENTRIES.items():
        assert issubclass(entry.load(), kinds[kind])


def test_the_generators_name_their_critic_and_game() -> None:
    jitter = {"jitter": 286 / 256, "mirror": True}
    assert ENTRIES["generator", "cyclegan"].defaults == {
        "parts": {"critic": "patchgan", "game": "cycle"},
        "data": jitter,
    }
    assert ENTRIES["generator", "pix2pix"].defaults == {
        "parts": {"critic": "patchgan", "game": "paired"},
        "critic": {"norm": "batch"},
        "data": jitter,
    }


def test_the_games_bring_the_loss_and_the_optimisers_of_their_papers() -> None:
    falling = {**ADAM, "schedule": "linear", "decay_from": 0.5}
    assert ENTRIES["game", "cycle"].defaults == {
        "parts": {"loss": "lsgan"},
        "loss": {"generator_weight": 1.0},
        "generator": falling,
        "critic": falling,
        "run": {"batch": 1},
    }
    assert ENTRIES["game", "paired"].defaults == {
        "parts": {"loss": "non-saturating"},
        "generator": falling,
        "critic": falling,
        "run": {"batch": 1},
    }


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())
