from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

PLUGIN = """
from zoo_core import Entry, ImageSpec, hookimpl
from zoo_core.interfaces.importers import Imported, Importer


class Plain(Importer):
    \"\"\"Read the two layers of a vanilla generator of 8x8 pixels.\"\"\"

    roles = {"generator": ("net_g*",)}

    def read(self, found):
        state = found["generator"]
        tensors = {name: state.take(name, state.shape(name, len(shape))) for name, shape in NAMES}
        state.finish()
        return Imported(
            parts={
                "game": "gan-zoo/adversarial",
                "generator": "zoo-plugin-vanilla/vanilla",
                "critic": "zoo-plugin-vanilla/vanilla",
                "loss": "gan-zoo/non-saturating",
                "sampler": "gan-zoo/normal",
                "data": "gan-zoo/folder",
            },
            options={"run": {"latent_dim": LATENTS, "size": "8"}, "data": {"path": "unknown"}},
            images={"images": ImageSpec(1, 8, 8)},
            nets={"generator": tensors},
            remarks=("a plain one",),
        )


@hookimpl
def zoo_entries():
    target = "importing_parts:Plain"
    return [Entry(kind="importer", name="plain", target=target, summary="Two layers.")]
"""


@pytest.fixture
def files(trained: Path, home: Path) -> tuple[str, ...]:
    """Return the arguments that import the weights of a trained run again, by a plugin file."""
    from zoo_core import load

    model = load(trained, device="cpu")
    tensors = dict(model.generator.state_dict())
    names = [(name, tuple(tensor.shape)) for name, tensor in tensors.items()]
    latents = model.composition.task.latent_dim
    code = f"NAMES = {names!r}\nLATENTS = {latents}\n{PLUGIN}"
    (home / "importing_parts.py").write_text(code)
    torch.save(tensors, home / "net_g.pth")
    return ("plain", "net_g.pth", "--plugin", "importing_parts.py")


def test_imported_weights_draw_what_they_drew_elsewhere(zoo, files, trained: Path, home: Path):
    result = zoo("import", *files, "--to", "weights")
    assert result.exit_code == 0
    assert result.stdout == "weights\n"
    assert result.stderr == "a plain one\nnext: `zoo sample weights`\n"
    zoo("sample", trained, "--count", "4", "--out", "a.png")
    assert zoo("sample", "weights", "--count", "4", "--out", "b.png").exit_code == 0
    assert (home / "a.png").read_bytes() == (home / "b.png").read_bytes()


def test_what_was_imported_can_be_read_as_json(zoo, files):
    found = json.loads(zoo("import", *files, "--json").stdout)
    assert found["folder"] == "plain"
    assert found["files"] == {"generator": "net_g.pth"}
    assert found["components"] == {"generator": "generator.safetensors"}


def test_a_file_that_is_no_state_dict_is_an_error_of_two_lines(zoo, files, home: Path):
    torch.save(torch.nn.Linear(1, 1), home / "net_g.pth")
    result = zoo("import", *files)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: 'net_g.pth' is no plain state dict: ")
    assert len(result.stderr.splitlines()) == 2
    assert not (home / "plain").exists()


def test_an_unknown_format_is_an_error_with_the_nearest(zoo, files):
    result = zoo("import", "plane", *files[1:])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: no importer named 'plane'\nHint: did you mean 'plain'?")


def test_formats_are_listed_and_described(zoo, files):
    assert "Two layers." in zoo("list", "importer", *files[2:]).stdout
    assert "importer dcgan-examples" in zoo("info", "dcgan-examples").stdout
