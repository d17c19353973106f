from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Dropout, net_stream
from zoo_plugin_cyclegan.resnet import Reflection, Residual, ResNetGenerator, ResNetNorm
from zoo_plugin_cyclegan.unet import UNetGenerator, UNetNorm

SOURCE, IMAGE = ImageSpec(1, 16, 8), ImageSpec(2, 16, 8)
CHOICES = [
    *((ResNetGenerator, {"norm": norm, "blocks": 2}) for norm in get_args(ResNetNorm)),
    *((UNetGenerator, {"norm": norm}) for norm in get_args(UNetNorm)),
    (UNetGenerator, {"depth": 2, "dropout": 0.0}),
]
SIZES = [(32, 32), (28, 28), (64, 48), (256, 256), (8, 8)]


@pytest.fixture(autouse=True)
def _seed() -> Iterator[None]:
    torch.manual_seed(0)
    with net_stream(CounterDraws(0, 0)):
        yield


def conv(before: int, after: int, side: int) -> int:
    """Return the parameters of a convolution with bias."""
    return before * after * side * side + after


def parameters(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def small(kind: type[nn.Module], options: dict[str, object]) -> nn.Module:
    return kind(source=SOURCE, image=IMAGE, width=4, **options)


def pictures() -> Tensor:
    return torch.rand(3, *SOURCE.shape) * 2 - 1


@pytest.mark.parametrize(
    ("side", "blocks", "published"), [(256, 9, 11_378_179), (128, 6, 7_837_699)]
)
def test_the_resnet_has_the_published_number_of_parameters(
    side: int, blocks: int, published: int
) -> None:
    ends = conv(3, 64, 7) + conv(64, 3, 7)
    resizing = 2 * conv(64, 128, 3) + 2 * conv(128, 256, 3)
    # the transposed convolutions have the biases of what they make: 128 + 64, not 256 + 128
    resizing -= (256 + 128) - (128 + 64)
    assert ends + resizing + blocks * 2 * conv(256, 256, 3) == published
    with torch.device("meta"):
        image = ImageSpec(3, side, side)
        assert parameters(ResNetGenerator(source=image, image=image)) == published


def test_the_u_net_has_the_published_number_of_parameters() -> None:
    widths = [64, 128, 256, 512, 512, 512, 512, 512]
    down = sum(a * b * 16 for a, b in pairwise([3, *widths]))
    up = 512 * 512 * 16 + sum(2 * b * a * 16 for a, b in pairwise(widths[:-1]))
    up += 2 * 64 * 3 * 16 + 3
    norms = 2 * sum(widths[1:-1]) + 2 * sum(widths[:-1])
    assert down + up + norms == 54_413_955
    with torch.device("meta"):
        image = ImageSpec(3, 256, 256)
        assert parameters(UNetGenerator(source=image, image=image)) == 54_413_955


@pytest.mark.parametrize("kind", [ResNetGenerator, UNetGenerator])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_images_keep_their_size_and_get_the_channels_of_the_target(
    kind: type[nn.Module], size: tuple[int, int]
) -> None:
    with torch.device("meta"):
        net = kind(source=ImageSpec(2, *size), image=ImageSpec(3, *size), width=4)
        assert net(torch.empty(2, 2, *size)).shape == (2, 3, *size)


@pytest.mark.parametrize(("kind", "options"), CHOICES, ids=str)
def test_every_choice_gives_every_parameter_a_gradient(
    kind: type[nn.Module], options: dict[str, object]
) -> None:
    net = small(kind, options)
    images = net(pictures())
    assert images.shape == (3, *IMAGE.shape)
    assert images.abs().max() <= 1
    (images * torch.randn_like(images)).sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@pytest.mark.parametrize(("kind", "options"), CHOICES, ids=str)
def test_other_sizes_that_are_multiples_of_the_stride_are_translated_too(
    kind: type[nn.Module], options: dict[str, object]
) -> None:
    net = small(kind, options).eval()
    side = 3 * net.stride
    assert net(torch.zeros(1, 1, side, 2 * side)).shape == (1, 2, side, 2 * side)


@pytest.mark.parametrize(("kind", "options"), CHOICES, ids=str)
def test_copies_and_saved_states_give_the_same_images(
    kind: type[nn.Module], options: dict[str, object]
) -> None:
    net, other, images = small(kind, options), small(kind, options), pictures()
    net(images)
    other.load_state_dict(net.state_dict())
    expected = net.eval()(images)
    assert torch.equal(other.eval()(images), expected)
    assert torch.equal(copy.deepcopy(net)(images), expected)


@pytest.mark.parametrize("kind", [ResNetGenerator, UNetGenerator])
def test_initial_weights_have_the_published_spread(kind: type[nn.Module]) -> None:
    net = kind(source=ImageSpec(3, 32, 32), image=ImageSpec(3, 32, 32), width=16)
    for name, parameter in net.named_parameters():
        if parameter.ndim == 4:
            assert parameter.std().item() == pytest.approx(0.02, rel=0.1), name
        elif name.endswith("weight"):
            assert parameter.mean().item() == pytest.approx(1, abs=0.02), name
        else:
            assert not parameter.any(), name


def test_a_residual_block_without_weights_changes_nothing() -> None:
    block, maps = Residual(2, "none"), torch.randn(1, 2, 4, 4)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    assert torch.equal(block(maps), maps)


@pytest.mark.parametrize("padding", [1, 3])
def test_the_reproducible_padding_is_the_same_padding(padding: int) -> None:
    maps, pad = torch.randn(2, 3, 4, 6, requires_grad=True), Reflection(padding)
    usual = pad(maps)
    weights = torch.randn_like(usual)
    (slope,) = torch.autograd.grad((usual * weights).sum(), maps)
    torch.use_deterministic_algorithms(True)
    try:
        found = pad(maps)
        (same,) = torch.autograd.grad((found * weights).sum(), maps)
    finally:
        torch.use_deterministic_algorithms(False)
    assert "ReflectionPad" not in type(found.grad_fn).__name__
    assert torch.equal(found, usual)
    torch.testing.assert_close(same, slope)


def test_the_layers_of_the_resnet_stand_in_the_published_order() -> None:
    image = ImageSpec(3, 64, 64)
    names = set(ResNetGenerator(source=image, image=image, width=2).state_dict())
    assert {"model.1.weight", "model.4.weight", "model.7.weight"} <= names
    assert {"model.10.conv_block.1.weight", "model.15.conv_block.5.bias"} <= names
    assert {"model.16.weight", "model.19.weight", "model.23.weight"} <= names


def test_the_u_net_passes_every_size_around_the_sizes_below_it() -> None:
    net = small(UNetGenerator, {"depth": 3, "dropout": 0.0}).eval()
    before = net(pictures())
    # without the bottleneck, two sizes are left that carry the image
    nn.init.zeros_(net.up[2][1].weight)
    after = net(pictures())
    assert before.std() > 0
    assert after.flatten(1).std(1).min() > 0


@pytest.mark.parametrize(
    ("side", "depth", "dropped"),
    [(256, 8, [4, 5, 6]), (512, 8, [4, 5, 6]), (32, 5, [1, 2, 3]), (28, 2, []), (48, 4, [1, 2])],
)
def test_the_u_net_drops_in_the_three_stages_next_to_the_smallest(
    side: int, depth: int, dropped: list[int]
) -> None:
    net = UNetGenerator(source=ImageSpec(1, side, side), image=ImageSpec(1, side, side), width=1)
    kinds = [[type(layer) for layer in stage] for stage in net.up]
    assert len(net.down) == len(net.up) == depth
    assert net.stride == 2**depth
    assert [number for number, kind in enumerate(kinds) if Dropout in kind] == dropped


def test_dropout_acts_in_training_and_not_in_translations() -> None:
    net, images = small(UNetGenerator, {"dropout": 0.5, "depth": 3}), pictures()
    assert not torch.equal(net(images), net(images))
    with net_stream(CounterDraws(1, 0)):
        once = net(images)
    with net_stream(CounterDraws(1, 0)):
        assert torch.equal(net(images), once)
    assert torch.equal(net.eval()(images), net(images))


def test_the_u_net_trains_on_one_image_with_a_bottleneck_of_one_pixel() -> None:
    image = ImageSpec(1, 16, 16)
    for norm in get_args(UNetNorm):
        net = UNetGenerator(source=image, image=image, width=2, norm=norm)
        maps = torch.rand(1, 1, 16, 16)
        assert net(maps).isfinite().all()
        for stage in net.down:
            maps = stage(maps)
        assert maps.shape[2:] == (1, 1)


@pytest.mark.parametrize(
    ("size", "near"),
    [((30, 30), "32"), ((4, 4), "8"), ((33, 33), "32"), ((64, 50), "64x48"), ((1, 8), "8x8")],
)
def test_the_resnet_refuses_sizes_with_the_nearest_that_fits(
    size: tuple[int, int], near: str
) -> None:
    image = ImageSpec(1, *size)
    with pytest.raises(ZooError) as caught:
        ResNetGenerator(source=image, image=image)
    assert caught.value.message == (
        f"generator 'cyclegan' cannot do images of {size[0]}x{size[1]} pixels"
    )
    assert caught.value.hint == (
        f"both sides must be multiples of 4, at least 8: the nearest is `--size {near}`"
    )


def test_the_resnet_refuses_to_translate_an_image_that_is_too_small() -> None:
    net = small(ResNetGenerator, {"blocks": 1})
    with pytest.raises(ZooError, match="cannot do images of 4x8 pixels"):
        net(torch.zeros(1, 1, 4, 8))


@pytest.mark.parametrize("size", [(30, 30), (31, 31), (64, 50)])
def test_the_u_net_refuses_sizes_that_cannot_be_halved_twice(size: tuple[int, int]) -> None:
    image = ImageSpec(1, *size)
    with pytest.raises(ZooError) as caught:
        UNetGenerator(source=image, image=image)
    assert caught.value.message == (
        f"generator 'pix2pix' cannot do images of {size[0]}x{size[1]} pixels"
    )
    assert "multiples of 4" in caught.value.hint


def test_the_u_net_refuses_a_depth_that_the_sides_do_not_have() -> None:
    image = ImageSpec(1, 64, 48)
    with pytest.raises(ZooError) as caught:
        UNetGenerator(source=image, image=image, depth=5)
    assert caught.value.message == "generator 'pix2pix' cannot halve images of 64x48 pixels 5 times"
    assert caught.value.hint == (
        "`-o generator.depth=4` or less, or sides that are multiples of 32"
    )


@pytest.mark.parametrize(
    ("kind", "name"), [(ResNetGenerator, "cyclegan"), (UNetGenerator, "pix2pix")]
)
def test_a_translation_to_another_size_is_refused(kind: type[nn.Module], name: str) -> None:
    with pytest.raises(ZooError) as caught:
        kind(source=ImageSpec(1, 16, 16), image=ImageSpec(3, 32, 32))
    assert caught.value.message == (
        f"generator {name!r} keeps the size, and cannot translate 1x16x16 images to 3x32x32"
    )
    assert caught.value.hint == "one `--size` for both"
