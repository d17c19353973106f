"""AUROC from ranks, against numbers worked out by hand."""

from __future__ import annotations

import pytest
import torch

from zoo_core import ZooError
from zoo_core.metrics.anomalies import Anomalies, auroc


@pytest.mark.parametrize(
    ("scores", "odd", "expected"),
    [
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 3 / 4),
        ([1.0, 2.0, 3.0, 4.0], [0, 0, 1, 1], 1.0),
        ([4.0, 3.0, 2.0, 1.0], [0, 0, 1, 1], 0.0),
        # one of each four pairs is a tie
        ([1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1], 3.5 / 4),
        ([5.0, 5.0, 5.0], [0, 1, 1], 1 / 2),
        # of six pairs: won, tied, lost / won, won, won
        ([2.0, 3.0, 4.0, 3.0, 9.0], [0, 0, 0, 1, 1], 4.5 / 6),
    ],
)
def test_auroc_is_the_share_of_pairs_with_ties_as_halves(
    scores: list[float], odd: list[int], expected: float
) -> None:
    assert auroc(torch.tensor(scores), torch.tensor(odd).bool()) == pytest.approx(expected)


def test_it_is_that_of_all_pairs() -> None:
    generator = torch.Generator().manual_seed(0)
    scores = torch.randint(30, (400,), generator=generator).float()
    odd = torch.rand(400, generator=generator) < 0.2
    mine, theirs = scores[odd][:, None], scores[~odd]
    pairs = (mine > theirs).double() + (mine == theirs).double() / 2
    assert auroc(scores, odd) == pytest.approx(float(pairs.mean()), abs=1e-12)


def test_odd_classes_are_compared_with_all_known_others() -> None:
    scores = {"error": torch.tensor([4.0, 1.0, 3.0, 2.0])}
    found = Anomalies(scores, torch.tensor([2, 0, -1, 1]))
    assert found.auroc([2]) == {"error": 1.0}
    assert found.order("error").tolist() == [0, 2, 3, 1]
    for odd, message in (([7], "no odd images"), ([0, 1, 2], "no other images")):
        with pytest.raises(ZooError, match=message):
            found.auroc(odd)
    with pytest.raises(ZooError, match="no labels"):
        Anomalies(scores, None).auroc([2])
