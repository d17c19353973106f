"""What a stranger could put into a bundle is refused in two lines, before memory is taken."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Between, Entry, ImageSpec, Registry, ZooError, load
from zoo_core.digests import sha256_of
from zoo_core.interfaces import Generator
from zoo_core.weights.bundle.bundle import read_bundle, unlisted
from zoo_core.weights.bundle.untrusted import LARGEST, digest_of
from zoo_core.weights.publication.writer import write_bundle

Changed = Callable[..., Path]

MOST_MEGABYTES = 300
"""By which a refusal may raise the highest memory of the process."""


class DeepGenerator(Generator):
    """Stack layers.

    Args:
        depth: how many; its author set no bounds.
        width: of each.
        sizes: of more.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        latent_dim: int,
        depth: int = 1,
        width: Annotated[int, Between(1, 100_000)] = 4,
        sizes: tuple[int, ...] = (),
    ) -> None:
        super().__init__()
        self.shape = image.shape
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.more = nn.ModuleList(nn.Linear(size, 1) for size in sizes)
        self.first, self.last = nn.Linear(latent_dim, width), nn.Linear(width, image.numel)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        pixels: Tensor = self.last(self.first(latents)).tanh()
        return pixels.reshape(-1, *self.shape)


@pytest.fixture(scope="module")
def deep(registry: Registry) -> Registry:
    """Return the registry with a generator whose author set no bounds."""
    found = Registry(strict=True)
    for item in registry.entries():
        found.add(item.entry, source=item.source)
    found.add(Entry("generator", "deep", f"{__name__}:DeepGenerator", "Deep."), source="toys")
    return found


def refusal(folder: Path, registry: Registry) -> ZooError:
    """Return why a bundle is refused: in two lines of plain text, quickly, without memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    with pytest.raises(ZooError) as caught:
        load(folder, registry=registry, device="cpu")
    assert time.process_time() - began < 5
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert taken < MOST_MEGABYTES, f"{taken:.0f} MB"
    lines = str(caught.value).split("\n")
    assert len(lines) == 2, lines
    assert all(line.isprintable() for line in lines)
    assert caught.value.hint
    return caught.value


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return what puts a value into a configuration."""

    def change(config: dict[str, Any]) -> None:
        place: Any = config
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


def test_a_changed_configuration_is_found_by_its_digest(bundle: Path, registry: Registry) -> None:
    file = bundle / "config.json"
    file.write_text(file.read_text().replace('"latent_dim": 6', '"latent_dim": 7'))
    assert "has been changed: its digest differs" in refusal(bundle, registry).message


def test_formatting_of_the_configuration_may_change(bundle: Path, registry: Registry) -> None:
    file = bundle / "config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps(dict(reversed(config.items()))))
    load(bundle, registry=registry)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("kind",), "gan-zoo-weights-2", "is of another kind"),
        (("weights",), "best", "has weights that are 'best'"),
        (("dtype",), "float8", "has the dtype 'float8'"),
        (("step",), -1, "has a step that no run gets to"),
        (("step",), "3", "has a 'step' of another type"),
        (("step",), True, "has a 'step' of another type"),
        (("scores",), [1], "has scores that are no records"),
        (("distributions",), {"a": 1}, "no versions by name"),
        (("training",), [], "has a 'training' of another type"),
        (("more",), 1, "has the unknown key 'more'"),
        (("composition", "plugins"), ["evil.py"], "ask for plugin files, which would execute"),
        (("composition", "parts"), [], "parts or options that are no objects"),
        (("composition", "parts", "penalty"), ["gp"] * 10_000, "more parts or options"),
        (("composition", "format"), 2, "the configuration has the format 2"),
        (("composition", "more"), 2, "unknown key 'more'"),
        (("composition", "parts", "odd"), "x", "the unknown role 'odd'"),
        (("composition", "parts", "game"), 5, "part for 'game' is no name"),
        (("composition", "options", "generator"), 5, "'generator' are no object"),
        (("composition", "task"), {"images": {}}, "'task' has another form"),
        (("composition", "task", "images", "images"), [1, 10**9, 8], "out of range"),
        (
            ("composition", "task", "images", "images"),
            [64, 4096, 4096],
            "images of 64x4096x4096",
        ),
        (("composition", "options", "run", "batch"), 10**9, "cannot take 1000000000 for 'batch'"),
        (("composition", "options", "run", "latent_dim"), "six", "cannot take 'six'"),
        (("composition", "options", "run", "oddity"), 1, "no option 'oddity'"),
        (("composition", "options", "run", "latent_dim"), 7, "has the shape (8, 6) instead of"),
        (("composition", "options", "run", "latent_dim"), [[1]], "cannot take [[1]]"),
        (("sha256", "other.txt"), "0" * 64, "checksums of other files"),
        (("sha256", "generator.safetensors"), "0" * 64, "does not have the checksum"),
        (("sha256", "generator.safetensors"), "short", "a checksum that is none"),
        (("sha256",), {}, "checksums of other files"),
        (("components",), {}, "has no components"),
        (("state",), ["x.json"], "checksums of other files"),
    ],
)
def test_a_wrong_configuration_is_refused(
    changed: Changed, registry: Registry, path: tuple[str, ...], value: Any, message: str
) -> None:
    assert message in refusal(changed(put(*path, value=value)), registry).message


