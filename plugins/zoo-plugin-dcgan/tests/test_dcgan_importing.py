"""The example's nets, written again after their public description, and compared with ours."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from zoo_core import ZooError, load
from zoo_core.weights.convert.imported import import_weights

LATENTS, WIDTH = 5, 3


class ExampleGenerator(nn.Module):
    def __init__(self, channels: int = 3, doublings: int = 4) -> None:
        super().__init__()
        wide = WIDTH << (doublings - 1)
        layers: list[nn.Module] = [nn.ConvTranspose2d(LATENTS, wide, 4, 1, 0, bias=False)]
        for _ in range(doublings - 1):
            layers += [nn.BatchNorm2d(wide), nn.ReLU(inplace=True)]
            layers += [nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1, bias=False)]
            wide //= 2
        layers += [nn.BatchNorm2d(wide), nn.ReLU(inplace=True)]
        layers += [nn.ConvTranspose2d(wide, channels, 4, 2, 1, bias=False), nn.Tanh()]
        self.main = nn.Sequential(*layers)

    def forward(self, latents):
        return self.main(latents)


class ExampleCritic(nn.Module):
    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        wide = WIDTH
        layers = [nn.Conv2d(channels, wide, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for _ in range(3):
            layers += [nn.Conv2d(wide, 2 * wide, 4, 2, 1, bias=False)]
            layers += [nn.BatchNorm2d(2 * wide), nn.LeakyReLU(0.2, inplace=True)]
            wide *= 2
        self.main = nn.Sequential(*layers, nn.Conv2d(wide, 1, 4, 1, 0, bias=False), nn.Sigmoid())

    def forward(self, images):
        return self.main(images).flatten()


def trained(net: nn.Module, seed: int = 0) -> nn.Module:
    """Give a net weights, statistics and a scale that a training could have left."""
    torch.manual_seed(seed)
    for name, tensor in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        else:
            tensor.normal_(0.5 if tensor.ndim == 1 else 0.0, 0.3)
    return net.eval()


@pytest.fixture
def maker() -> nn.Module:
    return trained(ExampleGenerator())


@pytest.fixture
def file(maker: nn.Module, tmp_path: Path) -> Path:
    path = tmp_path / "netG_epoch_24.pth"
    torch.save(maker.state_dict(), path)
    return path


def test_the_generator_makes_the_same_images(maker: nn.Module, file: Path, tmp_path: Path) -> None:
    done = import_weights("dcgan-examples", [file], to=tmp_path / "faces")
    model = load(tmp_path / "faces", device="cpu")
    latents = torch.randn(4, LATENTS)
    with torch.no_grad():
        expected = maker(latents[:, :, None, None])
        found = model.generator.eval()(latents)
    assert float(expected.std()) > 0.1
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert done.composition.task.image.shape == (3, 64, 64)
    assert done.composition.task.latent_dim == LATENTS
    assert model.sample(2).shape == (2, 3, 64, 64)
    assert not model.has_critic


def test_the_critic_gives_the_logits_behind_the_same_probabilities(
    file: Path, tmp_path: Path
) -> None:
    judge = trained(ExampleCritic(), seed=1)
    torch.save(judge.state_dict(), tmp_path / "netD_epoch_24.pth")
    import_weights("dcgan-examples", [tmp_path / "netD_epoch_24.pth", file], to=tmp_path / "both")
    images = torch.rand(4, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        expected = judge(images)
    found = load(tmp_path / "both", device="cpu").score(images).logits.sigmoid()
    assert float(expected.std()) > 0.01
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("channels", "doublings"), [(1, 3), (4, 5)])
def test_other_sizes_and_channels_are_found_from_the_tensors(
    channels: int, doublings: int, tmp_path: Path
) -> None:
    net = trained(ExampleGenerator(channels, doublings))
    torch.save({f"module.{k}": v for k, v in net.state_dict().items()}, tmp_path / "netG.pth")
    done = import_weights("dcgan-examples", [tmp_path / "netG.pth"], to=tmp_path / "out")
    side = 4 << doublings
    assert done.composition.task.image.shape == (channels, side, side)


def test_old_files_do_not_count_batches(maker: nn.Module, file: Path, tmp_path: Path) -> None:
    tensors = {k: v for k, v in maker.state_dict().items() if "num_batches" not in k}
    torch.save(tensors, file, _use_new_zipfile_serialization=False)
    import_weights("dcgan-examples", [file], to=tmp_path / "out")
    latents = torch.randn(2, LATENTS)
    with torch.no_grad():
        expected = maker(latents[:, :, None, None])
        found = load(tmp_path / "out", device="cpu").generator.eval()(latents)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_a_reference_of_the_original_is_compared(
    maker: nn.Module, file: Path, tmp_path: Path
) -> None:
    latents = torch.randn(3, LATENTS, 1, 1)
    with torch.no_grad():
        outputs = maker(latents)
    save_file({"inputs": latents, "outputs": outputs}, tmp_path / "right.safetensors")
    save_file({"inputs": latents, "outputs": outputs.flip(3)}, tmp_path / "wrong.safetensors")
    given = {"to": tmp_path / "out", "reference": tmp_path / "wrong.safetensors"}
    with pytest.raises(ZooError, match="generator differs from the reference by up to"):
        import_weights("dcgan-examples", [file], **given)
    assert not (tmp_path / "out").exists()
    given["reference"] = tmp_path / "right.safetensors"
    done = import_weights("dcgan-examples", [file], **given)
    assert done.differences[0].largest < 1e-5
    assert done.differences[0].images == 3


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("main.3.weight", lambda t: t[:, :, :3, :3], r"'main.3.weight' has the shape \(24, 12, 3"),
        ("main.4.bias", None, "it has no tensor 'main.4.bias'"),
        ("main.12.weight", lambda t: t[0], r"'main.12.weight' has the shape \(3, 4, 4\), where 4"),
        ("main.0.weight", None, "it has not the layers 'main.0', 'main.3'"),
        ("main.99.weight", lambda _: torch.zeros(1), "'main.99.weight' has no place in the net"),
    ],
)
def test_a_tensor_that_does_not_fit_is_named(
    name: str, change, message: str, maker: nn.Module, file: Path, tmp_path: Path
) -> None:
    tensors = dict(maker.state_dict())
    old = tensors.pop(name, torch.zeros(1))
    if change is not None:
        tensors[name] = change(old).clone()
    torch.save(tensors, file)
    with pytest.raises(ZooError, match=message) as caught:
        import_weights("dcgan-examples", [file], to=tmp_path / "out")
    assert str(file) in caught.value.message
    assert not (tmp_path / "out").exists()
