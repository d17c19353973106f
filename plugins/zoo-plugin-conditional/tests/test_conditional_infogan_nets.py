from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_plugin_conditional.infogan_nets import InfoGANDiscriminator, InfoGANGenerator

MNIST = ImageSpec(1, 28, 28)
SMALL = ImageSpec(2, 8, 4)
NORMS = ["batch", "layer", "none"]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def trainable(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)


def pictures() -> Tensor:
    return torch.rand(4, *SMALL.shape) * 2 - 1


def assert_gradients(net: nn.Module) -> None:
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


def test_the_generator_has_the_number_of_parameters_of_the_table() -> None:
    codes = 10 + 2
    expected = (
        (62 + codes) * 1024  # linear, no bias before a norm
        + 2 * 1024  # batch norm
        + 1024 * (7 * 7 * 128)  # linear
        + 2 * (7 * 7 * 128)  # batch norm
        + 128 * 64 * 4 * 4  # transposed convolution
        + 2 * 64  # batch norm
        + (64 * 1 * 4 * 4 + 1)  # transposed convolution, with a bias
    )
    assert expected == 6_645_121
    assert trainable(InfoGANGenerator(image=MNIST, latent_dim=62 + codes)) == expected


def test_the_critic_has_the_number_of_parameters_of_the_table() -> None:
    expected = (
        (1 * 64 * 4 * 4 + 64)  # convolution, with a bias
        + 64 * 128 * 4 * 4  # convolution, no bias before a norm
        + 2 * 128  # batch norm
        + (7 * 7 * 128) * 1024  # linear
        + 2 * 1024  # batch norm
        + (1024 + 1)  # linear, with a bias
    )
    assert expected == 6_558_017
    assert trainable(InfoGANDiscriminator(image=MNIST)) == expected


@pytest.mark.parametrize("image", [ImageSpec(1, 4, 4), ImageSpec(3, 8, 12), MNIST], ids=str)
def test_sides_that_are_multiples_of_four_are_made_and_judged(image: ImageSpec) -> None:
    images = InfoGANGenerator(image=image, latent_dim=5)(torch.randn(4, 5))
    assert images.shape == (4, *image.shape)
    assert images.abs().max() <= 1
    critic = InfoGANDiscriminator(image=image)
    assert critic.features(images).shape == (4, 1024)
    assert critic(images).shape == (4,)
    assert torch.equal(critic(images), critic.head(critic.features(images)))


@pytest.mark.parametrize(
    ("image", "size", "near"),
    [
        (ImageSpec(1, 30, 30), "30x30", "32"),
        (ImageSpec(1, 1, 8), "1x8", "4x8"),
        (ImageSpec(1, 4095, 4), "4095x4", "4096x4"),
    ],
)
def test_other_sides_are_refused(image: ImageSpec, size: str, near: str) -> None:
    for owner, build in (
        ("generator", lambda: InfoGANGenerator(image=image, latent_dim=5)),
        ("discriminator", lambda: InfoGANDiscriminator(image=image)),
    ):
        with pytest.raises(ZooError) as caught:
            build()
        assert caught.value.message == f"{owner} 'infogan' cannot do images of {size} pixels"
        expected = f"both sides must be multiples of 4, such as `--size {near}`"
        assert caught.value.hint == expected


def test_every_parameter_of_the_generator_has_a_gradient() -> None:
    net = InfoGANGenerator(image=SMALL, latent_dim=5)
    images = net(torch.randn(4, 5))
    (images * torch.randn_like(images)).sum().backward()
    assert_gradients(net)


@pytest.mark.parametrize("norm", NORMS)
def test_every_parameter_of_the_critic_has_a_gradient(norm: str) -> None:
    net = InfoGANDiscriminator(image=SMALL, norm=norm)
    (net(pictures()) * torch.randn(4)).sum().backward()
    assert_gradients(net)


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_without_batch_norm_each_image_is_scored_by_itself(norm: str) -> None:
    net, images = InfoGANDiscriminator(image=SMALL, norm=norm), pictures()
    torch.testing.assert_close(net(images)[1:2], net(images[1:2]))
    assert not any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in net.modules())


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_without_batch_norm_the_critic_can_be_differentiated_twice(norm: str) -> None:
    net, images = InfoGANDiscriminator(image=SMALL, norm=norm), pictures().requires_grad_()
    logits = net(images)
    (slope,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    (logits.square().sum() + slope.flatten(1).norm(dim=1).sum()).backward()
    assert_gradients(net)


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_scores_tell_the_contrast_of_an_image(norm: str) -> None:
    net, images = InfoGANDiscriminator(image=SMALL, norm=norm), pictures()
    for name, parameter in net.named_parameters():
        nn.init.normal_(parameter, 1.0 if "bias" in name else 0.0, 1.0)
    change = (net(images) - net(images * 0.5)).abs() / net(images).abs()
    assert change.max() > 0.005


def test_they_run_on_the_meta_device() -> None:
    with torch.device("meta"):
        images = InfoGANGenerator(image=SMALL, latent_dim=5)(torch.empty(4, 5))
        assert InfoGANDiscriminator(image=SMALL)(images).shape == (4,)


def test_copies_and_saved_states_give_the_same_results() -> None:
    net, other = (InfoGANDiscriminator(image=SMALL) for _ in range(2))
    images = pictures()
    net(images)
    other.load_state_dict(net.state_dict())
    expected = net.eval()(images)
    assert torch.equal(other.eval()(images), expected)
    assert torch.equal(copy.deepcopy(net)(images), expected)
