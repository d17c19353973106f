from __future__ import annotations

import copy
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_plugin_dcgan.generator import DCGANGenerator, Upsample
from zoo_plugin_dcgan.layers import Activation, Norm

SMALL = ImageSpec(2, 16, 12)
CHOICES = [
    *({"upsample": value} for value in get_args(Upsample)),
    *({"norm": value} for value in get_args(Norm)),
    *({"activation": value} for value in get_args(Activation)),
    {"upsample": "pixel-shuffle", "norm": "spectral"},
    {"upsample": "nearest", "norm": "none"},
]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def small(**options: str) -> DCGANGenerator:
    return DCGANGenerator(image=SMALL, latent_dim=5, width=6, **options)


def latents() -> Tensor:
    return torch.randn(4, 5)


def biases(net: nn.Module) -> list[str]:
    layers = (nn.Conv2d, nn.ConvTranspose2d)
    found = [(name, layer) for name, layer in net.named_modules() if isinstance(layer, layers)]
    return [name for name, layer in found if layer.bias is not None]


def test_it_has_the_published_number_of_parameters() -> None:
    net = DCGANGenerator(image=ImageSpec(3, 64, 64), latent_dim=100)
    assert sum(parameter.numel() for parameter in net.parameters()) == 3_576_704


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(4, 4), (8, 8), (28, 28), (16, 12)])
def test_it_makes_images_of_every_reachable_size_in_range(
    size: tuple[int, int], channels: int
) -> None:
    net = DCGANGenerator(image=ImageSpec(channels, *size), latent_dim=5, width=3)
    images = net(latents())
    assert images.shape == (4, channels, *size)
    assert images.abs().max() <= 1


def test_it_refuses_a_size_that_doubling_cannot_reach() -> None:
    with pytest.raises(ZooError) as caught:
        DCGANGenerator(image=ImageSpec(1, 30, 30), latent_dim=5)
    assert caught.value.message == "generator 'dcgan' cannot do images of 30x30 pixels"
    assert caught.value.hint.endswith("such as the nearest, `--size 28` or `--size 32`")


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_every_choice_gives_every_parameter_a_gradient(options: dict[str, str]) -> None:
    net = small(**options)
    images = net(latents())
    assert images.shape == (4, *SMALL.shape)
    (images * torch.randn_like(images)).sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_every_choice_can_be_differentiated_twice(options: dict[str, str]) -> None:
    net, given = small(**options), latents().requires_grad_()
    images = net(given)
    slope = torch.autograd.grad((images * torch.randn_like(images)).sum(), given, create_graph=True)
    slope[0].square().sum().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters() if p.grad is not None)


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_every_choice_runs_on_the_meta_device(options: dict[str, str]) -> None:
    with torch.device("meta"):
        assert small(**options)(torch.empty(4, 5)).shape == (4, *SMALL.shape)


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_copies_and_saved_states_give_the_same_images(options: dict[str, str]) -> None:
    net, other, given = small(**options), small(**options), latents()
    net(given)
    other.load_state_dict(net.state_dict())
    expected = net.eval()(given)
    assert torch.equal(other.eval()(given), expected)
    assert torch.equal(copy.deepcopy(net)(given), expected)


@pytest.mark.parametrize("norm", ["batch", "instance", "layer", "group"])
def test_there_is_no_bias_beside_norm_layers(norm: str) -> None:
    assert biases(small(norm=norm)) == []


@pytest.mark.parametrize("norm", ["spectral", "none"])
def test_hidden_stages_without_norm_layers_have_a_bias(norm: str) -> None:
    assert biases(small(norm=norm)) == ["hidden.0.0", "hidden.1.0"]


def test_initial_weights_have_the_spread_of_the_paper() -> None:
    net = DCGANGenerator(image=ImageSpec(3, 32, 32), latent_dim=50)
    for name, parameter in net.named_parameters():
        if parameter.ndim == 4:
            assert parameter.std().item() == pytest.approx(0.02, rel=0.05), name
        elif name.endswith("weight"):
            assert parameter.mean().item() == pytest.approx(1, abs=0.01), name
            assert parameter.std().item() == pytest.approx(0.02, rel=0.4), name
        else:
            assert not parameter.any(), name
