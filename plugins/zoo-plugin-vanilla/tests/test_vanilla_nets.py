from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_plugin_vanilla.mini_conv import MiniConvDiscriminator, MiniConvGenerator
from zoo_plugin_vanilla.mlp import VanillaDiscriminator, VanillaGenerator

DIGITS = ImageSpec(1, 28, 28)
GENERATORS = [VanillaGenerator, MiniConvGenerator]
CRITICS = [VanillaDiscriminator, MiniConvDiscriminator]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def trainable(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters() if parameter.requires_grad)


def assert_finite_gradients(net: nn.Module) -> None:
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name


def gradient_penalty(critic: nn.Module, images: Tensor) -> Tensor:
    images = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    return (gradient.flatten(1).norm(dim=1) - 1).square().mean()


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (VanillaGenerator(image=DIGITS, latent_dim=100), 1_510_032),
        (VanillaDiscriminator(image=DIGITS), 533_505),
        (MiniConvGenerator(image=DIGITS, latent_dim=100), 720_385),
        (MiniConvDiscriminator(image=DIGITS), 13_185),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_the_nets_have_the_published_number_of_parameters(net: nn.Module, expected: int) -> None:
    assert trainable(net) == expected


@pytest.mark.parametrize("image", [ImageSpec(1, 4, 4), ImageSpec(3, 8, 12)], ids=str)
@pytest.mark.parametrize("build", GENERATORS)
def test_generators_make_images_of_any_shape_in_range(
    build: type[VanillaGenerator], image: ImageSpec
) -> None:
    images = build(image=image, latent_dim=5)(torch.randn(4, 5))
    assert images.shape == (4, *image.shape)
    assert images.abs().max() <= 1


def test_the_vanilla_generator_makes_images_of_odd_sizes() -> None:
    image = ImageSpec(2, 1, 7)
    assert VanillaGenerator(image=image, latent_dim=3)(torch.randn(2, 3)).shape == (2, 2, 1, 7)


@pytest.mark.parametrize("image", [ImageSpec(1, 1, 1), ImageSpec(3, 7, 10)], ids=str)
@pytest.mark.parametrize("build", CRITICS)
def test_critics_score_images_of_any_size_by_their_features(
    build: type[VanillaDiscriminator], image: ImageSpec
) -> None:
    critic, images = build(image=image), torch.randn(4, *image.shape)
    assert critic(images).shape == (4,)
    assert torch.equal(critic(images), critic.head(critic.features(images)))


def test_the_vanilla_features_are_the_last_hidden_layer() -> None:
    critic = VanillaDiscriminator(image=DIGITS)
    assert critic.features(torch.zeros(2, 1, 28, 28)).shape == (2, 256)


@pytest.mark.parametrize(("side", "half"), [(8, 4), (7, 4), (1, 1)])
def test_the_mini_conv_features_have_half_the_side_rounded_up(side: int, half: int) -> None:
    critic = MiniConvDiscriminator(image=ImageSpec(1, side, side))
    assert critic.features(torch.zeros(2, 1, side, side)).shape == (2, 64, half, half)


def test_the_sigmoid_output_is_rescaled_to_the_range_of_images() -> None:
    generator = VanillaGenerator(image=ImageSpec(1, 1, 2), latent_dim=2, output="sigmoid").eval()
    nn.init.zeros_(generator.pixels.weight)
    generator.pixels.bias.data = torch.tensor([0.0, 3.0]).log1p()
    images = generator(torch.zeros(1, 2)).flatten()
    # sigmoid(log 1) = 1/2 and sigmoid(log 4) = 4/5
    torch.testing.assert_close(images, torch.tensor([0.0, 0.6]))


@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
def test_every_parameter_of_the_vanilla_generator_has_a_gradient(output: str) -> None:
    generator = VanillaGenerator(image=DIGITS, latent_dim=4, output=output)
    generator(torch.randn(4, 4)).square().mean().backward()
    assert_finite_gradients(generator)


def test_every_parameter_of_the_mini_conv_generator_has_a_gradient() -> None:
    generator = MiniConvGenerator(image=DIGITS, latent_dim=4)
    generator(torch.randn(4, 4)).square().mean().backward()
    assert_finite_gradients(generator)


@pytest.mark.parametrize("build", CRITICS)
def test_critics_can_be_differentiated_twice(build: type[VanillaDiscriminator]) -> None:
    critic, images = build(image=DIGITS), torch.randn(4, 1, 28, 28)
    loss = nn.functional.softplus(critic(images)).mean() + gradient_penalty(critic, images)
    loss.backward()
    assert_finite_gradients(critic)


def test_the_mini_conv_generator_refuses_a_side_that_is_no_multiple_of_four() -> None:
    with pytest.raises(ZooError) as caught:
        MiniConvGenerator(image=ImageSpec(1, 30, 3), latent_dim=4)
    assert caught.value.message == "generator 'mini-conv' cannot make images of 30x3 pixels"
    assert caught.value.hint == "both sides must be multiples of 4, such as `--size 32x4`"


@pytest.mark.parametrize("build", [*GENERATORS, *CRITICS])
def test_copies_and_saved_states_give_the_same_results(build: type[nn.Module]) -> None:
    options = {"image": DIGITS, **({"latent_dim": 4} if build in GENERATORS else {})}
    net, other = build(**options).eval(), build(**options).eval()
    other.load_state_dict(net.state_dict())
    inputs = torch.randn(2, 4) if build in GENERATORS else torch.randn(2, 1, 28, 28)
    assert torch.equal(other(inputs), net(inputs))
    assert torch.equal(copy.deepcopy(net)(inputs), net(inputs))


@pytest.mark.parametrize("build", GENERATORS)
def test_generators_run_on_the_meta_device(build: type[VanillaGenerator]) -> None:
    with torch.device("meta"):
        assert build(image=DIGITS, latent_dim=4)(torch.empty(2, 4)).shape == (2, 1, 28, 28)


@pytest.mark.parametrize("build", CRITICS)
def test_critics_run_on_the_meta_device(build: type[VanillaDiscriminator]) -> None:
    with torch.device("meta"):
        assert build(image=DIGITS)(torch.empty(2, 1, 28, 28)).shape == (2,)
