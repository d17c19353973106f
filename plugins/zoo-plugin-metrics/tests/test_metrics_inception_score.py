from __future__ import annotations

import pytest
import torch
from torch_fidelity.metric_isc import isc_features_to_metric

from zoo_core import ZooError
from zoo_plugin_metrics.inception_score import InceptionScore, inception_score

SURE = 200.0


def test_sure_and_even_gives_the_number_of_classes() -> None:
    assert inception_score(SURE * torch.eye(5), 1) == pytest.approx((5, 0))


def test_unsure_or_of_one_class_gives_one() -> None:
    assert inception_score(torch.zeros(8, 5), 1) == pytest.approx((1, 0))
    assert inception_score(SURE * torch.eye(5)[:1].expand(8, 5), 1) == pytest.approx((1, 0))


def test_worked_by_hand() -> None:
    # p = (3/4, 1/4) and (1/4, 3/4), q = (1/2, 1/2):
    # exp(3/4 ln(3/2) + 1/4 ln(1/2)) = (27/8 * 1/2)^(1/4) = (27/16)^(1/4)
    logits = torch.tensor([[0.75, 0.25], [0.25, 0.75]]).log()
    assert inception_score(logits, 1)[0] == pytest.approx((27 / 16) ** 0.25)


@pytest.mark.parametrize(("count", "splits"), [(500, 10), (503, 10), (64, 1)])
def test_it_is_that_of_torch_fidelity(count: int, splits: int) -> None:
    logits = 3 * torch.randn(count, 20, generator=torch.Generator().manual_seed(1))
    theirs = isc_features_to_metric(logits, splits=splits, shuffle=False)
    assert inception_score(logits, splits) == pytest.approx(tuple(theirs.values()), rel=1e-6)


def test_the_metric_reads_logits(measure, image_set) -> None:
    logits = SURE * torch.eye(10)
    found = measure(InceptionScore(splits=1), image_set(logits=logits), image_set(logits=logits))
    assert found == pytest.approx({"inception-score": 10, "inception-score.std": 0})


def test_features_without_logits_are_refused_with_those_that_have_them(measure, image_set) -> None:
    rows = torch.zeros(50, 4)
    with pytest.raises(ZooError, match="reads a classifier's logits") as error:
        measure(InceptionScore(), image_set(rows), image_set(rows))
    assert "digit-classifier" in error.value.hint


def test_every_split_needs_two_samples(measure, image_set) -> None:
    logits = torch.zeros(19, 4)
    assert InceptionScore(splits=10).least == 20
    with pytest.raises(ZooError, match="at least 20 samples, and there are 19"):
        measure(InceptionScore(splits=10), image_set(logits=logits), image_set(logits=logits))
