"""`zoo pack`, and drawing where parts that only training used, or their file, are elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zoo_core.digests import sha256_of

LOSS = """
from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Loss, Terms


class Squared(Loss):
    def critic(self, real, fake):
        return Terms({"squared": (real.logits - 1).square().mean() + fake.logits.square().mean()})

    def generator(self, fake, real=None):
        return Terms({"squared": (fake.logits - 1).square().mean()})


@hookimpl
def zoo_entries():
    return [Entry(kind="loss", name="squared", target="my_loss:Squared", summary="Squares.")]
"""

NETS = """
from torch import nn
from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Generator


class Linear(Generator):
    def __init__(self, *, image, latent_dim: int):
        super().__init__()
        self.shape, self.layer = image.shape, nn.Linear(latent_dim, image.numel)

    def forward(self, latents, labels=None):
        return self.layer(latents).tanh().view(-1, *self.shape)


@hookimpl
def zoo_entries():
    parts = {"parts": {"critic": "vanilla"}}
    return [Entry(kind="generator", name="linear", target="my_nets:Linear", summary="L.",
                  defaults=parts)]
"""

TINY = ("--data", "digits", "--size", "8", "--steps", "1", "--batch", "8", "--run", "run")


def test_a_packed_run_draws_what_the_run_draws(zoo, trained, home):
    result = zoo("pack", trained, "mine", "--licence", "cc0-1.0")
    assert (result.exit_code, result.stdout) == (0, "mine\n")
    for source, name in ((trained, "a.png"), ("mine", "b.png")):
        assert zoo("sample", source, "--count", "4", "--out", name).exit_code == 0
    assert sha256_of(Path("a.png")) == sha256_of(Path("b.png"))
    assert json.loads(Path("mine/config.json").read_text())["licence"] == "cc0-1.0"
    assert "cc0-1.0" in Path("mine/README.md").read_text()


def test_a_pack_is_what_a_push_would_upload(zoo, trained, home):
    flags = ("--with-critic", "--dtype", "float16")
    packed = json.loads(zoo("pack", trained, "digits", *flags, "--json").stdout)
    pushed = json.loads(zoo("push", trained, "ada/digits", *flags, "--dry-run", "--json").stdout)
    assert packed["folder"] == "digits"
    assert packed["files"].keys() == pushed["files"].keys()
    same = {name for name in packed["files"] if name != "README.md"}
    assert {n: packed["files"][n] for n in same} == {n: pushed["files"][n] for n in same}


def test_a_folder_of_something_else_is_not_packed_into(zoo, trained, home):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("mine")
    result = zoo("pack", trained, "mine")
    assert result.exit_code == 1
    assert "'mine' is not empty" in result.stderr
    assert [file.name for file in Path("mine").iterdir()] == ["thesis.txt"]


def forgotten(name: str) -> None:
    """Let a plugin's module be imported anew, as another process would."""
    import sys

    sys.modules.pop(name, None)


def test_a_run_draws_without_the_loss_that_it_was_trained_with(zoo, home):
    Path("my_loss.py").write_text(LOSS)
    flags = ("--gen", "vanilla", "--loss", "squared", "--plugin", "my_loss.py")
    assert zoo("train", *flags, *TINY).exit_code == 0
    assert zoo("sample", "run", "--out", "with.png").exit_code == 0
    forgotten("my_loss")
    Path("my_loss.py").unlink()
    assert zoo("sample", "run", "--out", "without.png").exit_code == 0
    assert sha256_of(Path("with.png")) == sha256_of(Path("without.png"))


@pytest.mark.parametrize("critic", ["vanilla", "dcgan"])
def test_a_run_draws_without_the_plugin_of_its_critic(zoo, home, critic, only_vanilla_is_gone):
    flags = ("--gen", "dcgan", "--disc", critic, "--size", "8", "--no-recipe")
    assert zoo("train", *flags, *TINY).exit_code == 0
    assert zoo("sample", "run", "--out", "with.png").exit_code == 0
    only_vanilla_is_gone()
    assert zoo("sample", "run", "--out", "without.png").exit_code == 0
    assert sha256_of(Path("with.png")) == sha256_of(Path("without.png"))


@pytest.fixture
def only_vanilla_is_gone(monkeypatch):
    """Return what hides the distribution zoo-plugin-vanilla."""
    from importlib import metadata

    every = metadata.entry_points

    def hide() -> None:
        monkeypatch.setattr(
            metadata,
            "entry_points",
            lambda **wanted: [
                p for p in every(**wanted) if p.dist is None or p.dist.name != "zoo-plugin-vanilla"
            ],
        )

    return hide


def test_a_plugin_file_that_moved_is_found_by_its_flag(zoo, home):
    Path("my_nets.py").write_text(NETS)
    assert zoo("train", "--gen", "linear", "--plugin", "my_nets.py", *TINY).exit_code == 0
    assert zoo("sample", "run", "--out", "before.png").exit_code == 0
    forgotten("my_nets")
    Path("elsewhere").mkdir()
    Path("my_nets.py").rename("elsewhere/my_nets.py")
    result = zoo("sample", "run")
    assert result.exit_code == 1
    assert "generator 'linear' of the plugin file 'my_nets.py'" in result.stderr
    assert "--plugin" in result.stderr
    moved = ("--plugin", "elsewhere/my_nets.py")
    assert zoo("sample", "run", *moved, "--out", "after.png").exit_code == 0
    assert sha256_of(Path("before.png")) == sha256_of(Path("after.png"))
    resumed = zoo("train", "--resume", "run", "--steps", "2", *moved)
    assert resumed.exit_code == 0, resumed.stderr