@pytest.mark.parametrize("key", ["components", "composition", "sha256", "digest", "kind"])
def test_a_missing_key_is_refused(bundle: Path, registry: Registry, key: str) -> None:
    file = bundle / "config.json"
    config = json.loads(file.read_text())
    del config[key]
    if key != "digest":
        config["digest"] = digest_of(config)
    file.write_text(json.dumps(config))
    refusal(bundle, registry)


@pytest.mark.parametrize(
    "name",
    [
        "../generator.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "a\\b.safetensors",
        "..",
        ".hidden.safetensors",
        "C:generator.safetensors",
        "generator.bin",
        "generator.safetensors\x00",
        "générateur.safetensors",
        "x" * 300 + ".safetensors",
        "generator.safetensors/",
        "",
        5,
    ],
)
def test_a_path_is_no_file_name(changed: Changed, registry: Registry, name: object) -> None:
    def change(config: dict[str, Any]) -> None:
        config["components"]["generator"] = name

    refusal(changed(change), registry)


@pytest.mark.parametrize("net", ["../x", "Generator", "a b", "", "a/b", "__init__", "a" * 200])
def test_a_component_has_a_plain_name(changed: Changed, registry: Registry, net: str) -> None:
    def change(config: dict[str, Any]) -> None:
        config["components"] = {net: "generator.safetensors"}

    assert "a component named" in refusal(changed(change), registry).message


def test_other_nets_than_the_composition_has_are_refused(
    changed: Changed, registry: Registry
) -> None:
    def change(config: dict[str, Any]) -> None:
        config["components"] = {"painter": "generator.safetensors"}

    message = refusal(changed(change), registry).message
    assert "ships painter, and its composition needs generator" in message


def test_a_file_is_named_once(changed: Changed, registry: Registry) -> None:
    def change(config: dict[str, Any]) -> None:
        config["components"]["sampler"] = "generator.safetensors"

    assert "names a file twice" in refusal(changed(change), registry).message


def test_a_link_out_of_the_folder_is_not_followed(
    bundle: Path, tmp_path: Path, registry: Registry
) -> None:
    file = bundle / "generator.safetensors"
    outside = file.rename(tmp_path / "outside.safetensors")
    file.symlink_to(outside)
    assert "is a link to another place" in refusal(bundle, registry).message


def test_a_configuration_that_is_a_link_is_not_followed(
    bundle: Path, tmp_path: Path, registry: Registry
) -> None:
    file = bundle / "config.json"
    outside = file.rename(tmp_path / "outside.json")
    file.symlink_to(outside)
    assert "is a link to another place" in refusal(bundle, registry).message


def test_the_links_of_the_clients_cache_are_followed(
    bundle: Path, tmp_path: Path, registry: Registry
) -> None:
    cache = tmp_path / "models--a--b"
    (cache / "blobs").mkdir(parents=True)
    (cache / "snapshots").mkdir()
    snapshot = bundle.rename(cache / "snapshots" / "0123")
    for file in list(snapshot.iterdir()):
        file.rename(cache / "blobs" / file.name)
        file.symlink_to(Path("../../blobs") / file.name)
    load(snapshot, registry=registry)
    (snapshot / "generator.safetensors").unlink()
    (snapshot / "generator.safetensors").symlink_to(cache / "refs")
    (cache / "refs").write_bytes(b"x")
    assert "is a link to another place" in refusal(snapshot, registry).message


def test_what_is_no_file_is_not_opened(bundle: Path, registry: Registry) -> None:
    file = bundle / "generator.safetensors"
    file.unlink()
    os.mkfifo(file)
    assert "is no file" in refusal(bundle, registry).message
    file.unlink()
    assert "has no file 'generator.safetensors'" in refusal(bundle, registry).message


@pytest.mark.parametrize("name", ["evil.py", "pytorch_model.bin", "more.safetensors", "state"])
def test_a_file_that_is_not_listed_is_refused(bundle: Path, registry: Registry, name: str) -> None:
    (bundle / name).write_bytes(b"")
    assert f"holds {name!r}, which its config.json does not list" in (
        refusal(bundle, registry).message
    )


def test_texts_pictures_and_hidden_files_may_lie_there(bundle: Path, registry: Registry) -> None:
    for name in ("notes.md", "LICENSE", ".gitattributes", "curve.png"):
        (bundle / name).write_bytes(b"")
    load(bundle, registry=registry)
    config = read_bundle(bundle).config
    assert unlisted(["README.md", "a/b.md", "x.py", "config.json"], config) == ["a/b.md", "x.py"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u001b[2J"}',
        b'{"a": "two\\nlines"}',
        b'{"a": "\\u202e"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'{"a": "' + b"x" * 5000 + b'"}',
        b" " * (LARGEST + 1),
    ],
)
def test_what_is_no_plain_json_is_refused(bundle: Path, text: bytes) -> None:
    (bundle / "config.json").write_bytes(text)
    with pytest.raises(ZooError) as caught:
        read_bundle(bundle)
    assert len(str(caught.value).split("\n")) == 2


