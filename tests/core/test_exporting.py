"""Exported nets are run and compared; without any plugin."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from zoo_core import Entry, Registry, ZooError, compose
from zoo_core.interfaces import Condition, Draws, Generator
from zoo_core.weights.convert.exported import export
from zoo_core.weights.pretrained import Origin, Pretrained

NEEDS_ONNX = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxruntime", "onnxscript")),
    reason="ONNX is not installed",
)


class Labelled(Generator):
    """Give every class an offset of its own."""

    conditional = True

    def __init__(self, *, latent_dim: int, classes: int) -> None:
        super().__init__()
        self.table, self.layer = nn.Embedding(classes, 64), nn.Linear(latent_dim, 64)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return (self.layer(latents) + self.table(labels)).tanh().view(-1, 1, 8, 8)


class Forgetful(Generator):
    """Make other images in every pass: a tracer sees one of them only."""

    def __init__(self, *, latent_dim: int) -> None:
        super().__init__()
        self.layer, self.passes = nn.Linear(latent_dim, 64), 0

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        self.passes += 1
        return (self.layer(latents) / self.passes).tanh().view(-1, 1, 8, 8)


class Choosing(Forgetful):
    """Do what the values say, which no tracer can follow."""

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        if not latents.is_meta and float(latents.sum()) > 1e9:
            latents = -latents
        return self.layer(latents).tanh().view(-1, 1, 8, 8)


class Coded(Condition):
    """Add codes that are drawn at random."""

    def latent_dim(self, count: int) -> int:
        return count + 2

    def latents(self, latents: Tensor, labels: Tensor | None, rng: Draws) -> Tensor:
        return torch.cat([latents, rng.normal(len(latents), 2)], 1)


@pytest.fixture
def made(registry: Registry):
    """Return what builds a model of the toys, with weights that show."""
    for kind, target in (
        ("generator", "Labelled"),
        ("generator", "Forgetful"),
        ("generator", "Choosing"),
        ("condition", "Coded"),
    ):
        entry = Entry(kind, f"my-{target.lower()}", f"{__name__}:{target}", "More.")
        registry.add(entry, source="more")

    def build(generator: str = "toy", condition: str = "none", **run: Any) -> Pretrained:
        parts = {"generator": generator, "critic": "toy", "loss": "toy", "condition": condition}
        options = {"run": {"size": "8", "latent_dim": 3, **run}}
        composition = compose(parts, options, registry=registry, recipe="none")
        game = composition.build()
        return Pretrained(composition, game, torch.device("cpu"))

    return build


def test_a_program_takes_any_number_of_images(made, tmp_path: Path) -> None:
    model = made()
    done = export(model, tmp_path / "toy.pt2", format="torch-export")
    assert done.batches == (2, 1, 5)
    assert done.largest < 1e-6
    assert done.inputs == {"latents": (3,)}
    latents = torch.randn(7, 3)
    found = torch.export.load(tmp_path / "toy.pt2").module()(latents)
    torch.testing.assert_close(found, model.generator.eval()(latents))
    assert [path.name for path in tmp_path.iterdir()] == ["toy.pt2"]


@NEEDS_ONNX
def test_labels_are_inputs_of_an_onnx_file(made, tmp_path: Path) -> None:
    import onnxruntime

    model = made("my-labelled")
    done = export(model, tmp_path / "toy.onnx", format="onnx")
    assert done.inputs == {"latents": (3,), "labels": ()}
    session = onnxruntime.InferenceSession(tmp_path / "toy.onnx")
    latents, labels = torch.randn(4, 3), torch.tensor([3, 3, 0, 9])
    found = session.run(["images"], {"latents": latents.numpy(), "labels": labels.numpy()})[0]
    expected = model.generator.eval()(latents, labels)
    torch.testing.assert_close(torch.from_numpy(found), expected, atol=1e-5, rtol=0)


@NEEDS_ONNX
def test_an_onnx_file_names_its_free_axis_and_says_what_it_is(
    made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import onnxruntime

    model = made("my-labelled")
    model.origin = Origin(source="ada/labelled@v1", licence="cc0-1.0")
    export(model, tmp_path / "toy.onnx", format="onnx")
    assert capsys.readouterr().out == ""
    session = onnxruntime.InferenceSession(tmp_path / "toy.onnx")
    shapes = {each.name: each.shape for each in (*session.get_inputs(), *session.get_outputs())}
    assert shapes == {
        "latents": ["batch", 3],
        "labels": ["batch"],
        "images": ["batch", 1, 8, 8],
    }
    facts = session.get_modelmeta().custom_metadata_map
    assert facts["source"] == "ada/labelled@v1"
    assert json.loads(facts["classes"]) == list(model.classes)
    assert (facts["range"], facts["licence"]) == ("-1 to 1", "cc0-1.0")
    # where a run lies stays here
    model.origin = Origin(source=str(tmp_path))
    export(model, tmp_path / "toy.onnx", format="onnx")
    assert str(tmp_path.parent).encode() not in (tmp_path / "toy.onnx").read_bytes()


def test_safetensors_hold_the_weights_and_what_they_are_of(made, tmp_path: Path) -> None:
    model = made()
    done = export(model, tmp_path / "toy.safetensors", format="safetensors")
    assert done.largest == 0
    with safe_open(tmp_path / "toy.safetensors", "pt") as file:
        assert set(file.keys()) == set(model.generator.state_dict())
        composition = json.loads(file.metadata()["gan-zoo"])
    assert composition["parts"]["generator"] == "toys/toy"


def test_codes_that_are_drawn_become_inputs(made, tmp_path: Path) -> None:
    done = export(made(condition="my-coded"), tmp_path / "toy.safetensors", format="safetensors")
    assert done.inputs == {"latents": (5,)}
    assert done.remarks == (
        "condition 'my-coded' draws codes at random, so the exported latents are the generator's 5 "
        "inputs: 3 from sampler 'normal', then the codes",
    )


def test_an_export_that_differs_is_refused_and_what_was_there_stays(made, tmp_path: Path) -> None:
    path = tmp_path / "toy.pt2"
    path.write_bytes(b"what was there")
    with pytest.raises(ZooError, match="the torch-export file differs from the model by up to"):
        export(made("my-forgetful"), path, format="torch-export")
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_a_net_that_cannot_be_traced_is_refused(made, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="this net cannot be traced: ") as caught:
        export(made("my-choosing"), tmp_path / "toy.pt2", format="torch-export")
    assert caught.value.hint == "`format='safetensors'` writes the weights of any net"
    assert not list(tmp_path.iterdir())


def test_what_onnx_needs_is_named(made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if "onnx" in name else found(name)
    )
    with pytest.raises(
        ZooError, match="the format onnx needs onnx, onnxruntime, onnxscript, w"
    ) as e:
        export(made(), tmp_path / "toy.onnx", format="onnx")
    assert e.value.hint == "`pip install gan-zoo[onnx]`"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "form", "direction", "message"),
    [
        ("toy.bin", "onnx", "", "does not end as onnx files do"),
        ("toy.onnx", "onxx", "", "no format 'onxx' to export to"),
        ("toy.onnx", "onnx", "ab", "draws images from latents and translates none"),
    ],
)
def test_what_makes_no_sense_is_refused(
    name: str, form: Any, direction: str, message: str, made, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match=message):
        export(made(), tmp_path / name, format=form, direction=direction)
    assert not list(tmp_path.iterdir())
