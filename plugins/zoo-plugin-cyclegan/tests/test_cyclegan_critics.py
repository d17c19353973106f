from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces import Discriminator
from zoo_plugin_cyclegan.layers import Norm
from zoo_plugin_cyclegan.patchgan import PatchGAN
from zoo_plugin_cyclegan.pixelgan import PixelGAN

SMALL = ImageSpec(2, 16, 12)
CHOICES = [(kind, norm) for kind in (PatchGAN, PixelGAN) for norm in get_args(Norm)]
PER_SAMPLE = [(kind, norm) for kind, norm in CHOICES if norm != "batch"]


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def parameters(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def pictures() -> Tensor:
    return torch.rand(3, *SMALL.shape) * 2 - 1


def test_the_patchgan_has_the_published_number_of_parameters() -> None:
    pairs = [(3, 64), (64, 128), (128, 256), (256, 512), (512, 1)]
    with_biases = sum(a * b * 16 + b for a, b in pairs)
    assert with_biases == 2_764_737
    assert parameters(PatchGAN(image=ImageSpec(3, 64, 64))) == with_biases


@pytest.mark.parametrize(("channels", "published"), [(3, 2_765_633), (6, 2_768_705)])
def test_with_batch_norm_each_bias_between_gives_way_to_two_parameters(
    channels: int, published: int
) -> None:
    pairs = [(channels, 64), (64, 128), (128, 256), (256, 512), (512, 1)]
    norms = 2 * (128 + 256 + 512)
    assert sum(a * b * 16 for a, b in pairs) + 64 + 1 + norms == published
    assert parameters(PatchGAN(image=ImageSpec(channels, 64, 64), norm="batch")) == published


def test_the_pixelgan_has_the_published_number_of_parameters() -> None:
    count = 6 * 64 + 64 + 64 * 128 + 2 * 128 + 128
    assert count == 9_024
    assert parameters(PixelGAN(image=ImageSpec(6, 8, 8))) == count


def seen_by_one_patch(net: Discriminator, image: ImageSpec) -> tuple[int, int]:
    images = torch.zeros(1, *image.shape, requires_grad=True)
    patches = net(images)
    middle = patches[0, patches.shape[1] // 2, patches.shape[2] // 2]
    (slope,) = torch.autograd.grad(middle, images)
    rows, columns = slope[0].abs().sum(0).nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


@pytest.mark.parametrize(("layers", "field"), [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_patch_sees_the_published_number_of_pixels(layers: int, field: int) -> None:
    image = ImageSpec(1, 224, 224)
    net = PatchGAN(image=image, width=2, layers=layers, norm="none")
    assert seen_by_one_patch(net, image) == (field, field)


def test_a_patch_of_the_pixelgan_sees_one_pixel() -> None:
    assert seen_by_one_patch(PixelGAN(image=SMALL, norm="none"), SMALL) == (1, 1)


@pytest.mark.parametrize(
    ("size", "patches"),
    [
        ((256, 256), (30, 30)),
        ((64, 48), (6, 4)),
        ((32, 32), (2, 2)),
        ((28, 28), (1, 1)),
        ((24, 24), (1, 1)),
        ((23, 23), (3, 3)),
        ((12, 12), (1, 1)),
        ((8, 8), (2, 2)),
        ((6, 100), (1, 48)),
    ],
    ids=str,
)
def test_images_of_every_size_from_6_pixels_get_patches(
    size: tuple[int, int], patches: tuple[int, int]
) -> None:
    net, images = PatchGAN(image=ImageSpec(1, *size), width=2), torch.randn(2, 1, *size)
    features = net.features(images)
    assert features.shape[2:] == (patches[0] + 1, patches[1] + 1)
    assert net(images).shape == (2, *patches)
    assert torch.equal(net(images), net.head(features))


def test_the_pixelgan_scores_every_pixel() -> None:
    net, images = PixelGAN(image=SMALL), pictures()
    assert net(images).shape == (3, 16, 12)
    assert torch.equal(net(images), net.head(net.features(images)))


@pytest.mark.parametrize(("kind", "norm"), CHOICES, ids=str)
def test_every_choice_gives_every_parameter_a_gradient(
    kind: type[Discriminator], norm: Norm
) -> None:
    net = kind(image=SMALL, width=4, norm=norm)
    logits = net(pictures())
    (logits * torch.randn_like(logits)).sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@pytest.mark.parametrize(("kind", "norm"), PER_SAMPLE, ids=str)
def test_every_choice_but_batch_norm_scores_each_image_by_itself(
    kind: type[Discriminator], norm: Norm
) -> None:
    net, images = kind(image=SMALL, width=4, norm=norm), pictures()
    torch.testing.assert_close(net(images)[1:2], net(images[1:2]))


@pytest.mark.parametrize(("kind", "norm"), PER_SAMPLE, ids=str)
def test_every_choice_but_batch_norm_can_be_differentiated_twice(
    kind: type[Discriminator], norm: Norm
) -> None:
    net, images = kind(image=SMALL, width=4, norm=norm), pictures().requires_grad_()
    logits = net(images)
    (slope,) = torch.autograd.grad(logits.square().sum(), images, create_graph=True)
    slope.square().sum().backward()
    gradients = [p.grad for p in net.parameters() if p.grad is not None]
    assert gradients
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_an_image_too_small_for_any_layer_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        PatchGAN(image=ImageSpec(1, 64, 5))
    assert caught.value.message == "critic 'patchgan' cannot do images of 64x5 pixels"
    assert caught.value.hint == (
        "both sides must have at least 6; `--disc pixelgan` takes smaller ones"
    )


def test_more_layers_than_an_image_has_room_for_are_refused() -> None:
    with pytest.raises(ZooError) as caught:
        PatchGAN(image=ImageSpec(1, 23, 64), layers=3)
    assert caught.value.message == (
        "critic 'patchgan' with 3 layers cannot do images of 23x64 pixels"
    )
    assert caught.value.hint == "`-o critic.layers=2` or less"
