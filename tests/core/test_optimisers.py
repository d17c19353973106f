from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Entry, Registry, ZooError
from zoo_core.builtin.adversarial import Adversarial
from zoo_core.composition import compose
from zoo_core.config.run import PlayerOptions
from zoo_core.engine.optimisers import PlayerOptimiser, optimisers_of
from zoo_core.interfaces import Game, Player
from zoo_core.runs.checkpoint import read_checkpoint, write_checkpoint

RULES: dict[str, dict[str, Any]] = {
    "adam": {"betas": (0.5, 0.9), "weight_decay": 0.1},
    "adamw": {"betas": (0.5, 0.9), "weight_decay": 0.1},
    "rmsprop": {"alpha": 0.9, "momentum": 0.3, "weight_decay": 0.1},
    "sgd": {"momentum": 0.9, "weight_decay": 0.1},
}
FIRST = torch.tensor(0)
TORCH = {
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "sgd": torch.optim.SGD,
}


def net(*, layout: torch.memory_format = torch.contiguous_format) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(5, 2)).to(memory_format=layout)


def player(module: nn.Module, name: str = "adam", **options: Any) -> PlayerOptimiser:
    settings = PlayerOptions(**{"lr": 0.01, "optimizer": name, **options})
    return PlayerOptimiser(dict(module.named_parameters()), settings, steps=100)


def gradients_of(module: nn.Module, seed: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(p.shape, generator=generator) for p in module.parameters()]


def stepped(module: nn.Module, optimiser: PlayerOptimiser, *seeds: int) -> None:
    for seed in seeds:
        optimiser.step(gradients_of(module, seed), step=FIRST)


def assert_same(a: nn.Module, b: nn.Module) -> None:
    torch.testing.assert_close(list(a.parameters()), list(b.parameters()))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", RULES)
def test_a_step_is_that_of_torch(name: str, layout: torch.memory_format) -> None:
    ours, theirs = net(layout=layout), net()
    stepped(ours, player(ours, name, **RULES[name]), 1, 2, 3)
    reference = TORCH[name](theirs.parameters(), lr=0.01, foreach=False, **RULES[name])
    for seed in (1, 2, 3):
        for parameter, gradient in zip(
            theirs.parameters(), gradients_of(theirs, seed), strict=True
        ):
            parameter.grad = gradient
        reference.step()
    assert_same(ours, theirs)


@pytest.mark.parametrize("name", RULES)
def test_the_strides_of_gradients_do_not_matter(name: str) -> None:
    ours, theirs = net(), net()
    stepped(theirs, player(theirs, name), 1)
    gradients = gradients_of(ours, 1)
    strided = [
        g.contiguous(memory_format=torch.channels_last) if g.ndim == 4 else g for g in gradients
    ]
    expanded = [g.t().contiguous().t() if g.ndim == 2 else g for g in strided]
    player(ours, name).step(expanded, step=FIRST)
    assert_same(ours, theirs)


def test_a_parameter_without_a_gradient_stays() -> None:
    module = net()
    before = [p.detach().clone() for p in module.parameters()]
    gradients: list[Tensor | None] = [None, *gradients_of(module, 1)[1:]]
    player(module).step(gradients, step=FIRST)
    after = list(module.parameters())
    assert torch.equal(after[0], before[0])
    assert not torch.equal(after[1], before[1])


def test_gradients_are_let_go_after_a_step() -> None:
    module = net()
    stepped(module, player(module), 1)
    assert all(p.grad is None for p in module.parameters())


def test_the_learning_rate_follows_its_schedule() -> None:
    module = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(module.weight)
    optimiser = player(module, "sgd", lr=1.0, schedule="linear")
    optimiser.step([torch.ones(1, 1)], step=torch.tensor(25))
    assert module.weight.item() == -0.75


def test_long_gradients_are_clipped() -> None:
    module = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(module.weight)
    player(module, "sgd", lr=1.0, clip_norm=1.0).step([torch.tensor([[3.0, 4.0]])], step=FIRST)
    torch.testing.assert_close(module.weight.detach(), torch.tensor([[-0.6, -0.8]]))


