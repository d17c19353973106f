from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_plugin_metrics.modes import Modes, divergence, modes_covered


def read_as(classes: list[int], count: int = 4) -> Tensor:
    return torch.nn.functional.one_hot(torch.tensor(classes), count).float()


EVEN = read_as([0, 1, 2, 3] * 25)


def test_classes_and_divergence_worked_by_hand(measure, image_set) -> None:
    fake = read_as([0, 0, 1, 1])
    found = measure(Modes(), image_set(logits=fake), image_set(logits=EVEN))
    # half each in two of four even classes: ln(1/2 / 1/4) = ln 2
    assert found == {"modes": 2, "modes.kl": pytest.approx(math.log(2))}


def test_all_classes_in_their_shares_have_no_divergence(measure, image_set) -> None:
    found = measure(Modes(), image_set(logits=EVEN[:40]), image_set(logits=EVEN))
    assert found == {"modes": 4, "modes.kl": pytest.approx(0)}


def test_a_rare_mistake_covers_no_class_unless_the_papers_count_is_asked_for(
    measure, image_set
) -> None:
    fake = read_as([0] * 500 + [1] * 499 + [2])
    assert measure(Modes(), image_set(logits=fake), image_set(logits=EVEN))["modes"] == 2
    asked = Modes(covered=0)
    assert measure(asked, image_set(logits=fake), image_set(logits=EVEN))["modes"] == 3


def test_one_sample_is_enough_where_classes_are_many() -> None:
    fake, real = torch.ones(1000), torch.full((1000,), 10)
    assert modes_covered(fake, real, 0.1) == 1000


def test_a_class_that_no_real_image_has_keeps_the_divergence_finite() -> None:
    # real: 3 and half an image of 3.5
    expected = math.log(3.5 / 0.5)
    found = divergence(torch.tensor([0, 8]), torch.tensor([3, 0]))
    assert found == pytest.approx(expected)


def test_features_without_logits_are_refused(measure, image_set) -> None:
    rows = torch.zeros(5, 4)
    with pytest.raises(ZooError, match="reads a classifier's logits"):
        measure(Modes(), image_set(rows), image_set(rows))


def test_no_sample_is_too_few(measure, image_set) -> None:
    with pytest.raises(ZooError, match="at least 1 samples, and there are 0"):
        measure(Modes(), image_set(logits=EVEN[:0]), image_set(logits=EVEN))
