"""Games say which parts they take: one that encodes, and has neither critic nor loss."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from zoo_cli.main import zoo
from zoo_core import Registry, ZooError, compose, load, train
from zoo_core.draws import CounterDraws
from zoo_core.testing import check_capture, check_composition

PLUGIN = '''
import torch
from torch import nn

from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Encoder, Game, Player, Role, Terms


class Narrow(Encoder):
    """Two linear layers."""

    def __init__(self, *, image, latent_dim, extra: int = 0, spread: bool = False):
        super().__init__()
        self.spread = spread
        self.net = nn.Linear(image.numel, (latent_dim + extra) * (2 if spread else 1))

    def forward(self, images):
        found = self.net(images.flatten(1))
        return tuple(found.chunk(2, 1)) if self.spread else found


class Bottleneck(Game):
    """Encode and make again."""

    needs = frozenset({"encoder"})

    def __init__(self, *, parts):
        super().__init__(parts=parts)
        self.encoder, self.decoder = parts.nets["encoder"], parts.nets["generator"]

    @classmethod
    def roles(cls, task):
        return {
            "generator": Role(part="generator", image=task.image),
            "encoder": Role(part="encoder", image=task.image),
        }

    def players(self):
        return {"generator": Player((self.encoder, self.decoder), averaged=True)}

    def nets(self):
        return {"generator": self.decoder, "encoder": self.encoder}

    @property
    def shows_held_out(self):
        return True

    def play(self, current):
        images = current.real[0]["images"].images
        away = self.reconstruct(self.nets(), images, current.rng) - images
        yield {"generator": Terms({"squares": away.square().mean()})}

    def reconstruct(self, nets, images, rng):
        return nets["generator"](nets["encoder"](images))

    def picture(self, nets, rng, *, count, labels=None, held_out):
        images = held_out["images"].images[:count]
        return self.reconstruct(nets, images, rng).float()


@hookimpl
def zoo_entries():
    parts = {"parts": {"encoder": "narrow"}}
    return [
        Entry("encoder", "narrow", __name__ + ":Narrow", "Two layers."),
        Entry("game", "bottleneck", __name__ + ":Bottleneck", "Encode.", defaults=parts),
        Entry("game", "encoderless", __name__ + ":Bottleneck", "Names no encoder."),
    ]
'''
RUN = {"batch": 8, "size": "8", "latent_dim": 5, "steps": 6, "device": "cpu"}
ENCODES = {"generator": "vanilla", "game": "bottleneck"}


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("games") / "game_that_encodes.py"
    path.write_text(PLUGIN)
    return path


@pytest.fixture(scope="module")
def registry(plugin: Path) -> Registry:
    return Registry.from_installed(files=[plugin], strict=True)


def composed(registry: Registry, parts: dict[str, str], **sections: Any) -> Any:
    return compose(parts, {"run": RUN, **sections}, registry=registry, recipe="none")


def test_what_it_does_not_take_is_not_brought(registry: Registry) -> None:
    plan = composed(registry, ENCODES).plan
    empty = {role for role, choice in plan.chosen.items() if not choice.items}
    # the generator names a critic of its own, the engine a loss and a sampler
    assert {"critic", "loss", "sampler", "condition", "penalty"} <= empty
    assert plan.name("encoder") == "narrow"
    assert plan.chosen["loss"].chosen_by == "game bottleneck"


def test_it_keeps_the_contract_and_replays(registry: Registry) -> None:
    check_composition(ENCODES, {"run": RUN}, registry=registry)
    check_capture(composed(registry, ENCODES))


def test_it_trains_ships_its_encoder_and_reconstructs(registry: Registry, tmp_path: Path) -> None:
    run = train(composed(registry, ENCODES), tmp_path / "run")
    assert sorted(run.engine.game.ships()) == ["encoder", "generator"]
    model = load(tmp_path / "run", registry=registry)
    images = torch.rand(3, 1, 8, 8)
    model.game.eval()
    again = model.game.reconstruct(model.game.nets(), images, CounterDraws(0, 0))
    assert again.shape == images.shape


@pytest.mark.parametrize(
    ("parts", "message", "hint"),
    [
        ({**ENCODES, "critic": "vanilla"}, "game 'bottleneck' takes no critic", "--disc none"),
        ({**ENCODES, "loss": "hinge"}, "game 'bottleneck' takes no loss", "--loss none"),
        (
            {"generator": "vanilla", "encoder": "narrow"},
            "game 'adversarial' takes no encoder, but 'narrow' is asked for",
            "--encoder none",
        ),
        (
            {**ENCODES, "game": "encoderless"},
            "game 'encoderless' needs the part 'encoder', and nobody names one",
            "narrow",
        ),
        (
            {**ENCODES, "encoder": "none"},
            "game 'bottleneck' needs the part 'encoder', and user asks for none",
            "`--encoder` takes one of: ",
        ),
    ],
)
def test_what_a_game_does_not_take_or_lacks_is_refused_by_name(
    registry: Registry, parts: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(ZooError) as caught:
        composed(registry, parts)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_an_encoder_of_other_latents_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError, match=r"latents of shape \(4, 7\) where \(4, 5\) is needed"):
        composed(registry, ENCODES, encoder={"extra": 2})
    assert composed(registry, ENCODES, encoder={"spread": True}).findings.parameters["encoder"]


def test_a_run_announces_no_critic_and_no_loss(plugin: Path, tmp_path: Path) -> None:
    asked = ["train", "--plugin", str(plugin), "--gen", "vanilla", "--game", "bottleneck"]
    given = ["--size", "8", "--steps", "2", "--run", str(tmp_path / "run"), "--device", "cpu"]
    done = CliRunner().invoke(zoo, [*asked, *given])
    assert done.exit_code == 0, done.output
    first = " ".join(done.stderr.split())
    assert "training vanilla by game bottleneck with encoder narrow on digits" in first
    assert "against" not in first
    assert "none" not in first
    told = CliRunner().invoke(zoo, ["info", "bottleneck", "--plugin", str(plugin), "--json"])
    assert json.loads(told.stdout)[0]["takes"] == ["--encoder"]
