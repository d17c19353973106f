from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError, compose
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Batch, Discriminator, Scores, Turn
from zoo_plugin_conditional.sgan import SemiSupervised

WEIGHT = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
"""The two features are the logits of the two classes."""

FEATURES = torch.tensor([[1.0, 3.0], [1.0, 1.0], [2.0, 6.0]]).log()


class Given(Discriminator):
    """Images are its features; its head is one number for every image."""

    def __init__(self, head: float) -> None:
        super().__init__()
        self.value = torch.nn.Parameter(torch.tensor(head))

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images

    def head(self, features: Tensor) -> Tensor:
        return self.value.expand(len(features))


def condition(**options: float) -> SemiSupervised:
    found = SemiSupervised(classes=2, **options)
    found.prepare((2,))
    found.critic_side.classifier.linear.weight.data = WEIGHT.clone()
    found.critic_side.classifier.linear.bias.data.zero_()
    return found


def turn(player: str, labels: list[int]) -> Turn:
    scores = Scores(torch.zeros(3), class_logits=FEATURES)
    return Turn(
        player=player,
        real=Batch(torch.zeros(3, 1, 2, 2), torch.tensor(labels)),
        fake=Batch(torch.zeros(3, 1, 2, 2)),
        real_scores=scores if player == "critic" else None,
        fake_scores=scores,
        generator=lambda latents, labels: latents,
        critic=lambda images, labels: Scores(images.flatten(1).sum(1)),
        nets={},
        rng=CounterDraws(0, 0),
    )


def values(scalars: dict[str, Tensor]) -> dict[str, float]:
    return {name: value.item() for name, value in scalars.items()}


def test_the_logit_is_the_log_of_real_over_generated() -> None:
    found = condition().scores(Given(math.log(2)), FEATURES, None)
    # l_3 = -log 2: the unnormalised probabilities are 1 + 3, 1 + 1 and 2 + 6 against 1/2
    assert found.logits.exp().tolist() == pytest.approx([8.0, 4.0, 16.0])
    assert found.logits.sigmoid()[0].item() == pytest.approx(4 / 4.5)
    assert found.class_logits is not None
    assert torch.equal(found.class_logits, FEATURES)


def test_the_logit_trains_the_classifier_and_the_head() -> None:
    found, critic = condition(), Given(0.0)
    found.scores(critic, FEATURES, None).logits.sum().backward()
    # the slope of logsumexp is the probability of each class, 1/4 + 1/2 + 1/4 and the rest
    bias = found.critic_side.classifier.linear.bias
    assert bias.grad.tolist() == pytest.approx([1.0, 2.0])
    assert critic.value.grad.item() == 3


def test_the_cross_entropy_is_that_of_known_labels_among_real_classes() -> None:
    expected = (math.log(4 / 3) + math.log(2)) / 2
    found = condition().terms(turn("critic", [1, 0, -1]))
    assert values(found.losses) == pytest.approx({"class": expected})
    assert values(found.notes) == pytest.approx({"class accuracy": 1.0, "labelled": 2 / 3})
    halved = condition(weight=0.5).terms(turn("critic", [1, 0, -1]))
    assert values(halved.losses) == pytest.approx({"class": expected / 2})


def test_a_wrong_class_costs_accuracy() -> None:
    found = condition().terms(turn("critic", [1, -1, 0]))
    assert values(found.losses) == pytest.approx({"class": (math.log(4 / 3) + math.log(4)) / 2})
    assert values(found.notes) == pytest.approx({"class accuracy": 0.5, "labelled": 2 / 3})


def test_a_batch_without_a_known_label_adds_nothing() -> None:
    found = condition().terms(turn("critic", [-1, -1, -1]))
    assert values(found.losses) == {"class": 0.0}
    assert values(found.notes) == {"class accuracy": 0.0, "labelled": 0.0}


def test_the_generator_has_no_term_and_gets_no_labels() -> None:
    found = condition()
    assert found.terms(turn("generator", [1, 0, 1])).losses == {}
    latents = torch.ones(2, 3)
    assert found.latents(latents, None, CounterDraws(0, 0)) is latents
    assert found.latent_dim(3) == 3
    assert (found.reads_labels, found.hides_labels) == (True, True)


PATCHES = """
from zoo_core import Entry, hookimpl
from zoo_plugin_dcgan.discriminator import DCGANDiscriminator


class Patches(DCGANDiscriminator):
    def head(self, features):
        return features.mean(1)


@hookimpl
def zoo_entries():
    return [Entry("discriminator", "patches", "patches:Patches", "Scores patches.")]
"""


def test_a_critic_of_patches_is_refused_before_training(tmp_path: Path) -> None:
    (tmp_path / "patches.py").write_text(PATCHES)
    parts = {"generator": "dcgan", "critic": "patches"}
    composed = {"options": {"run": {"size": "8"}}, "plugins": [tmp_path / "patches.py"]}
    assert compose({**parts, "condition": "projection"}, **composed).findings.patches
    with pytest.raises(ZooError) as caught:
        compose({**parts, "condition": "sgan"}, **composed)
    assert caught.value.message == (
        "condition 'sgan' needs one score per image, but critic 'patches' scores patches"
    )


def test_its_generator_cannot_be_asked_for_a_label() -> None:
    run = {"batch": 8, "size": "8"}
    asked = {"generator": "vanilla", "condition": "sgan"}
    assert not compose(asked, {"run": run}, recipe="none").plan.labelled
    assert compose({**asked, "condition": "ac"}, {"run": run}, recipe="none").plan.labelled
