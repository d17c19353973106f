"""The original repository's nets, written again after their description, and compared with ours."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from zoo_core import ZooError, load
from zoo_core.weights.convert.exported import export
from zoo_core.weights.convert.imported import import_weights

W = 2
PLAIN = nn.InstanceNorm2d
TRACKED = partial(nn.InstanceNorm2d, track_running_stats=True)
AFFINE = partial(nn.InstanceNorm2d, affine=True)
BATCH = nn.BatchNorm2d


def biased(norm) -> bool:
    return norm is not BATCH


class Block(nn.Module):
    def __init__(self, norm, *, dropout: bool, zeros: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for last in (False, True):
            layers += [] if zeros else [nn.ReflectionPad2d(1)]
            layers += [nn.Conv2d(4 * W, 4 * W, 3, padding=int(zeros), bias=biased(norm))]
            layers += [norm(4 * W)] + ([] if last else [nn.ReLU(inplace=True)])
            layers += [nn.Dropout(0.5)] if dropout and not last else []
        self.conv_block = nn.Sequential(*layers)

    def forward(self, maps):
        return maps + self.conv_block(maps)


class ResNet(nn.Module):
    def __init__(self, blocks=6, norm=PLAIN, *, reads=3, makes=3, dropout=False, zeros=False):
        super().__init__()
        bias = biased(norm)

        def finished(layer):
            return [layer, norm(layer.out_channels), nn.ReLU(inplace=True)]

        layers = [nn.ReflectionPad2d(3), *finished(nn.Conv2d(reads, W, 7, bias=bias))]
        for wide in (W, 2 * W):
            layers += finished(nn.Conv2d(wide, 2 * wide, 3, stride=2, padding=1, bias=bias))
        layers += [Block(norm, dropout=dropout, zeros=zeros) for _ in range(blocks)]
        for wide in (4 * W, 2 * W):
            layers += finished(
                nn.ConvTranspose2d(wide, wide // 2, 3, 2, padding=1, output_padding=1, bias=bias)
            )
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(W, makes, 7), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def forward(self, images):
        return self.model(images)


class Nested(nn.Module):
    """A block of the U-Net around the next one; its activations work in place, as there."""

    def __init__(self, outer, inner, norm, *, reads=None, makes=None, inside=None, dropout=False):
        super().__init__()
        bias = biased(norm)
        self.outermost = makes is not None
        down = nn.Conv2d(reads or outer, inner, 4, 2, 1, bias=bias)
        joined = inner if inside is None else 2 * inner
        up = nn.ConvTranspose2d(joined, makes or outer, 4, 2, 1, bias=bias or self.outermost)
        if self.outermost:
            layers = [down, inside, nn.ReLU(True), up, nn.Tanh()]
        elif inside is None:
            layers = [nn.LeakyReLU(0.2, True), down, nn.ReLU(True), up, norm(outer)]
        else:
            layers = [nn.LeakyReLU(0.2, True), down, norm(inner), inside]
            layers += [nn.ReLU(True), up, norm(outer)] + [nn.Dropout(0.5)] * dropout
        self.model = nn.Sequential(*layers)

    def forward(self, maps):
        if self.outermost:
            return self.model(maps)
        return torch.cat([maps, self.model(maps)], 1)


class UNet(nn.Module):
    def __init__(self, depth=8, norm=BATCH, *, reads=3, makes=3):
        super().__init__()
        block = Nested(8 * W, 8 * W, norm)
        for _ in range(depth - 5):
            block = Nested(8 * W, 8 * W, norm, inside=block, dropout=True)
        for outer, inner in ((4 * W, 8 * W), (2 * W, 4 * W), (W, 2 * W)):
            block = Nested(outer, inner, norm, inside=block)
        self.model = Nested(makes, W, norm, reads=reads, makes=makes, inside=block)

    def forward(self, images):
        return self.model(images)


class Patches(nn.Module):
    def __init__(self, channels=3, norm=PLAIN) -> None:
        super().__init__()
        layers = [nn.Conv2d(channels, W, 4, 2, 1), nn.LeakyReLU(0.2, True)]
        for number, stride in ((1, 2), (2, 2), (3, 1)):
            before, after = W * 2 ** (number - 1), W * 2**number
            layers += [nn.Conv2d(before, after, 4, stride, 1, bias=biased(norm)), norm(after)]
            layers += [nn.LeakyReLU(0.2, True)]
        self.model = nn.Sequential(*layers, nn.Conv2d(8 * W, 1, 4, 1, 1))

    def forward(self, images):
        return self.model(images)


class Pixels(nn.Module):
    """The critic that the original calls `pixel`."""

    def __init__(self, channels=6, norm=BATCH) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels, W, 1, 1, 0),
            nn.LeakyReLU(0.2, True),
            nn.Conv2d(W, 2 * W, 1, 1, 0, bias=biased(norm)),
            norm(2 * W),
            nn.LeakyReLU(0.2, True),
            nn.Conv2d(2 * W, 1, 1, 1, 0, bias=biased(norm)),
        )

    def forward(self, images):
        return self.net(images)


def trained(net: nn.Module, seed: int = 0) -> nn.Module:
    """Give a net weights and statistics that a training could have left."""
    torch.manual_seed(seed)
    for name, tensor in net.state_dict().items():
        if name.endswith("num_batches_tracked"):
            tensor.fill_(7)
        elif name.endswith("running_var"):
            tensor.uniform_(0.5, 2)
        else:
            tensor.normal_(0.5 if tensor.ndim == 1 else 0.0, 0.3)
    return net.eval()


def saved(net: nn.Module, path: Path) -> Path:
    torch.save(net.state_dict(), path)
    return path


def compared(net: nn.Module, model, direction: str, *shape: int) -> None:
    images = torch.rand(2, *shape) * 2 - 1
    with torch.no_grad():
        expected = net(images)
    assert float(expected.std()) > 0.1
    found = model.translate(images, direction)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("blocks", "norm", "dropout"),
    [(6, PLAIN, False), (9, PLAIN, False), (6, BATCH, True)],
)
def test_one_generator_translates_alike(blocks, norm, dropout, tmp_path: Path) -> None:
    net = trained(ResNet(blocks, norm, reads=1, dropout=dropout))
    file = saved(net, tmp_path / "latest_net_G.pth")
    done = import_weights("cyclegan-original", [file], to=tmp_path / "out")
    compared(net, load(tmp_path / "out", device="cpu"), "ab", 1, 32, 40)
    side = 256 if blocks == 9 else 128
    assert done.composition.task.image.shape == (3, side, side)
    assert "one generator is given, so this translates one way only" in done.remarks


def test_running_statistics_of_instance_norms_are_left_out_as_there(tmp_path: Path) -> None:
    tracked = trained(ResNet(6, TRACKED))
    plain = ResNet(6).eval()
    left = {k: v for k, v in tracked.state_dict().items() if k in plain.state_dict()}
    assert len(left) < len(tracked.state_dict())
    plain.load_state_dict(left)
    file = saved(tracked, tmp_path / "latest_net_G_A.pth")
    done = import_weights("cyclegan-original", [file], to=tmp_path / "out", size=(32, 32))
    compared(plain, load(tmp_path / "out", device="cpu"), "ab", 3, 32, 32)
    assert any("the running statistics of 17 instance norms" in r for r in done.remarks)


def test_both_generators_and_critics_find_their_sides(tmp_path: Path) -> None:
    nets = {
        "G_A": trained(ResNet(reads=1, makes=3), 1),
        "G_B": trained(ResNet(reads=3, makes=1), 2),
        "D_A": trained(Patches(3), 3),
        "D_B": trained(Patches(1, TRACKED), 4),
    }
    files = [saved(net, tmp_path / f"latest_net_{name}.pth") for name, net in nets.items()]
    reference = tmp_path / "reference.safetensors"
    a, b = torch.rand(1, 1, 32, 32), torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        pairs = {"outputs": nets["G_A"](a), "outputs.ba": nets["G_B"](b)}
    save_file({"inputs": a, "inputs.ba": b, **pairs}, reference)
    done = import_weights(
        "cyclegan-original", files, to=tmp_path / "out", size=(32, 32), reference=reference
    )
    assert {one.net for one in done.differences} == {"generator.ab", "generator.ba"}
    assert max(one.largest for one in done.differences) < 1e-5
    model = load(tmp_path / "out", device="cpu")
    compared(nets["G_B"], model, "ba", 3, 32, 32)
    critic = model.game.nets()["discriminator.b"].eval()
    with torch.no_grad():
        judged = nets["D_A"].train()(b).squeeze(1)
        torch.testing.assert_close(critic(b), judged, atol=1e-5, rtol=0)


def test_each_direction_of_imported_weights_can_be_exported(tmp_path: Path) -> None:
    nets = {"G_A": trained(ResNet(2), 1), "G_B": trained(ResNet(2), 2)}
    files = [saved(net, tmp_path / f"latest_net_{name}.pth") for name, net in nets.items()]
    import_weights("cyclegan-original", files, to=tmp_path / "out", size=(16, 16))
    model = load(tmp_path / "out", device="cpu")
    assert not model.has_critic
    path = tmp_path / "ba.pt2"
    done = export(model, path, format="torch-export", direction="ba")
    assert done.inputs == {"source": (3, 16, 16)}
    images = torch.rand(3, 3, 16, 16)
    found = torch.export.load(path).module()(images)
    torch.testing.assert_close(found, nets["G_B"](images), atol=1e-5, rtol=0)
    done = export(model, tmp_path / "ba.safetensors", format="safetensors", direction="ba")
    assert set(load_file(done.path)) == set(nets["G_B"].state_dict())


@pytest.mark.parametrize(("depth", "norm"), [(8, BATCH), (7, PLAIN), (6, TRACKED)])
def test_a_nested_unet_translates_alike(depth: int, norm, tmp_path: Path) -> None:
    net = trained(UNet(depth, norm, reads=1))
    file = saved(net, tmp_path / "latest_net_G.pth")
    critic = saved(trained(Patches(4, BATCH)), tmp_path / "latest_net_D.pth")
    files = [file, critic] if depth == 8 else [file]
    done = import_weights("pix2pix-original", files, to=tmp_path / "out")
    assert done.composition.task.image.shape == (3, 1 << depth, 1 << depth)
    model = load(tmp_path / "out", device="cpu")
    if norm is TRACKED:
        plain = UNet(depth, PLAIN, reads=1).eval()
        kept = plain.state_dict().keys()
        plain.load_state_dict({k: v for k, v in net.state_dict().items() if k in kept})
        net = plain
    compared(net, model, "ab", 1, 1 << depth, 1 << depth)
    assert model.has_critic == (depth == 8)


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (ResNet(2, zeros=True), "its blocks pad with zeros, and ours by reflection"),
        (ResNet(2, AFFINE), "'model.2' is an instance norm with weights"),
        (UNet(6), "it has no tensor 'model.1.weight'"),
    ],
)
def test_a_convention_that_ours_has_not_is_refused(net, message: str, tmp_path: Path) -> None:
    file = saved(net, tmp_path / "latest_net_G_A.pth")
    with pytest.raises(ZooError, match=message):
        import_weights("cyclegan-original", [file], to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_tensor_that_does_not_fit_is_named(tmp_path: Path) -> None:
    tensors = ResNet(2).state_dict()
    tensors["model.10.conv_block.5.weight"] = torch.zeros(8, 8, 5, 5)
    torch.save(tensors, tmp_path / "net.pth")
    with pytest.raises(
        ZooError, match=r"'model.10.conv_block.5.weight' has the shape \(8, 8, 5, 5"
    ):
        import_weights("cyclegan-original", [tmp_path / "net.pth"], to=tmp_path / "out")


def test_two_generators_that_do_not_lead_back_are_refused(tmp_path: Path) -> None:
    files = [
        saved(ResNet(2, reads=1), tmp_path / "latest_net_G_A.pth"),
        saved(ResNet(2), tmp_path / "latest_net_G_B.pth"),
    ]
    with pytest.raises(ZooError, match="it is not the other generator's way back"):
        import_weights("cyclegan-original", files, to=tmp_path / "out")


def test_a_critic_without_its_generators_is_refused(tmp_path: Path) -> None:
    files = [
        saved(ResNet(2), tmp_path / "latest_net_G_A.pth"),
        saved(Patches(), tmp_path / "latest_net_D_A.pth"),
    ]
    with pytest.raises(ZooError, match="belongs to two generators, and one is given"):
        import_weights("cyclegan-original", files, to=tmp_path / "out")


def test_one_critic_of_two_is_refused(tmp_path: Path) -> None:
    names = {"G_A": ResNet(2), "G_B": ResNet(2), "D_A": Patches()}
    files = [saved(net, tmp_path / f"latest_net_{name}.pth") for name, net in names.items()]
    with pytest.raises(ZooError, match=r"'discriminator\.a' is missing among the files"):
        import_weights("cyclegan-original", files, to=tmp_path / "out", size=(32, 32))


@pytest.mark.parametrize("norm", [BATCH, PLAIN, TRACKED])
def test_a_critic_of_pixels_scores_alike(norm, tmp_path: Path) -> None:
    net = trained(Pixels(4, norm))
    files = [
        saved(trained(UNet(6, norm, reads=1)), tmp_path / "latest_net_G.pth"),
        saved(net, tmp_path / "latest_net_D.pth"),
    ]
    done = import_weights("pix2pix-original", files, to=tmp_path / "out")
    critic = done.composition.settings["critic"]
    assert done.composition.plan.name("critic") == "pixelgan"
    assert critic.values["width"].value == W
    assert critic.values["norm"].value == ("batch" if norm is BATCH else "instance")
    model = load(tmp_path / "out", device="cpu")
    images = torch.rand(2, 4, 64, 64)
    if norm is TRACKED:
        plain = Pixels(4, PLAIN).eval()
        kept = plain.state_dict().keys()
        plain.load_state_dict({k: v for k, v in net.state_dict().items() if k in kept})
        net = plain
    with torch.no_grad():
        ours, theirs = model.game.duel.critic(images), net(images).squeeze(1)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


def test_critics_of_pixels_belong_to_cyclegan_too_and_both_are_alike(tmp_path: Path) -> None:
    nets = {"G_A": ResNet(2), "G_B": ResNet(2), "D_A": Pixels(3, PLAIN), "D_B": Pixels(3, PLAIN)}
    files = [saved(net, tmp_path / f"latest_net_{name}.pth") for name, net in nets.items()]
    done = import_weights("cyclegan-original", files, to=tmp_path / "out", size=(32, 32))
    assert done.composition.plan.name("critic") == "pixelgan"
    files[2] = saved(Patches(), tmp_path / "latest_net_D_A.pth")
    with pytest.raises(ZooError, match="it is no critic of 3 channels like the other"):
        import_weights("cyclegan-original", files, to=tmp_path / "two", size=(32, 32))


def test_neither_a_critic_of_patches_nor_of_pixels_is_refused(tmp_path: Path) -> None:
    files = [
        saved(UNet(6), tmp_path / "latest_net_G.pth"),
        saved(nn.Sequential(nn.Conv2d(6, W, 1)), tmp_path / "latest_net_D.pth"),
    ]
    with pytest.raises(ZooError, match=r"of a PatchGAN, nor the layers 'net.0', 'net.2'"):
        import_weights("pix2pix-original", files, to=tmp_path / "out")


def test_a_critic_of_other_channels_is_refused(tmp_path: Path) -> None:
    files = [
        saved(UNet(6), tmp_path / "latest_net_G.pth"),
        saved(Patches(3, BATCH), tmp_path / "latest_net_D.pth"),
    ]
    with pytest.raises(ZooError, match="it sees 3 channels, and source and image have 6 together"):
        import_weights("pix2pix-original", files, to=tmp_path / "out")
