from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core.interfaces import Discriminator
from zoo_plugin_conditional.projection import Projection

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
"""The embedding of each of three classes."""

PLACED = [[1.0, 2.0, 0.0, 1.0], [3.0, 0.0, 4.0, 0.0], [5.0, 6.0, 7.0, 8.0]]
"""The same for two features at two places each."""

VECTORS = torch.tensor([[3.0, 2.0], [-1.0, 1.0], [7.0, 7.0]])
MAPS = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]]).expand(3, -1, -1, -1)
"""Two features at two places each: 1 and 2, 3 and -1."""

LABELS = torch.tensor([1, 0, -1])


class Given(Discriminator):
    """Images are its features; its logit is the first feature, or 10 everywhere."""

    def __init__(self, patches: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.patches = patches

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images

    def head(self, features: Tensor) -> Tensor:
        return torch.full((len(features), *self.patches), 10.0)


def projection(features: tuple[int, ...]) -> Projection:
    found = Projection(classes=3)
    found.prepare(features)
    rows = ROWS if len(features) == 1 else PLACED
    found.critic_side.embedding.weight.data = torch.tensor(rows).T
    return found


def test_vectors_add_their_product_with_the_class() -> None:
    found = projection((2,)).scores(Given(), VECTORS, LABELS)
    # 3 * 3 + 4 * 2 = 17; 1 * -1 + 2 * 1 = 1; nothing where the class is unknown
    assert found.logits.tolist() == [27.0, 11.0, 10.0]
    assert found.features is VECTORS


def test_maps_add_their_product_with_their_places() -> None:
    found = projection((2, 1, 2)).scores(Given(), MAPS, LABELS)
    # 3 * 1 + 4 * 3 = 15; 1 * 1 + 2 * 2 + 1 * -1 = 4
    assert found.logits.tolist() == [25.0, 14.0, 10.0]


@pytest.mark.parametrize("patches", [(1, 2), (3, 5)])
def test_every_patch_adds_the_product_divided_by_the_places(patches: tuple[int, int]) -> None:
    found = projection((2, 1, 2)).scores(Given(patches), MAPS, LABELS).logits
    assert found.shape == (3, *patches)
    # half as much, for two places
    for image, expected in zip(found, [17.5, 12.0, 10.0], strict=True):
        assert image.unique().tolist() == [expected]


def test_without_labels_nothing_is_added() -> None:
    assert projection((2,)).scores(Given(), VECTORS, None).logits.tolist() == [10.0] * 3


def test_training_starts_from_the_unconditional_critic_and_can_leave_it() -> None:
    found = Projection(classes=3)
    found.prepare((2,))
    logits = found.scores(Given(), VECTORS, LABELS).logits
    assert logits.tolist() == [10.0] * 3
    logits.sum().backward()
    # the gradient of a class's embedding is the features of its images
    expected = [[-1.0, 1.0], [3.0, 2.0], [0.0, 0.0]]
    assert found.critic_side.embedding.weight.grad.T.tolist() == expected


def test_the_embedding_is_the_critics() -> None:
    found = projection((2,))
    assert [name for name, _ in found.named_parameters()] == ["critic_side.embedding.weight"]
