from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_plugin_metrics.label_accuracy import LabelAccuracy


def read_as(classes: list[int], count: int = 3) -> Tensor:
    return torch.nn.functional.one_hot(torch.tensor(classes), count).float()


@pytest.fixture
def real(image_set):
    """Return real images whose labels the classifier reads right."""
    return image_set(logits=read_as([0, 1, 2]), labels=torch.tensor([0, 1, 2]))


def test_shares_worked_by_hand(measure, image_set, real) -> None:
    # label 0: 2 of 3 read right; label 1: 1 of 2; label 2: 3 of 3
    read, asked = [0, 0, 1, 1, 2, 2, 2, 2], [0, 0, 0, 1, 1, 2, 2, 2]
    fake = image_set(logits=read_as(read), labels=torch.tensor(asked))
    found = measure(LabelAccuracy(), fake, real)
    assert found == {"label-accuracy": 6 / 8, "label-accuracy.worst": 1 / 2}


def test_one_kind_of_image_whatever_is_asked_for_is_right_by_chance(
    measure, image_set, real
) -> None:
    fake = image_set(logits=read_as([1] * 30), labels=torch.arange(30) % 3)
    found = measure(LabelAccuracy(), fake, real)
    assert found == {"label-accuracy": pytest.approx(1 / 3), "label-accuracy.worst": 0}


def test_images_of_an_unknown_label_are_left_out(measure, image_set, real) -> None:
    fake = image_set(logits=read_as([0, 1, 2]), labels=torch.tensor([0, -1, 1]))
    found = measure(LabelAccuracy(), fake, real)
    assert found == {"label-accuracy": 0.5, "label-accuracy.worst": 0}


@pytest.mark.parametrize("labels", [None, torch.tensor([-1, -1, -1])])
def test_samples_that_were_asked_for_nothing_are_refused(measure, image_set, real, labels) -> None:
    fake = image_set(logits=read_as([0, 1, 2]), labels=labels)
    with pytest.raises(ZooError, match="labels of the samples, and they have none") as error:
        measure(LabelAccuracy(), fake, real)
    assert "--condition concat" in error.value.hint


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (torch.tensor([0, 1, 1, 1, 2]), r"reads 40.0% of the real images as their label says"),
        (None, "labels of the real images, and they have none"),
    ],
)
def test_a_classifier_of_other_classes_is_refused(measure, image_set, labels, message) -> None:
    read = read_as([0, 1, 2, 0, 1])
    known = image_set(logits=read, labels=torch.tensor([0, 1, 2, 1, 2]))
    assert measure(LabelAccuracy(), known, known)["label-accuracy"] == 0.6
    with pytest.raises(ZooError, match=message):
        measure(LabelAccuracy(), known, image_set(logits=read, labels=labels))