def test_short_gradients_are_not_clipped() -> None:
    module = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(module.weight)
    player(module, "sgd", lr=1.0, clip_norm=10.0).step([torch.tensor([[3.0, 4.0]])], step=FIRST)
    assert module.weight.tolist() == [[-3, -4]]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", RULES)
def test_a_state_goes_on_where_it_was(
    tmp_path: Path, name: str, layout: torch.memory_format
) -> None:
    first, second = net(layout=layout), net(layout=layout)
    one, two = player(first, name, **RULES[name]), player(second, name, **RULES[name])
    stepped(first, one, 1, 2)
    with torch.no_grad():
        for into, value in zip(second.parameters(), first.parameters(), strict=True):
            into.copy_(value)
    write_checkpoint(tmp_path / "c", {"optimizer": one.state()}, {})
    two.load_state(read_checkpoint(tmp_path / "c")[0]["optimizer"])
    assert one.state().keys() == two.state().keys()
    for key, value in one.state().items():
        assert two.state()[key].stride() == value.stride()
    stepped(first, one, 3)
    stepped(second, two, 3)
    assert all(
        torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True)
    )


def test_a_state_has_the_names_of_the_parameters() -> None:
    module = net()
    optimiser = player(module)
    assert optimiser.state() == {}
    stepped(module, optimiser, 1)
    fields = ("step", "exp_avg", "exp_avg_sq")
    assert optimiser.state().keys() == {
        f"{name}/{field}" for name, _ in module.named_parameters() for field in fields
    }


@pytest.mark.parametrize(
    ("key", "value"), [("2.weight/exp_avg", torch.ones(2, 5)), ("1.weight/exp_avg", torch.ones(3))]
)
def test_a_state_of_another_composition_is_refused(key: str, value: Tensor) -> None:
    with pytest.raises(ZooError) as caught:
        player(net()).load_state({key: value})
    assert caught.value.message == (
        f"the optimiser state {key!r} does not belong to this composition"
    )
    assert caught.value.hint == "resume with the configuration that wrote the checkpoint"


class Greedy(Adversarial):
    def players(self) -> Mapping[str, Player]:
        return {"critic": Player((self,)), "generator": Player((self,))}


class Forgetful(Adversarial):
    def players(self) -> Mapping[str, Player]:
        return {"critic": Player((self.duel.critic,))}


def built(registry: Registry, kind: str = "Adversarial") -> Game:
    registry.add(Entry("game", "it", f"{__name__}:{kind}", "A game."))
    parts = {"generator": "toy", "critic": "toy", "data": "toy", "game": "it"}
    return compose(parts, registry=registry).build()


OPTIONS = {"critic": PlayerOptions(), "generator": PlayerOptions(lr=0.5)}


def test_each_player_has_an_optimiser_of_its_own(registry: Registry) -> None:
    found = optimisers_of(built(registry), OPTIONS, steps=10)
    names = {player: list(optimiser.named) for player, optimiser in found.items()}
    assert names["generator"] == [
        "duel.generator.layers.0.weight",
        "duel.generator.layers.0.bias",
        "duel.generator.layers.1.weight",
        "duel.generator.layers.1.bias",
    ]
    assert all(name.startswith("duel.critic.") for name in names["critic"])
    assert found["generator"].options.lr == 0.5


def test_a_parameter_without_a_player_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        optimisers_of(built(registry, "Forgetful"), OPTIONS, steps=10)
    assert caught.value.message == (
        "the parameter 'duel.generator.layers.0.weight' belongs to no player"
    )
    assert caught.value.hint == "the game's author must give it to exactly one in `players`"


def test_a_parameter_of_two_players_is_refused(registry: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        optimisers_of(built(registry, "Greedy"), OPTIONS, steps=10)
    assert caught.value.message == (
        "the parameter 'duel.generator.layers.0.weight' belongs to critic and to generator"
    )


def test_a_frozen_parameter_needs_no_player(registry: Registry) -> None:
    game = built(registry, "Forgetful")
    game.nets()["generator"].requires_grad_(requires_grad=False)
    assert optimisers_of(game, OPTIONS, steps=10).keys() == {"critic"}
