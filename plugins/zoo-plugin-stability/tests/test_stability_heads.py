"""Heads that compare the images of a batch, against numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Registry, ZooError, compose
from zoo_core.composition.heads import WithHeads
from zoo_core.interfaces import Discriminator
from zoo_core.testing import engine_of
from zoo_plugin_stability.groups import flattened, grouped
from zoo_plugin_stability.minibatch_discrimination import MinibatchDiscrimination
from zoo_plugin_stability.minibatch_stddev import MinibatchStddev

INSTALLED = Registry.from_installed(strict=True)


def discrimination(count: int, **options: Any) -> MinibatchDiscrimination:
    """Return a head whose rows of M are the features themselves."""
    head = MinibatchDiscrimination(kernels=1, length=count, **options)
    head.prepare((count,))
    with torch.no_grad():
        head.project.weight.copy_(torch.eye(count))
        head.weights.fill_(2.0)
    return head


def test_closeness_falls_with_the_distance_of_the_features() -> None:
    features = torch.tensor([[0.0, 0.0], [1.0, -2.0], [0.0, 0.5]])
    near, far, other = math.exp(-0.5), math.exp(-3.0), math.exp(-3.5)
    wanted = [1 + far + near, 1 + far + other, 1 + near + other]
    head = discrimination(2)
    assert head.closeness(features).flatten().tolist() == pytest.approx(wanted)
    assert head(features).tolist() == pytest.approx([2 * each for each in wanted])


def test_equal_images_are_as_close_as_can_be() -> None:
    assert discrimination(3).closeness(torch.ones(5, 3)).flatten().tolist() == [5.0] * 5


def test_kernels_are_compared_one_by_one() -> None:
    head = MinibatchDiscrimination(kernels=2, length=1)
    head.prepare((2,))
    with torch.no_grad():
        head.project.weight.copy_(torch.eye(2))
    found = head.closeness(torch.tensor([[0.0, 0.0], [1.0, 3.0]]))
    row = [1 + math.exp(-1.0), 1 + math.exp(-3.0)]
    assert found.flatten().tolist() == pytest.approx(row + row)


class Linear(Discriminator):
    """A linear head over flat images."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(4, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.flatten(1)

    def head(self, features: Tensor) -> Tensor:
        scores: Tensor = self.last(features)
        return scores.squeeze(1)


def test_beside_a_linear_head_it_is_more_features_for_that_head() -> None:
    torch.manual_seed(0)
    head = MinibatchDiscrimination(kernels=3, length=2)
    head.prepare((4,))
    critic = WithHeads(Linear(), {"minibatch": head})
    longer = nn.Linear(7, 1)
    with torch.no_grad():
        nn.init.normal_(head.weights)
        longer.weight.copy_(torch.cat([critic.critic.last.weight, head.weights[None]], 1))
        longer.bias.copy_(critic.critic.last.bias)
    images = torch.randn(6, 1, 2, 2)
    features = images.flatten(1)
    joined = torch.cat([features, head.closeness(features)], 1)
    torch.testing.assert_close(critic(images), longer(joined).squeeze(1))


def test_spread_is_the_mean_deviation_of_the_features_of_a_group() -> None:
    head = MinibatchStddev(group=2)
    with torch.no_grad():
        head.weight.fill_(3.0)
    features = torch.tensor([[0.0, 1.0], [2.0, 1.0], [5.0, 0.0], [5.0, 8.0]])
    # deviations 1 and 0, then 0 and 4; the root of 1e-8 stands for 0
    wanted = [3 * (1 + 1e-4) / 2] * 2 + [3 * (1e-4 + 4) / 2] * 2
    assert head(features).tolist() == pytest.approx(wanted)


def test_a_group_that_does_not_divide_the_batch_is_the_batch() -> None:
    values = torch.arange(6.0)
    assert grouped(values, 4).shape == (1, 6)
    assert grouped(values, 0).shape == (1, 6)
    assert grouped(values, 3).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_places_of_a_large_map_are_averaged() -> None:
    maps = torch.arange(2 * 8 * 8.0).view(1, 2, 8, 8)
    found = flattened(maps)
    assert found.shape == (1, 32)
    assert found[0, 0] == maps[0, 0, :2, :2].mean()
    assert flattened(maps[:, :, :3, :3]).shape == (1, 18)


@pytest.mark.parametrize("name", ["minibatch-discrimination", "minibatch-stddev"])
@pytest.mark.parametrize("critic", ["dcgan", "patchgan", "mini-conv"])
def test_any_critic_has_a_head_that_learns(name: str, critic: str) -> None:
    options: dict[str, Any] = {"run": {"size": "8", "batch": 4, "latent_dim": 5}}
    if critic != "mini-conv":
        options["critic"] = {"width": 4}
    parts = {"generator": "vanilla", "critic": critic, "head": name}
    engine = engine_of(compose(parts, options, registry=INSTALLED, recipe="none"), device="cpu")
    head = engine.game.nets()["discriminator"].heads[name]
    before = [parameter.detach().clone() for parameter in head.parameters()]
    for _ in range(2):
        engine.step()
    for old, new in zip(before, head.parameters(), strict=True):
        assert not torch.equal(old, new)


def test_heads_leave_the_critic_its_first_weights() -> None:
    options = {"critic": {"width": 4}, "run": {"size": "8", "batch": 4}}
    parts = {"generator": "vanilla", "critic": "dcgan"}
    plain, headed = (
        compose({**parts, **more}, options, registry=INSTALLED, recipe="none").build()
        for more in ({}, {"head": ["minibatch-stddev", "minibatch-discrimination"]})
    )
    wrapped = headed.nets()["discriminator"]
    for name, tensor in plain.nets()["discriminator"].state_dict().items():
        assert torch.equal(tensor, wrapped.critic.state_dict()[name])


def test_a_penalty_on_each_sample_refuses_what_compares_samples() -> None:
    parts = {"generator": "dcgan", "loss": "wgan-gp", "head": "minibatch-stddev"}
    with pytest.raises(ZooError, match="'gp' needs the gradient of each sample") as caught:
        compose(parts, {"run": {"size": "8"}}, registry=INSTALLED, recipe="none")
    assert "head 'minibatch-stddev' compares the images of a batch" in caught.value.message
    assert caught.value.hint == "`--head none`, or another penalty"


@pytest.mark.parametrize("kind", [MinibatchDiscrimination, MinibatchStddev])
def test_features_of_another_form_are_refused(kind: type) -> None:
    with pytest.raises(ZooError, match="have 3 dimensions"):
        kind().prepare((3, 4))
