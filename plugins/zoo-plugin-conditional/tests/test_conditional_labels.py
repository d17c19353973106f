from __future__ import annotations

import pytest
import torch

from zoo_core import ZooError
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Condition
from zoo_plugin_conditional.ac import AuxiliaryClassifier
from zoo_plugin_conditional.concat import Concat
from zoo_plugin_conditional.infogan import InfoGAN
from zoo_plugin_conditional.labels import one_hot
from zoo_plugin_conditional.pooling import feature_count, flattened
from zoo_plugin_conditional.projection import Projection
from zoo_plugin_conditional.sgan import SemiSupervised

BY_CLASS = [Concat, Projection, AuxiliaryClassifier]
READERS = {
    "projection": Projection(classes=3),
    "ac": AuxiliaryClassifier(classes=3),
    "sgan": SemiSupervised(classes=3),
    "infogan": InfoGAN(),
}
RNG = CounterDraws(0, 0)


@pytest.mark.parametrize("build", BY_CLASS)
def test_the_generator_gets_its_class_behind_the_latents(build: type[Concat]) -> None:
    condition = build(classes=3)
    found = condition.latents(torch.full((3, 2), 0.5), torch.tensor([2, -1, 0]), RNG)
    expected = [[0.5, 0.5, 0, 0, 1], [0.5, 0.5, 0, 0, 0], [0.5, 0.5, 1, 0, 0]]
    assert found.tolist() == expected
    assert condition.latent_dim(2) == 5
    assert (condition.reads_labels, condition.hides_labels) == (True, False)


@pytest.mark.parametrize("build", BY_CLASS)
def test_without_labels_all_classes_are_unknown(build: type[Concat]) -> None:
    found = build(classes=3).latents(torch.ones(2, 1), None, RNG)
    assert found.tolist() == [[1, 0, 0, 0], [1, 0, 0, 0]]


def test_a_one_stands_at_each_known_label() -> None:
    like = torch.zeros(3, 7, dtype=torch.float64)
    found = one_hot(torch.tensor([1, -1, 0]), 2, like)
    assert found.tolist() == [[0, 1], [0, 0], [1, 0]]
    assert found.dtype == torch.float64
    assert one_hot(None, 2, like).tolist() == [[0, 0]] * 3


def test_features_keep_their_places() -> None:
    maps = torch.tensor([[[[1.0, 2.0]], [[3.0, -1.0]]]])
    assert flattened(maps).tolist() == [[1.0, 2.0, 3.0, -1.0]]
    assert flattened(maps[:, :, 0, 0]).tolist() == [[1.0, 3.0]]


def test_neighbours_of_a_large_map_are_averaged() -> None:
    maps = torch.arange(18.0).reshape(1, 2, 1, 9)
    # pairs of 0 to 8 and of 9 to 17, the last place of each alone
    assert flattened(maps).tolist() == [[0.5, 2.5, 4.5, 6.5, 8, 9.5, 11.5, 13.5, 15.5, 17]]


@pytest.mark.parametrize("shape", [(3,), (3, 1, 1), (3, 8, 7), (2, 9, 16), (5, 31, 30)])
def test_the_count_is_that_of_the_features_that_come(shape: tuple[int, ...]) -> None:
    assert flattened(torch.zeros(2, *shape)).shape[1] == feature_count(shape, owner="it")


@pytest.mark.parametrize(("shape", "text"), [((4, 2), "(N, 4, 2)"), ((), "(N,)")])
@pytest.mark.parametrize("name", READERS)
def test_features_of_another_form_are_refused(name: str, shape: tuple[int, ...], text: str) -> None:
    condition: Condition = READERS[name]
    with pytest.raises(ZooError) as caught:
        condition.prepare(shape)
    assert caught.value.message == (
        f"condition {name!r} reads features (N, F) or (N, F, h, w), but the critic's are {text}"
    )
    assert caught.value.hint == "another critic, such as `--disc dcgan`"
