from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError, compose
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Augment, Batch, Scores, Turn, slopes
from zoo_core.testing import check_capture
from zoo_plugin_augment.ada import Ada, AdaRamp
from zoo_plugin_augment.consistency import BalancedConsistency, Consistency, LeCam, varied_place
from zoo_plugin_augment.diffaugment import DiffAugment
from zoo_plugin_augment.pipe import NONE, PIPES
from zoo_plugin_augment.wavelets import filter_bank, geometry_filter

ALL = "bgcfnc"


def total(images: Tensor, labels: Tensor | None = None) -> Scores:
    return Scores(images.flatten(1).sum(1))


def turn(real: Tensor, fake: Tensor) -> Turn:
    return Turn(
        player="critic",
        real=Batch(real),
        fake=Batch(fake),
        real_scores=total(real),
        fake_scores=total(fake),
        generator=lambda latents, labels: latents,
        critic=total,
        nets={},
        rng=CounterDraws(0, 0),
    )


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 8, 8), (4, 9, 20), (6, 32, 8)])
def test_any_channels_and_sides_keep_their_shape_and_draw_by_image(
    shape: tuple[int, ...],
) -> None:
    images = torch.rand(4, *shape) * 2 - 1
    for augment in (DiffAugment(), Ada(batch=4, p=0.9, pipe=ALL), AdaRamp(batch=4, p=1, p_end=1)):
        whole = augment(images, CounterDraws(0, 3))
        assert whole.shape == images.shape
        assert whole.isfinite().all()
        halves = [
            augment(images[2 * rank : 2 * rank + 2], CounterDraws(0, 3, rank=rank, world=2))
            for rank in range(2)
        ]
        torch.testing.assert_close(torch.cat(halves), whole, rtol=1e-5, atol=1e-5)


def test_nothing_changes_without_a_chance() -> None:
    images = torch.rand(2, 3, 16, 16)
    found = PIPES[ALL](images, CounterDraws(0, 0), torch.zeros(()))
    # the image is doubled and halved all the same
    torch.testing.assert_close(found, images, rtol=0, atol=2e-2)
    unmoved = NONE(images, CounterDraws(0, 0), torch.ones(()))
    assert torch.equal(unmoved, images)


def test_the_filters_let_everything_through_together() -> None:
    assert geometry_filter().sum().item() == pytest.approx(1)
    impulse = torch.zeros(43, dtype=torch.float64)
    impulse[21] = 1
    torch.testing.assert_close(filter_bank().sum(0), impulse, rtol=0, atol=1e-9)


@pytest.mark.parametrize("augment", [DiffAugment(), Ada(batch=2, p=0.8, pipe=ALL)])
def test_a_gradient_penalty_is_taken_through_it(augment: Augment) -> None:
    images = (torch.rand(2, 3, 12, 12) * 2 - 1).requires_grad_()
    weights = torch.rand(3, 12, 12, requires_grad=True)
    logits = (augment(images, CounterDraws(0, 0)) * weights).square().flatten(1).sum(1)
    slopes(logits, images).square().sum().backward()
    assert weights.grad is not None
    assert weights.grad.abs().sum() > 0


def test_ada_goes_up_and_down_by_its_step_every_fourth_move() -> None:
    # 16 images a move, 4 moves: 64 of 640 images
    ada = Ada(batch=16, images=640, target=0.5)
    for sign, expected in ((1.0, 0.1), (1.0, 0.2), (0.0, 0.1), (-1.0, 0.0), (-1.0, 0.0)):
        for move in range(4):
            before = ada.probability.item()
            ada.observe({"ada_sign": torch.tensor(sign)})
            assert move == 3 or ada.probability.item() == before
        assert ada.probability.item() == pytest.approx(expected, abs=1e-6)


def test_ada_measures_the_sign_of_real_scores() -> None:
    ada = Ada(batch=4, p=0.25)
    real = torch.tensor([1.0, 2.0, -3.0, 4.0]).view(4, 1, 1, 1)
    notes = ada.measure(turn(real, real))
    assert {name: value.item() for name, value in notes.items()} == {
        "ada_sign": 0.5,
        "ada_p": 0.25,
    }


def test_a_ramp_is_half_a_cosine() -> None:
    seen = []

    class Seen(AdaRamp):
        def __init__(self) -> None:
            super().__init__(batch=10, p=0.0, p_end=0.4, images=1000)
            self.pipe = lambda images, rng, p: seen.append(p.item())

    for step in (0, 25, 50, 100, 200):
        Seen()(torch.zeros(1, 1, 1, 1), CounterDraws(0, step))
    cosine = 0.2 * (1 - math.cos(math.pi / 4))
    assert seen == pytest.approx([0, cosine, 0.2, 0.4, 0.4])


def test_consistency_costs_the_squared_change_of_scores() -> None:
    real, fake = torch.rand(4, 1, 8, 8), torch.rand(4, 1, 8, 8)
    both = turn(real, fake)
    varied = varied_place(real, CounterDraws(0, 0), 0.25)
    expected = (total(real).logits - total(varied).logits).square().mean()
    assert expected > 0
    found = Consistency(weight=3, shift=0.25)(both).total
    torch.testing.assert_close(found, 3 * expected)
    # a mirror image alone does not change a sum
    assert Consistency(shift=0)(turn(real, fake)).total.item() == pytest.approx(0, abs=1e-8)
    balanced = BalancedConsistency(weight=3, fake_weight=0, shift=0.25)(turn(real, fake))
    torch.testing.assert_close(balanced.losses["bcr_real"], 3 * expected)
    other = BalancedConsistency(weight=0, shift=0.25)(turn(real, fake))
    assert other.losses["bcr_fake"] > 0


def test_lecam_keeps_scores_near_the_other_kinds_average() -> None:
    lecam = LeCam(weight=2, decay=0.5)
    real = torch.tensor([1.0, 3.0]).view(2, 1, 1, 1)
    fake = torch.tensor([-1.0, -1.0]).view(2, 1, 1, 1)
    first = lecam(turn(real, fake))
    assert first.total.item() == 0
    lecam.observe(first.notes)
    assert lecam.anchors.tolist() == [2, -1]
    second = lecam(turn(real, fake))
    # E[(D(x) + 1)^2] = (4 + 16) / 2, E[(D(G(z)) - 2)^2] = 9
    assert second.total.item() == pytest.approx(2 * (10 + 9))
    lecam.observe({"lecam_real": torch.tensor(4.0), "lecam_fake": torch.tensor(1.0)})
    assert lecam.anchors.tolist() == [3, 0]


@pytest.mark.parametrize("condition", ["concat", "projection"])
def test_it_works_under_conditions_and_lazy_penalties(condition: str) -> None:
    parts = {
        "generator": "dcgan",
        "data": "digits",
        "condition": condition,
        "augment": "ada",
        "penalty": ["r1", "lecam", "bcr"],
    }
    run = {"batch": 4, "size": 8, "latent_dim": 5, "steps": 3, "device": "cpu"}
    small = {"width": 4}
    options = {"run": run, "generator": small, "critic": small, "penalty.r1": {"every": 2}}
    options["augment"] = {"p": 0.5, "every": 1, "images": 100}
    check_capture(compose(parts, options, recipe="none"))


def test_a_target_that_no_sign_has_is_refused() -> None:
    with pytest.raises(ZooError, match="target"):
        compose(
            {"generator": "dcgan", "data": "digits", "augment": "ada"},
            {"augment": {"target": 2}},
            recipe="none",
        )
