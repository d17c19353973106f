"""Nets that are random inside draw from the current stream, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

import zoo_core.interfaces
from zoo_core import Entry, ImageSpec, Measures, Registry, ZooError, compose, evaluate, load
from zoo_core.builtin.adversarial import Adversarial
from zoo_core.draws import CounterDraws
from zoo_core.engine.modes import evaluating
from zoo_core.interfaces import (
    Comparison,
    Discriminator,
    Dropout,
    Features,
    Generator,
    Metric,
    NetStreams,
    Noise,
    Seen,
    net_draws,
    net_stream,
)
from zoo_core.training import train
from zoo_core.weights.pretrained import Pretrained

THREADS, PICTURES = 8, 70
ONES = torch.ones(100, 200)


class Noisy(Generator):
    """Images with noise at every pixel, in evaluation mode too."""

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        self.image = image
        self.layer, self.norm = nn.Linear(latent_dim, image.numel), nn.BatchNorm2d(image.channels)
        self.noise, self.drop = Noise(image.channels), Dropout(0.3)
        nn.init.ones_(self.noise.strength)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        maps = self.norm(self.layer(latents).view(-1, *self.image.shape))
        return self.drop(self.noise(maps)).tanh()


class Forgetful(Discriminator):
    """Drop pixels before scoring."""

    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.drop, self.layer = Dropout(), nn.Linear(image.numel, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.drop(images.flatten(1))

    def head(self, features: Tensor) -> Tensor:
        return self.layer(features).squeeze(1)


class Pixels(Features):
    """See the pixels."""

    reads = "pixels"
    digest = "0" * 64

    def __init__(self, *, image: Any) -> None:
        self.image = image

    def __call__(self, images: Tensor) -> Seen:
        return Seen(images.float().flatten(1))


class Brightness(Metric):
    """Mean of the generated pixels."""

    scores: ClassVar = {"brightness": "higher"}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        return {"brightness": float(compared.fake.features.mean())}


def stream(seed: int = 0, **more: int) -> CounterDraws:
    return CounterDraws(seed, 0, **more)


def drawn(net: Callable[[Tensor], Tensor], values: Tensor, rng: CounterDraws) -> Tensor:
    with net_stream(rng):
        return net(values)


@pytest.fixture
def noisy(registry: Registry) -> Registry:
    for kind, name, part in (
        ("generator", "noisy", Noisy),
        ("discriminator", "forgetful", Forgetful),
        ("features", "pixels", Pixels),
        ("metric", "brightness", Brightness),
    ):
        entry = Entry(kind, name, f"{__name__}:{part.__name__}", "For this test.")
        registry.add(entry, source="outside")
    return registry


def composed(noisy: Registry, **run: Any) -> Any:
    parts = {"generator": "noisy", "critic": "forgetful", "data": "digits"}
    return compose(parts, {"run": {"size": 8, "batch": 8, **run}}, registry=noisy)


@pytest.mark.parametrize("layer", [Dropout(), Noise()], ids=["dropout", "noise"])
def test_drawing_outside_of_a_stream_says_how_to_set_one(layer: nn.Module) -> None:
    with pytest.raises(ZooError) as caught:
        layer(torch.ones(1, 1, 2, 2))
    assert "outside of any stream" in caught.value.message
    way = "with zoo_core.interfaces.net_stream(CounterDraws(seed, 0)):"
    assert way in caught.value.hint
    # the way that it says is one
    with zoo_core.interfaces.net_stream(CounterDraws(3, 0)):
        assert layer(torch.ones(1, 1, 2, 2)).shape == (1, 1, 2, 2)
    with pytest.raises(ZooError):
        net_draws()


def test_a_stream_ends_with_an_error_too() -> None:
    with pytest.raises(KeyError), net_stream(stream()):
        raise KeyError
    with pytest.raises(ZooError, match="outside of any stream"):
        net_draws()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_dropout_keeps_the_mean_and_drops_its_share(share: float) -> None:
    found = drawn(Dropout(share), ONES, stream())
    values = found.unique().tolist()
    assert values == pytest.approx([0, 1 / (1 - share)])
    # 20,000 values: four standard errors of a share are less than 0.015
    assert (found == 0).float().mean().item() == pytest.approx(share, abs=0.015)
    assert found.mean().item() == pytest.approx(1, abs=0.015 / (1 - share))
    assert found.var().item() == pytest.approx(share / (1 - share), rel=0.05)


def test_dropout_drops_nothing_or_all_at_the_ends() -> None:
    assert torch.equal(Dropout(0)(ONES), ONES)
    assert not Dropout(1)(ONES).any()


def test_dropout_is_off_in_evaluation_mode() -> None:
    assert torch.equal(Dropout(0.9).eval()(ONES), ONES)


def test_dropped_values_have_no_slope_and_kept_ones_that_of_their_factor() -> None:
    values = ONES.clone().requires_grad_()
    found = drawn(Dropout(0.75), values, stream())
    (slope,) = torch.autograd.grad(found.sum(), values)
    assert torch.equal(slope, found.detach())


def test_one_seed_gives_one_mask() -> None:
    once = drawn(Dropout(), ONES, stream(1))
    assert torch.equal(drawn(Dropout(), ONES, stream(1)), once)
    assert not torch.equal(drawn(Dropout(), ONES, stream(2)), once)
    assert not torch.equal(drawn(Dropout(), ONES, CounterDraws(1, 1)), once)


def test_every_pass_and_every_layer_has_a_mask_of_its_own() -> None:
    layer = Dropout()
    masks = drawn(lambda values: torch.stack([layer(values), layer(values)]), ONES, stream())
    assert not torch.equal(*masks)
    both = drawn(nn.Sequential(Dropout(), Dropout()), ONES, stream())
    # a quarter is left, where the same mask twice would leave half
    assert both.ne(0).float().mean().item() == pytest.approx(0.25, abs=0.015)


@pytest.mark.parametrize("layer", [Dropout(), Noise()], ids=["dropout", "noise"])
def test_two_ranks_draw_the_halves_of_what_one_draws(layer: nn.Module) -> None:
    if isinstance(layer, Noise):
        nn.init.ones_(layer.strength)
    images = torch.ones(6, 2, 4, 4)
    whole = drawn(layer, images, stream())
    halves = [drawn(layer, images[:3], stream(rank=rank, world=2)) for rank in range(2)]
    assert torch.equal(torch.cat(halves), whole)


def test_noise_is_one_normal_value_a_pixel_times_the_strength_of_its_channel() -> None:
    layer, maps = Noise(3), torch.zeros(50, 3, 16, 16)
    assert torch.equal(drawn(layer, maps, stream()), maps)
    with torch.no_grad():
        layer.strength.copy_(torch.tensor([0.0, 1.0, 2.0]).view(3, 1, 1))
    found = drawn(layer, maps, stream())
    assert not found[:, 0].any()
    assert torch.equal(found[:, 2], 2 * found[:, 1])
    assert found[:, 1].mean().item() == pytest.approx(0, abs=0.04)
    assert found[:, 1].var().item() == pytest.approx(1, abs=0.05)
    # also in evaluation mode
    assert torch.equal(drawn(layer.eval(), maps, stream()), found)


def test_streams_of_nets_go_on_and_do_not_shift_each_other() -> None:
    alone, beside = NetStreams(stream()), NetStreams(stream())
    first = [alone.begin("a").uniform(4) for _ in range(2)]
    second = []
    for _ in range(2):
        second.append(beside.begin("a").uniform(4))
        beside.begin("b").uniform(7)
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))
    assert not torch.equal(*first)
    assert not torch.equal(NetStreams(stream()).begin("b").uniform(4), first[0])


def test_each_pass_of_a_net_has_children_of_its_own() -> None:
    streams = NetStreams(stream())
    once, again = (streams.begin("a").child("layer").uniform(4) for _ in range(2))
    assert not torch.equal(once, again)


def test_a_critic_that_draws_does_not_shift_the_generators_draws(noisy: Registry) -> None:
    game = composed(noisy).build()
    assert isinstance(game, Adversarial)
    latents, images = torch.ones(4, game.task.latent_dim), torch.ones(4, 1, 8, 8)
    found = []
    for scored in (0, 1, 3):
        with net_stream(stream()):
            first = game.duel.generate(latents, None)
            for _ in range(scored):
                game.duel.score(images, None)
            found.append(torch.stack([first, game.duel.generate(latents, None)]))
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[0], found[2])
    assert not torch.equal(*found[0])


def test_threads_that_draw_at_once_get_what_one_alone_gets(noisy: Registry) -> None:
    composition = composed(noisy)
    # as it is built, in training mode
    game = composition.build()
    model = Pretrained(composition, game, torch.device("cpu"))
    alone = [model.sample(PICTURES, seed=seed) for seed in range(THREADS)]
    assert all(not torch.equal(alone[0], other) for other in alone[1:])
    start = Barrier(THREADS)

    def draw(seed: int) -> list[Tensor]:
        start.wait()
        return [model.sample(PICTURES, seed=seed) for _ in range(5)]

    before = {name: tensor.clone() for name, tensor in game.state_dict().items()}
    with ThreadPoolExecutor(THREADS) as pool:
        for seed, pictures in enumerate(pool.map(draw, range(THREADS))):
            assert all(torch.equal(found, alone[seed]) for found in pictures)
    assert all(torch.equal(tensor, before[name]) for name, tensor in game.state_dict().items())


def test_nets_that_are_loaded_are_frozen_and_calling_one_changes_nothing(noisy: Registry) -> None:
    composition = composed(noisy)
    model = Pretrained(composition, composition.build(), torch.device("cpu"))
    assert not any(parameter.requires_grad for parameter in model.game.parameters())
    assert not any(module.training for module in model.game.modules())
    before = {name: tensor.clone() for name, tensor in model.game.state_dict().items()}
    with net_stream(stream()):
        images = model.generator(torch.randn(4, composition.task.latent_dim))
    assert not images.requires_grad
    assert all(torch.equal(found, before[name]) for name, found in model.game.state_dict().items())


def test_evaluating_writes_to_no_module_that_is_in_evaluation_mode() -> None:
    class Watched(nn.Module):
        written = 0

        def __setattr__(self, name: str, value: object) -> None:
            self.__dict__["written"] = self.written + (name == "training")
            super().__setattr__(name, value)

    net = nn.Sequential(Watched(), Watched().eval())
    first, second = (each.written for each in net)
    with evaluating({"net": net}):
        assert not any(module.training for module in net.modules())
    assert [each.written for each in net] == [first + 2, second]
    assert [each.training for each in net] == [True, False]


def test_pictures_of_a_noisy_net_depend_on_the_seed_and_not_on_the_count(noisy: Registry) -> None:
    composition = composed(noisy)
    model = Pretrained(composition, composition.build(), torch.device("cpu"))
    many = model.sample(PICTURES, seed=3)
    assert torch.equal(model.sample(PICTURES, seed=3), many)
    assert torch.allclose(model.sample(5, seed=3), many[:5], atol=1e-6)
    # where latents say nothing, the pictures of the second chunk have noise of their own
    nn.init.zeros_(model.generator.layer.weight)
    noise = model.sample(PICTURES, seed=3)
    assert len({tuple(picture.flatten().tolist()) for picture in noise}) == PICTURES


def test_nets_are_evaluated_with_the_draws_of_the_seed(noisy: Registry) -> None:
    net = composed(noisy).build().nets()["generator"]
    latents = torch.ones(4, net.layer.in_features)
    found = []
    for seed in (5, 5, 6):
        with evaluating({"generator": net}, seed=seed) as nets:
            found.append(nets["generator"](latents))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert net.training


def test_nothing_touches_the_global_generator(
    noisy: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    before = torch.random.get_rng_state()

    def untouched(what: str) -> None:
        assert torch.equal(torch.random.get_rng_state(), before), what

    composition = composed(noisy, steps=2, log_every=1, sample_every=1, checkpoint_every=1)
    untouched("composing")
    composition.build()
    untouched("building")
    train(composition, tmp_path / "run")
    untouched("training")
    model = load(tmp_path / "run", device="cpu", registry=noisy)
    untouched("loading")
    model.sample(PICTURES)
    untouched("sampling")
    model.score(torch.zeros(3, 1, 8, 8))
    untouched("scoring")
    measures = Measures(metrics=("brightness",), features="pixels", count=16)
    evaluate(tmp_path / "run", measures, registry=noisy, device="cpu")
    untouched("evaluating")
