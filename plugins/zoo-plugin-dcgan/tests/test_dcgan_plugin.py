from __future__ import annotations

import subprocess
import sys

import pytest
from torch import nn

from zoo_core import compose
from zoo_core.config.options import options_of
from zoo_core.interfaces import Discriminator, Generator
from zoo_plugin_dcgan.plugin import zoo_entries

ENTRIES = {entry.kind: entry for entry in zoo_entries() if entry.name == "dcgan"}
VARIANTS = {entry.name: entry for entry in zoo_entries() if entry.name.startswith("dcgan-")}
VARIANTS.pop("dcgan-digits")


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
        "game": {"share": True},
        "run": {"batch": 128, "latent_dim": 100},
    }
    assert ENTRIES["discriminator"].defaults == {"critic": adam}


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())


@pytest.mark.parametrize(
    ("name", "upsample", "paper"),
    [
        ("dcgan-resize", "nearest", "doi:10.23915/distill.00003"),
        ("dcgan-subpixel", "pixel-shuffle", "arXiv:1609.05158"),
    ],
)
def test_a_variant_is_the_same_class_with_another_doubling(
    name: str, upsample: str, paper: str
) -> None:
    variant, plain = VARIANTS[name], ENTRIES["generator"]
    assert variant.target == plain.target
    assert variant.paper == paper
    assert variant.defaults == {
        **plain.defaults,
        "generator": {**plain.defaults["generator"], "upsample": upsample},
    }


@pytest.mark.parametrize(
    ("name", "layer"), [("resize", nn.Upsample), ("subpixel", nn.PixelShuffle)]
)
def test_a_variant_is_built_with_its_doubling(name: str, layer: type[nn.Module]) -> None:
    composed = compose({"generator": f"dcgan-{name}"}, {"generator": {"width": 2}}, recipe="none")
    doublings = composed.task.image.height.bit_length() - 3
    layers = list(composed.build().nets()["generator"].modules())
    assert sum(isinstance(each, layer) for each in layers) == doublings
    assert not any(isinstance(each, nn.ConvTranspose2d) for each in layers[4:])


def test_what_a_user_says_of_a_variant_is_stronger_than_its_name() -> None:
    parts = {"generator": "dcgan-resize"}
    composed = compose(parts, {"generator": {"upsample": "bilinear"}}, recipe="none")
    setting = composed.settings["generator"].values["upsample"]
    assert (setting.value, setting.source) == ("bilinear", "user")
    assert setting.overrode[0] == ("generator dcgan-resize", "nearest")
