from __future__ import annotations

import copy
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_plugin_dcgan.discriminator import DCGANDiscriminator, Downsample, Head
from zoo_plugin_dcgan.layers import Activation, Norm

SMALL = ImageSpec(2, 16, 12)
CHOICES = [
    *({"downsample": value, "norm": "layer"} for value in get_args(Downsample)),
    *({"head": value, "norm": "layer"} for value in get_args(Head)),
    *({"norm": value} for value in get_args(Norm)),
    *({"activation": value, "norm": "none"} for value in get_args(Activation)),
    {"downsample": "max-pool", "head": "global-avg-pool", "norm": "spectral"},
]
PER_SAMPLE = [options for options in CHOICES if options.get("norm") != "batch"]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def small(**options: str) -> DCGANDiscriminator:
    return DCGANDiscriminator(image=SMALL, width=6, **options)


def pictures() -> Tensor:
    return torch.rand(4, *SMALL.shape) * 2 - 1


def biases(net: nn.Module) -> list[str]:
    layers = (nn.Conv2d, nn.Linear)
    found = [(name, layer) for name, layer in net.named_modules() if isinstance(layer, layers)]
    return [name for name, layer in found if layer.bias is not None]


def assert_gradients(net: nn.Module) -> None:
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


def test_it_has_the_published_number_of_parameters() -> None:
    net = DCGANDiscriminator(image=ImageSpec(3, 64, 64))
    assert sum(parameter.numel() for parameter in net.parameters()) == 2_765_568


@pytest.mark.parametrize("head", get_args(Head))
@pytest.mark.parametrize(
    ("image", "features"),
    [
        (ImageSpec(1, 4, 4), (3, 2, 2)),
        (ImageSpec(1, 8, 8), (3, 4, 4)),
        (ImageSpec(1, 28, 28), (6, 7, 7)),
        (ImageSpec(3, 16, 12), (6, 4, 3)),
    ],
    ids=str,
)
def test_it_scores_images_of_every_reachable_size_by_their_features(
    image: ImageSpec, features: tuple[int, int, int], head: str
) -> None:
    net, images = DCGANDiscriminator(image=image, width=3, head=head), torch.randn(4, *image.shape)
    assert net.features(images).shape == (4, *features)
    assert net(images).shape == (4,)
    assert torch.equal(net(images), net.head(net.features(images)))


def test_it_refuses_a_size_that_halving_does_not_bring_to_a_base() -> None:
    with pytest.raises(ZooError) as caught:
        DCGANDiscriminator(image=ImageSpec(1, 64, 16))
    assert caught.value.message == "discriminator 'dcgan' cannot do images of 64x16 pixels"
    assert caught.value.hint.endswith("such as the nearest, `--size 48x16` or `--size 56x16`")


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_every_choice_gives_every_parameter_a_gradient(options: dict[str, str]) -> None:
    net = small(**options)
    (net(pictures()) * torch.randn(4)).sum().backward()
    assert_gradients(net)


@pytest.mark.parametrize("options", PER_SAMPLE, ids=str)
def test_every_choice_but_batch_norm_can_be_differentiated_twice(options: dict[str, str]) -> None:
    net, images = small(**options), pictures().requires_grad_()
    logits = net(images)
    (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    (nn.functional.softplus(logits).mean() + penalty).backward()
    assert_gradients(net)


@pytest.mark.parametrize("options", PER_SAMPLE, ids=str)
def test_every_choice_but_batch_norm_scores_each_image_by_itself(options: dict[str, str]) -> None:
    net, images = small(**options).eval(), pictures()
    torch.testing.assert_close(net(images)[1:2], net(images[1:2]))


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_every_choice_runs_on_the_meta_device(options: dict[str, str]) -> None:
    with torch.device("meta"):
        assert small(**options)(torch.empty(4, *SMALL.shape)).shape == (4,)


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_copies_and_saved_states_give_the_same_logits(options: dict[str, str]) -> None:
    net, other, images = small(**options), small(**options), pictures()
    net(images)
    other.load_state_dict(net.state_dict())
    expected = net.eval()(images)
    assert torch.equal(other.eval()(images), expected)
    assert torch.equal(copy.deepcopy(net)(images), expected)


def test_the_first_stage_has_no_norm() -> None:
    net = small()
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in net.stages[0])
    assert any(isinstance(layer, nn.BatchNorm2d) for layer in net.stages[1])


def test_there_is_no_bias_beside_batch_norm_as_published() -> None:
    assert biases(small(norm="batch")) == []


@pytest.mark.parametrize("norm", ["instance", "layer", "group"])
def test_beside_norms_of_single_images_only_the_first_stage_has_a_bias(norm: str) -> None:
    assert biases(small(norm=norm)) == ["stages.0.0"]


@pytest.mark.parametrize("norm", ["instance", "layer", "group", "none"])
def test_scores_tell_the_contrast_of_an_image(norm: str) -> None:
    net = small(norm=norm)
    for name, parameter in net.named_parameters():
        # far from the epsilon of the norms, which would tell the contrast by itself
        nn.init.normal_(parameter, 1.0 if "bias" in name else 0.0, 1.0)
    images = pictures()
    change = (net(images) - net(images * 0.5)).abs() / net(images).abs()
    assert change.max() > 0.005


@pytest.mark.parametrize("norm", ["spectral", "none"])
def test_stages_without_norm_layers_have_a_bias_and_the_head_has_none(norm: str) -> None:
    assert biases(small(norm=norm)) == ["stages.0.0", "stages.1.0"]


@pytest.mark.parametrize(("width", "groups"), [(24, 3), (16, 2), (6, 3), (3, 3)])
def test_a_group_of_the_group_norm_has_at_most_sixteen_channels(width: int, groups: int) -> None:
    net = DCGANDiscriminator(image=SMALL, width=width, norm="group")
    assert net.stages[1][1].num_groups == groups


def test_the_spectral_norm_of_every_weight_becomes_one() -> None:
    net, images = small(norm="spectral"), pictures()
    for _ in range(30):
        net(images)
    for layer in (net.stages[0][0], net.stages[1][0], net.logit):
        largest = torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
        torch.testing.assert_close(largest, torch.ones(()), atol=1e-3, rtol=0)


def test_the_logit_of_the_averaging_head_is_the_mean_over_places() -> None:
    net = small(head="global-avg-pool")
    maps = torch.randn(2, 12, 4, 3)
    expected = torch.einsum("nfhw,f->n", maps, net.logit.weight[0]) / 12
    torch.testing.assert_close(net.head(maps), expected)
