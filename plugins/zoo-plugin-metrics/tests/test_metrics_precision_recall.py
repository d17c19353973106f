from __future__ import annotations

import pytest
import torch
from torch_fidelity.metric_prc import prc_features_to_metric

from zoo_core import ZooError
from zoo_plugin_metrics import distances
from zoo_plugin_metrics.distances import squared_distances, squared_reach
from zoo_plugin_metrics.precision_recall import PrecisionRecall

LINE = torch.tensor([[0.0], [1.0], [3.0], [10.0]])


def test_reach_is_the_distance_to_the_kth_other_one() -> None:
    assert squared_reach(LINE, 1).tolist() == pytest.approx([1, 1, 4, 49])
    assert squared_reach(LINE, 2).tolist() == pytest.approx([9, 4, 9, 81])


def test_distances_are_exact_far_from_zero_and_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distances, "CHUNK", 700)
    points = torch.rand(3000, 5, generator=torch.Generator().manual_seed(0)) + 1e4
    chunks = list(squared_distances(points, points[:7]))
    assert len(chunks) == 30
    found = torch.cat(chunks)
    exact = torch.cdist(points.double(), points[:7].double()).square()
    torch.testing.assert_close(found, exact, rtol=1e-9, atol=1e-12)


def test_worked_by_hand(measure, image_set) -> None:
    # real balls of radius 1, 1, 2, 7 around 0, 1, 3, 10; samples at 2, 2.4, 30, 31:
    # two of them are inside. Their own balls have the radii 0.4, 0.4, 1, 1: no real image is
    fake = torch.tensor([[2.0], [2.4], [30.0], [31.0]])
    found = measure(PrecisionRecall(neighbours=1), image_set(fake), image_set(LINE))
    assert found == {"precision": 0.5, "recall": 0.0}


@pytest.mark.parametrize("neighbours", [3, 5])
def test_it_is_that_of_torch_fidelity(neighbours: int, measure, image_set) -> None:
    generator = torch.Generator().manual_seed(4)
    fake, real = (torch.randn(count, 12, generator=generator) for count in (1200, 1500))
    fake = fake * 0.8 + 0.2
    theirs = prc_features_to_metric(fake, real, prc_neighborhood=neighbours, verbose=False)
    found = measure(PrecisionRecall(neighbours=neighbours), image_set(fake), image_set(real))
    assert found["precision"] == pytest.approx(theirs["precision"])
    assert found["recall"] == pytest.approx(theirs["recall"])
    assert 0.2 < found["recall"] < found["precision"]


def test_one_repeated_real_image_is_precise_and_recalls_nothing_more(measure, image_set) -> None:
    real = torch.randn(200, 6, generator=torch.Generator().manual_seed(5))
    found = measure(PrecisionRecall(), image_set(real[:1].expand(100, 6)), image_set(real))
    assert found["precision"] == 1
    assert found["recall"] <= 1 / 200


def test_it_needs_as_many_rows_as_neighbours_and_one(measure, image_set) -> None:
    with pytest.raises(ZooError, match="at least 4 samples, and there are 3"):
        measure(PrecisionRecall(), image_set(LINE[:3]), image_set(LINE))


def test_of_many_images_a_random_choice_is_compared(measure, image_set) -> None:
    real = torch.randn(300, 2, generator=torch.Generator().manual_seed(6))
    far = torch.full((600, 2), 50.0)
    # half of the samples are far away, and all of them come first
    found = measure(
        PrecisionRecall(count=200), image_set(torch.cat([far[:300], real])), image_set(real)
    )
    assert 0.3 < found["precision"] < 0.6


def test_a_count_without_enough_neighbours_is_refused() -> None:
    with pytest.raises(ZooError, match="3 images have no 3 neighbours each"):
        PrecisionRecall(count=3)
