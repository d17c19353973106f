from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces import Discriminator
from zoo_plugin_conditional.concat import Concat


class ChannelMeans(Discriminator):
    """Its features are the mean of each channel, its logit is 1, 10 and 100 times those."""

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        return features @ torch.tensor([1.0, 10.0, 100.0])


def test_the_critic_sees_a_channel_for_each_class() -> None:
    condition = Concat(classes=2)
    assert condition.image(ImageSpec(1, 4, 6)) == ImageSpec(3, 4, 6)
    images = torch.full((3, 1, 4, 6), 0.5)
    found = condition.scores(ChannelMeans(), images, torch.tensor([0, 1, -1]))
    assert found.features is not None
    assert found.features.tolist() == [[0.5, 1, 0], [0.5, 0, 1], [0.5, 0, 0]]
    # 0.5 + 10 for class 0, 0.5 + 100 for class 1, 0.5 alone where it is unknown
    assert found.logits.tolist() == [10.5, 100.5, 0.5]


def test_without_labels_the_channels_are_zeros() -> None:
    found = Concat(classes=2).scores(ChannelMeans(), torch.ones(2, 1, 3, 3), None)
    assert found.logits.tolist() == [1.0, 1.0]


def test_it_has_no_parameters() -> None:
    condition = Concat(classes=2)
    condition.prepare((4,))
    assert list(condition.parameters()) == []


def test_more_classes_than_channels_are_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Concat(classes=62).image(ImageSpec(3, 8, 8))
    assert caught.value.message == (
        "condition 'concat' gives each of 62 classes a channel of its own, "
        "but an image has at most 64 channels"
    )
    assert caught.value.hint == "`--condition projection` takes any number of classes"
    assert Concat(classes=61).image(ImageSpec(3, 8, 8)).channels == 64
