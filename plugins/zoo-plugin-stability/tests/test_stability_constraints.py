"""Constraints that change how any net is parametrised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from zoo_core import Registry, ZooError, compose, load
from zoo_core.composition import Composition
from zoo_core.engine.state import snapshot
from zoo_core.testing import engine_of
from zoo_core.training import Run, Silent, resume, train
from zoo_core.weights.publication.writer import write_bundle
from zoo_plugin_stability.spectral import Spectral
from zoo_plugin_stability.weight_norm import WeightNorm

INSTALLED = Registry.from_installed(strict=True)
NAMES = ["spectral", "weight-norm"]


def composed(name: str, player: str, **parts: Any) -> Composition:
    options = {
        f"constraint.{name}": {"player": player},
        "generator": {"width": 4},
        "critic": {"width": 4},
        "run": {
            "steps": 4,
            "batch": 4,
            "size": "8",
            "latent_dim": 5,
            "ema_images": 20,
            "device": "cpu",
            "checkpoint_every": 2,
        },
    }
    nets = {"generator": "dcgan", "critic": "dcgan", "constraint": name, **parts}
    return compose(nets, options, registry=INSTALLED, recipe="none")


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.ConvTranspose2d(5, 4, 2)),
        *(nn.Flatten(), nn.Linear(196, 2)),
    )


def largest(weight: torch.Tensor, dim: int) -> float:
    matrix = weight.detach().transpose(0, dim).flatten(1)
    return float(torch.linalg.matrix_norm(matrix, 2))


def test_every_weight_has_the_spectral_norm_one() -> None:
    found = net()
    Spectral().prepare(found)
    for _ in range(60):
        found(torch.randn(2, 3, 8, 8))
    conv, transposed, linear = found[0], found[2], found[4]
    for layer, dim in ((conv, 0), (transposed, 1), (linear, 0)):
        assert largest(layer.weight, dim) == pytest.approx(1, rel=1e-3)
    assert not hasattr(found[1], "parametrizations")


def test_the_gradient_flows_through_the_division() -> None:
    """At w = 3 (1 by 1) w / |w| is constant: its slope is zero."""
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(3.0)
    Spectral().prepare(layer)
    found = layer(torch.tensor([[2.0]]))
    assert found.item() == pytest.approx(2)
    found.backward()
    assert layer.parametrizations.weight.original.grad.item() == pytest.approx(0, abs=1e-6)


def test_weight_norm_leaves_the_net_as_it_was_and_parts_length_from_direction() -> None:
    plain, normed = net(), net()
    WeightNorm().prepare(normed)
    images = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(plain(images), normed(images))
    lengths = [normed[i].parametrizations.weight.original0.shape for i in (0, 2, 4)]
    assert lengths == [(5, 1, 1, 1), (1, 4, 1, 1), (2, 1)]
    with torch.no_grad():
        normed[4].parametrizations.weight.original0.fill_(0.25)
    assert normed[4].weight.norm(dim=1).tolist() == pytest.approx([0.25, 0.25])


@pytest.mark.parametrize("player", ["critic", "generator"])
@pytest.mark.parametrize("name", NAMES)
def test_just_the_net_of_the_player_is_changed(name: str, player: str) -> None:
    game = composed(name, player).build()
    for role, part in (("critic", "discriminator"), ("generator", "generator")):
        changed = any("parametrizations" in key for key in game.nets()[part].state_dict())
        assert changed == (role == player)


class StopAt(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 2:
            run.stop("the test says so")


@pytest.mark.parametrize("name", NAMES)
def test_a_generator_that_is_held_resumes_and_ships(name: str, tmp_path: Path) -> None:
    one = train(composed(name, "generator"), tmp_path / "one")
    train(composed(name, "generator"), tmp_path / "two", watcher=StopAt())
    two = resume(tmp_path / "two", registry=INSTALLED)
    other = snapshot(two.engine)
    for file, tensors in snapshot(one.engine).items():
        for key, tensor in tensors.items():
            assert torch.equal(tensor, other[file][key]), f"{file}/{key}"
    bundle = write_bundle(tmp_path / "one", tmp_path / "bundle", registry=INSTALLED)
    here, there = (
        load(str(place), device="cpu", registry=INSTALLED)
        for place in (tmp_path / "one", bundle.directory)
    )
    assert torch.equal(here.sample(3), there.sample(3))


def without_ours() -> Registry:
    """Return all parts but those of this distribution."""
    found = Registry(strict=True)
    for item in INSTALLED.entries():
        if item.source != "zoo-plugin-stability":
            found.add(item.entry, source=item.source)
    return found


@pytest.mark.parametrize("player", ["critic", "generator"])
def test_weights_ask_for_the_plugin_where_their_names_depend_on_it(
    player: str, tmp_path: Path
) -> None:
    train(composed("spectral", player, head="minibatch-stddev"), tmp_path / "run")
    bundle = write_bundle(tmp_path / "run", tmp_path / "bundle", registry=INSTALLED)
    if player == "critic":
        model = load(str(bundle.directory), device="cpu", registry=without_ours())
        assert model.sample(2).shape == (2, 1, 8, 8)
        return
    with pytest.raises(ZooError, match="needs the constraint 'zoo-plugin-stability/spectral'"):
        load(str(bundle.directory), device="cpu", registry=without_ours())


@pytest.mark.parametrize("name", NAMES)
def test_a_constraint_lets_a_net_train(name: str) -> None:
    engine = engine_of(composed(name, "critic", game="unrolled"), device="cpu")
    critic = engine.game.nets()["discriminator"]
    before = [parameter.detach().clone() for parameter in critic.parameters()]
    for _ in range(3):
        engine.step()
    assert not any(map(torch.equal, before, critic.parameters()))


@pytest.mark.parametrize("kind", [Spectral, WeightNorm])
def test_a_net_without_such_layers_is_refused(kind: type) -> None:
    with pytest.raises(ZooError, match="and the critic has none"):
        kind().prepare(nn.Flatten())


@pytest.mark.parametrize("kind", [Spectral, WeightNorm])
def test_a_layer_that_is_zero_has_no_direction_and_is_refused(kind: type) -> None:
    found = net()
    nn.init.zeros_(found[4].weight)
    with pytest.raises(ZooError, match="'4' of the critic is zero"):
        kind().prepare(found)


def test_weights_that_are_normalised_already_are_refused() -> None:
    options = {"critic": {"norm": "spectral"}}
    parts = {"generator": "dcgan", "critic": "dcgan", "constraint": "spectral"}
    with pytest.raises(ZooError, match="meets weights of the critic that are normalised") as caught:
        compose(parts, options, registry=INSTALLED, recipe="none")
    assert caught.value.hint == "`--constraint none` leaves them as they are"
    with pytest.raises(ZooError, match="'weight-norm' meets weights"):
        compose({**parts, "constraint": NAMES}, registry=INSTALLED, recipe="none")