def test_a_state_that_asks_for_plugin_files_is_refused(
    run: Path, tmp_path: Path, registry: Registry
) -> None:
    folder = write_bundle(run, tmp_path / "b", with_state=True, registry=registry).directory
    state = folder / "state" / "config.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "plugins": ["state/state.json"]}))
    config = json.loads((folder / "config.json").read_text())
    config["sha256"]["state/config.json"] = sha256_of(state)
    config["digest"] = digest_of(config)
    (folder / "config.json").write_text(json.dumps(config))
    assert "ask for plugin files" in refusal(folder, registry).message


def test_a_missing_plugin_of_ours_is_said_with_its_line(
    changed: Changed, registry: Registry
) -> None:
    folder = changed(put("composition", "parts", "generator", value="zoo-plugin-dcgan/dcgan"))
    error = refusal(folder, registry)
    assert "needs the generator 'zoo-plugin-dcgan/dcgan'" in error.message
    assert error.hint == "`pip install zoo-plugin-dcgan`"


def test_a_strangers_plugin_is_said_to_be_one(changed: Changed, registry: Registry) -> None:
    folder = changed(put("composition", "parts", "generator", value="zoo-plugin-evil/gan"))
    error = refusal(folder, registry)
    assert error.hint == (
        "'zoo-plugin-evil' is no plugin of ours: a plugin is code, so read it before you "
        "`pip install zoo-plugin-evil`"
    )


def test_a_part_that_this_core_does_not_have_yet_asks_for_a_newer_one(
    changed: Changed, registry: Registry
) -> None:
    folder = changed(put("composition", "parts", "sampler", value="gan-zoo/sobol"))
    assert refusal(folder, registry).hint == "`pip install --upgrade gan-zoo`"


def test_parts_that_only_training_needs_may_be_missing(
    changed: Changed, whole: Path, registry: Registry
) -> None:
    expected = load(whole, registry=registry, device="cpu").sample(4)

    def change(config: dict[str, Any]) -> None:
        parts, options = config["composition"]["parts"], config["composition"]["options"]
        parts["critic"] = "zoo-plugin-other/critic"
        parts["loss"] = "zoo-plugin-wgan/wgan-gp"
        parts["penalty"] = ["zoo-plugin-wgan/gp"]
        parts["data"] = "zoo-plugin-other/photos"
        parts["metric"] = ["zoo-plugin-other/fid"]
        options["penalty.gp"] = {"weight": 10.0}
        options["data"] = {"odd": 1}
        options["critic"]["spread"] = 3

    assert torch.equal(load(changed(change), registry=registry, device="cpu").sample(4), expected)


def deepened(**options: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        config["composition"]["parts"]["generator"] = "toys/deep"
        config["composition"]["options"]["generator"].update(options)

    return change


@pytest.mark.parametrize("depth", [10**8, 10**8 * 1.0, "100000000", 10**17])
def test_an_absurd_depth_is_refused_before_a_module_is_built(
    changed: Changed, deep: Registry, depth: object
) -> None:
    error = refusal(changed(deepened(depth=depth)), deep)
    assert "'depth' of more than 65,536" in error.message


def test_nets_that_raise_while_they_are_built_are_refused(changed: Changed, deep: Registry) -> None:
    error = refusal(changed(deepened(sizes=[-5])), deep)
    assert "these weights are of nets that cannot be built: RuntimeError: " in error.message


def test_many_modules_are_refused_while_they_are_built(changed: Changed, deep: Registry) -> None:
    assert "more than 4,000 tensors" in refusal(changed(deepened(depth=60_000)), deep).message


def test_large_modules_are_refused_without_memory(changed: Changed, deep: Registry) -> None:
    error = refusal(changed(deepened(depth=10, width=100_000)), deep)
    assert "more than 2,147,483,648 values" in error.message


def test_nets_that_their_file_does_not_hold_are_refused_without_memory(
    changed: Changed, deep: Registry
) -> None:
    error = refusal(changed(deepened(width=40_000)), deep)
    assert "does not fit its composition" in error.message


def test_long_lists_and_numbers_in_them_are_refused(changed: Changed, deep: Registry) -> None:
    assert "'sizes'" in refusal(changed(deepened(sizes=[10**9])), deep).message


def test_what_was_loaded_leaves_no_limits_behind(whole: Path, registry: Registry) -> None:
    load(whole, registry=registry)
    many = nn.ModuleList(nn.Linear(1, 1, device="meta") for _ in range(2_001))
    assert len(list(many.parameters())) == 4_002
