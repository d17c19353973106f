from __future__ import annotations

import torch

from zoo_core.interfaces import Scores
from zoo_plugin_wgan.loss import WassersteinLoss

REAL = Scores(torch.tensor([1.0, 2.0, 6.0]))
FAKE = Scores(torch.tensor([0.0, -1.0, 4.0]))


def test_the_critic_maximises_the_difference_of_the_mean_scores() -> None:
    terms = WassersteinLoss().critic(REAL, FAKE)
    # (1 + 2 + 6) / 3 - (0 - 1 + 4) / 3 = 3 - 1
    assert {name: value.item() for name, value in terms.losses.items()} == {"critic": -2.0}
    assert {name: value.item() for name, value in terms.notes.items()} == {"wasserstein": 2.0}


def test_the_generator_maximises_the_mean_score_of_its_images() -> None:
    terms = WassersteinLoss().generator(FAKE, None)
    assert {name: value.item() for name, value in terms.losses.items()} == {"generator": -1.0}


def test_patch_scores_are_averaged() -> None:
    real = Scores(torch.tensor([[[1.0, 3.0]], [[5.0, 7.0]]]))
    fake = Scores(torch.zeros(2, 1, 2))
    assert WassersteinLoss().critic(real, fake).notes["wasserstein"].item() == 4.0


def test_scores_are_not_logged_as_probabilities() -> None:
    assert not WassersteinLoss.probability
