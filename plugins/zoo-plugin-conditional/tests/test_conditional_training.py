"""Every condition trains with parts that know nothing of it, resumes exactly, and teaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from zoo_core import compose
from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine.core import Engine
from zoo_core.engine.state import snapshot
from zoo_core.interfaces import Dataset, Split, as_floats
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.testing import check_composition, engine_of
from zoo_core.training import Run, Silent, resume, train

CONDITIONS = ["concat", "projection", "ac", "sgan", "infogan"]
SMALL = {"generator": {"width": 4}, "critic": {"width": 4}}
PARTNERS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "dcgan": ({"generator": "dcgan"}, SMALL),
    "dcgan-hinge": ({"generator": "dcgan", "loss": "hinge"}, SMALL),
    "dcgan-wgan-gp": ({"generator": "dcgan", "loss": "wgan-gp"}, SMALL),
    "dcgan-r1": ({"generator": "dcgan", "penalty": "r1"}, SMALL),
    "vanilla": ({"generator": "vanilla"}, {}),
    "vanilla-relativistic": ({"generator": "vanilla", "loss": "relativistic"}, {}),
    "infogan-r1": ({"generator": "infogan", "penalty": "r1"}, {}),
}
EXEMPT = {
    "vanilla-relativistic": {
        "duel.critic.logit.bias": "the loss reads differences of scores only, a constant cancels"
    }
}


@pytest.mark.parametrize("partners", PARTNERS)
@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_trains_with_any_parts(name: str, partners: str) -> None:
    parts, options = PARTNERS[partners]
    check_composition(
        {**parts, "condition": name},
        {**options, "run": {"latent_dim": 5}},
        size="8",
        exempt=EXEMPT.get(partners),
    )


@pytest.mark.parametrize("name", CONDITIONS)
def test_few_labels_train_as_well(name: str) -> None:
    parts = {"generator": "dcgan", "condition": name, "data": "few-labels:digits"}
    options = {**SMALL, "run": {"latent_dim": 5}, "data": {"count": 700}}
    check_composition(parts, options, size="8")


class Watch(TorchDispatchMode):
    """Collect the operations that read a value back from the device."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        if name in ("_local_scalar_dense", "is_nonzero", "nonzero", "equal", "unique"):
            self.waits.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_step_reads_nothing_back_from_the_device(name: str) -> None:
    run = {"batch": 8, "size": "8"}
    engine = engine_of(compose({"generator": "vanilla", "condition": name}, {"run": run}))
    engine.step()
    with Watch() as watch:
        engine.step()
    assert watch.waits == []


class StopAt(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 3:
            run.stop("the test says so")


@pytest.mark.parametrize("name", CONDITIONS)
def test_stopping_and_resuming_gives_the_same_tensors(name: str, tmp_path: Path) -> None:
    run = {"steps": 6, "batch": 8, "size": "8", "latent_dim": 5, "checkpoint_every": 0}
    composition = compose({"generator": "dcgan", "condition": name}, {**SMALL, "run": run})
    straight = snapshot(train(composition, tmp_path / "straight").engine)
    train(composition, tmp_path / "halves", watcher=StopAt())
    resumed = snapshot(resume(tmp_path / "halves").engine)
    assert straight.keys() == resumed.keys()
    for stem, tensors in straight.items():
        assert tensors.keys() == resumed[stem].keys()
        for key, value in tensors.items():
            assert torch.equal(value, resumed[stem][key]), f"{stem}/{key}"


def trained(name: str, data: str = "digits") -> tuple[Composition, Engine]:
    """Return a tiny composition after a few hundred steps on digits."""
    options = {
        "run": {"batch": 32, "size": "8", "latent_dim": 16},
        "generator": {"lr": 1e-3},
        "critic": {"lr": 1e-3},
    }
    parts = {"generator": "vanilla", "condition": name, "data": data}
    composition = compose(parts, options, recipe="none")
    engine = engine_of(composition, device="cpu")
    for _ in range(300):
        engine.step()
    engine.game.eval()
    return composition, engine


def digits(dataset: Dataset, split: Split) -> tuple[Tensor, Tensor]:
    table = dataset.tables(split)["images"]
    rows = table.take(torch.arange(len(table)))
    assert rows.labels is not None
    return as_floats(rows.images), rows.labels


def nearest_class(images: Tensor, dataset: Dataset) -> Tensor:
    """Return the class whose mean is nearest to each image; right for 9 of 10 real digits."""
    known, labels = digits(dataset, "train")
    means = torch.stack([known[labels == number].mean(0) for number in range(10)])
    return torch.cdist(images.flatten(1), means.flatten(1)).argmin(1)


def share_of_the_asked_class(composition: Composition, engine: Engine) -> float:
    """Return how many images look like the class that was asked for; by chance 0.1 do."""
    wanted = labels_in_turn(200, 10)
    with torch.no_grad():
        images = engine.game.sample(
            engine.game.nets(), CounterDraws(0, 0), count=200, labels=wanted
        )
    return (nearest_class(images, composition.dataset) == wanted).float().mean().item()


@pytest.mark.parametrize("name", ["concat", "projection"])
def test_a_generator_learns_to_make_the_class_it_is_asked_for(name: str) -> None:
    assert share_of_the_asked_class(*trained(name)) > 0.5


def held_out_accuracy(composition: Composition, engine: Engine) -> float:
    images, labels = digits(composition.dataset, "test")
    with torch.no_grad():
        found = engine.game.duel.score(images, None).class_logits
    return (found.argmax(1) == labels).float().mean().item()


def test_the_generator_and_the_classifier_of_ac_learn() -> None:
    composition, engine = trained("ac")
    assert share_of_the_asked_class(composition, engine) > 0.5
    assert engine.sums.take()["critic.class accuracy"] > 0.7
    assert held_out_accuracy(composition, engine) > 0.8


def test_the_classifier_of_sgan_learns_from_a_hundred_labels() -> None:
    composition, engine = trained("sgan", "few-labels:digits")
    logged = engine.sums.take()
    assert logged["critic.labelled"] == pytest.approx(100 / 1441, rel=0.2)
    assert logged["critic.class accuracy"] > 0.4
    assert held_out_accuracy(composition, engine) > 0.7


def test_the_codes_of_infogan_are_found_in_images_drawn_later() -> None:
    _, engine = trained("infogan")
    game, wanted = engine.game, labels_in_turn(200, 10)
    rng = CounterDraws(1, 0)
    with torch.no_grad():
        latents = game.condition.with_codes(
            rng.normal(200, 16), wanted, rng.uniform(200, 2) * 2 - 1
        )
        scores = game.duel.score(game.duel.generate(latents, None), None)
        found = game.condition.read(scores.features).category.argmax(1)
    assert (found == wanted).float().mean().item() > 0.7
