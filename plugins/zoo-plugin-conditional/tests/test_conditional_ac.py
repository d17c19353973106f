from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Batch, Discriminator, Scores, Turn
from zoo_plugin_conditional.ac import AuxiliaryClassifier

REAL = torch.tensor([[1.0, 3.0], [1.0, 1.0], [9.0, 1.0]]).log()
"""Class probabilities 1/4 and 3/4, 1/2 and 1/2, 9/10 and 1/10."""

FAKE = torch.tensor([[1.0, 1.0], [1.0, 7.0], [1.0, 7.0]]).log()
"""Class probabilities 1/2 and 1/2, then 1/8 and 7/8 twice."""

FOUR_THIRDS, TWO, EIGHT = math.log(4 / 3), math.log(2), math.log(8)


class Given(Discriminator):
    """Images are its features, and its logit is their first value."""

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images

    def head(self, features: Tensor) -> Tensor:
        return features.flatten(1)[:, 0]


def turn(player: str, labels: list[int]) -> Turn:
    images, given = torch.zeros(3, 1, 2, 2), torch.tensor(labels)
    return Turn(
        player=player,
        real=Batch(images, given),
        fake=Batch(images, given),
        real_scores=Scores(torch.zeros(3), class_logits=REAL) if player == "critic" else None,
        fake_scores=Scores(torch.zeros(3), class_logits=FAKE),
        generator=lambda latents, labels: latents,
        critic=lambda images, labels: Scores(images.flatten(1).sum(1)),
        nets={},
        rng=CounterDraws(0, 0),
    )


def values(scalars: dict[str, Tensor]) -> dict[str, float]:
    return {name: value.item() for name, value in scalars.items()}


def test_the_critic_tells_the_class_of_real_and_of_generated_images() -> None:
    found = AuxiliaryClassifier(classes=2).terms(turn("critic", [1, 0, 1]))
    assert values(found.losses) == pytest.approx(
        {
            "class_real": (FOUR_THIRDS + TWO + math.log(10)) / 3,
            "class_fake": (TWO + EIGHT + math.log(8 / 7)) / 3,
        }
    )


def test_the_critic_can_learn_classes_from_real_images_alone() -> None:
    condition = AuxiliaryClassifier(classes=2, learn_fakes=False)
    assert condition.terms(turn("critic", [1, 0, 1])).losses.keys() == {"class_real"}
    assert condition.terms(turn("generator", [1, 0, 1])).losses.keys() == {"class_fake"}


def test_the_generator_wants_its_images_told_right() -> None:
    found = AuxiliaryClassifier(classes=2, weight=0.5).terms(turn("generator", [0, 0, 0]))
    assert values(found.losses) == pytest.approx({"class_fake": 0.5 * (TWO + 2 * EIGHT) / 3})
    assert found.notes == {}


def test_unknown_labels_are_left_out_of_the_means() -> None:
    found = AuxiliaryClassifier(classes=2).terms(turn("critic", [1, 0, -1]))
    expected = {"class_real": (FOUR_THIRDS + TWO) / 2, "class_fake": (TWO + EIGHT) / 2}
    assert values(found.losses) == pytest.approx(expected)


def test_a_batch_without_a_known_label_adds_nothing() -> None:
    found = AuxiliaryClassifier(classes=2).terms(turn("critic", [-1, -1, -1]))
    assert values(found.losses) == {"class_real": 0.0, "class_fake": 0.0}
    assert values(found.notes) == {"class accuracy": 0.0}


@pytest.mark.parametrize(
    ("labels", "accuracy"),
    # the third image is taken for class 0; equal probabilities count as class 0
    [([1, 0, 0], 1), ([1, 0, 1], 2 / 3), ([1, -1, 1], 1 / 2), ([-1, -1, 1], 0)],
)
def test_the_accuracy_is_that_of_real_images_with_known_labels(
    labels: list[int], accuracy: float
) -> None:
    found = AuxiliaryClassifier(classes=2).terms(turn("critic", labels))
    assert values(found.notes) == pytest.approx({"class accuracy": accuracy})


def test_the_classifier_reads_features_and_their_places() -> None:
    condition = AuxiliaryClassifier(classes=2)
    condition.prepare((2, 1, 2))
    linear = condition.critic_side.classifier.linear
    linear.weight.data = torch.tensor([[1.0, 2.0, 0.0, 1.0], [3.0, 0.0, 4.0, 0.0]])
    linear.bias.data = torch.tensor([0.5, 0.0])
    maps = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])
    found = condition.scores(Given(), maps, None)
    # 1 * 1 + 2 * 2 - 1 * 1 + 0.5 and 3 * 1 + 4 * 3
    assert found.class_logits is not None
    assert found.class_logits.tolist() == [[4.5, 15.0]]
    assert found.logits.tolist() == [1.0]
    assert found.features is maps
    assert all(name.startswith("critic_side.") for name, _ in condition.named_parameters())
