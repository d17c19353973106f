"""Files are sorted and become a bundle; without any plugin."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from safetensors.torch import save_file

from zoo_core import Entry, ImageSpec, Registry, ZooError, load
from zoo_core.interfaces.importers import Imported, Importer, StateDict
from zoo_core.weights.convert.imported import assign_files, import_weights


class ToyImporter(Importer):
    """Read the toy generator's two layers.

    Args:
        scale: times the first weights.
    """

    roles: ClassVar = {"generator": ("net_g*",), "discriminator": ("net_d*",)}

    def __init__(self, *, scale: float = 1.0) -> None:
        self.scale = scale

    def read(self, found):
        state = found["generator"]
        width, latents = state.shape("w", 2)
        pixels = state.shape("pixels", 2)[0]
        tensors = {
            "layers.0.weight": state.take("w", (width, latents)) * self.scale,
            "layers.0.bias": state.take("b", (width,)),
            "layers.1.weight": state.take("pixels", (pixels, width)),
            "layers.1.bias": state.take("c", (pixels,)),
        }
        state.finish()
        side = int(pixels**0.5)
        return Imported(
            parts={
                "game": "gan-zoo/adversarial",
                "generator": "toys/toy",
                "critic": "toys/toy",
                "loss": "gan-zoo/non-saturating",
                "sampler": "gan-zoo/normal",
                "data": "gan-zoo/folder",
            },
            options={"run": {"latent_dim": latents}, "data": {"path": "unknown"}},
            images={"images": ImageSpec(1, side, side)},
            nets={"generator": tensors},
            remarks=("a toy",),
        )


def toy_registry(registry: Registry) -> Registry:
    entry = Entry("importer", "toy", f"{__name__}:ToyImporter", "A toy.")
    registry.add(entry, source="toys")
    return registry


def weights() -> dict[str, torch.Tensor]:
    pixels = torch.ones(64, 4), torch.zeros(64)
    return {"w": torch.ones(4, 3), "b": torch.zeros(4), "pixels": pixels[0], "c": pixels[1]}


def written(value, tmp_path: Path, **more) -> Path:
    path = tmp_path / "net_g.pth"
    torch.save(value, path, **more)
    return path


def test_files_get_their_roles_by_name_or_by_word() -> None:
    toy = ToyImporter()
    named = assign_files(toy, ["x/Net_D_7.pth", "net_g.pth"], "toy")
    assert named == {"generator": Path("net_g.pth"), "discriminator": Path("x/Net_D_7.pth")}
    assert assign_files(toy, ["any.pth"], "toy") == {"generator": Path("any.pth")}
    said = assign_files(toy, ["discriminator=b.pth", "generator=a.pth"], "toy")
    assert said == {"generator": Path("a.pth"), "discriminator": Path("b.pth")}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["a.pth", "net_g.pth"], "the name of 'a.pth' does not tell which net of 'toy' it is"),
        (["net_g1.pth", "net_g2.pth"], "'net_g1.pth' and 'net_g2.pth' are both the generator"),
        (["critic=a.pth"], "no net 'critic' in this format"),
        (["net_d.pth"], "no file is the generator, which 'toy' needs"),
    ],
)
def test_files_without_a_role_are_refused(files: list[str], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        assign_files(ToyImporter(), files, "toy")


def test_a_plugin_brings_a_format(registry: Registry, tmp_path: Path) -> None:
    known = toy_registry(registry)
    file = written(weights(), tmp_path)
    done = import_weights(
        "toy",
        [file],
        to=tmp_path / "out",
        options={"importer": {"scale": "0.5"}, "run": {"seed": 3}},
        registry=known,
    )
    assert done.remarks == ("a toy",)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert done.bundle.config.origin == {
        "format": "toys/toy",
        "generator": f"net_g.pth (sha256 {sha256})",
    }
    assert done.bundle.step is None
    model = load(tmp_path / "out", device="cpu", registry=known)
    assert torch.equal(model.generator.state_dict()["layers.0.weight"], torch.full((4, 3), 0.5))
    assert model.composition.run.seed == 3


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"size": (8, 8)}, "importer 'toy' takes no size: the tensors tell it"),
        ({"options": {"importer": {"sale": 1}}}, "importer 'toy' has no option 'sale'"),
        (
            {"options": {"run": {"latent_dim": 4}}},
            r"generator has the shape \(4, 4\), but the imp",
        ),
        ({"options": {"run": {"latents": 4}}}, "has no option 'latents'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    more, message: str, registry: Registry, tmp_path: Path
) -> None:
    file = written(weights(), tmp_path)
    with pytest.raises(ZooError, match=message):
        import_weights("toy", [file], to=tmp_path / "out", registry=toy_registry(registry), **more)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"inputs": torch.ones(2, 3)}, "has no tensors 'inputs' and 'outputs'"),
        ({"inputs": torch.ones(2, 4), "outputs": torch.ones(2, 1, 8, 8)}, "cannot take the inputs"),
        ({"inputs": torch.ones(2, 3), "outputs": torch.ones(1, 1, 8, 8)}, "has outputs of"),
        (
            {"inputs": torch.ones(1, 3), "outputs": torch.full((1, 1, 8, 8), float("nan"))},
            "differs from the reference by up to nan",
        ),
    ],
)
def test_a_reference_that_does_not_fit_is_refused(
    tensors, message: str, registry: Registry, tmp_path: Path
) -> None:
    save_file(tensors, tmp_path / "r.safetensors")
    given = {"reference": tmp_path / "r.safetensors", "registry": toy_registry(registry)}
    with pytest.raises(ZooError, match=message):
        import_weights("toy", [written(weights(), tmp_path)], to=tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_what_is_left_over_is_named() -> None:
    state = StateDict({"a": torch.ones(1), "b": torch.ones(1)}, file="x.pth")
    assert state.drop("a")
    assert not state.drop("a")
    with pytest.raises(
        ZooError, match=r"'x\.pth' does not fit the format: tensor 'b' has no place"
    ):
        state.finish()


FILE = """
from zoo_core import Entry, hookimpl


@hookimpl
def zoo_entries():
    target = "zoo_core.builtin.samplers:Normal"
    return [Entry(kind="sampler", name="mine", target=target, summary="Mine.")]
"""


def test_a_part_of_a_plugin_file_does_not_travel(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "sampler_of_mine.py").write_text(FILE)
    known = toy_registry(registry)
    known.add_file(tmp_path / "sampler_of_mine.py")
    given = {"to": tmp_path / "out", "registry": known}
    file = written(weights(), tmp_path)
    assert import_weights("toy", [file], **given).bundle.composition.plugins == ()
    known.add(Entry("importer", "file", f"{__name__}:FileImporter", "A toy."), source="toys")
    with pytest.raises(ZooError, match="sampler 'mine' comes from the plugin file 'sampler-of-mi"):
        import_weights("file", [file], **given)


class FileImporter(ToyImporter):
    def read(self, found):
        read = super().read(found)
        return replace(read, parts={**read.parts, "sampler": "sampler-of-mine/mine"})
