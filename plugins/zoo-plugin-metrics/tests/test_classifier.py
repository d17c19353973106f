from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from zoo_core import ImageSpec, ZooError
from zoo_core.data.sets.digits import Digits
from zoo_core.data.sets.mnist import Mnist
from zoo_core.interfaces.data import Dataset, Rows
from zoo_plugin_metrics import classifier
from zoo_plugin_metrics.classifier import DIGEST, WEIGHTS, DigitClassifier, joint_log_probabilities
from zoo_plugin_metrics.classifier_net import DigitNet, as_input

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
GREY, STACKED = ImageSpec(1, 28, 28), ImageSpec(3, 28, 28)


def held_out(data: Dataset) -> Rows:
    table = data.tables("test")["images"]
    return table.take(torch.arange(len(table)))


def accuracy(rows: Rows) -> float:
    reader = DigitClassifier(image=ImageSpec(*rows.images.shape[1:]))
    logits = [reader(few).logits for few in torch.split(rows.images, 500)]
    found = torch.cat([few.argmax(1) for few in logits if few is not None])
    assert rows.labels is not None
    return (found == rows.labels).double().mean().item()


def noise(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(256, shape, dtype=torch.uint8, generator=generator)


def test_the_digest_is_the_hash_of_the_shipped_weights() -> None:
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == DIGEST
    assert DigitClassifier(image=GREY).digest == DIGEST


def test_the_weights_are_small_float16_and_say_how_they_came_about() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000
    with safe_open(WEIGHTS, framework="pt") as stored:
        assert {stored.get_tensor(name).dtype for name in stored.keys()} == {torch.float16}  # noqa: SIM118
        metadata = stored.metadata()
    assert json.loads(metadata["accuracy"])["mnist"] >= 0.99
    assert json.loads(metadata["options"])["epochs"] > 0
    assert set(metadata) == {"accuracy", "options", "torch", "licence"}


def test_it_reads_the_held_out_digits() -> None:
    assert accuracy(held_out(Digits())) >= 0.97


@pytest.mark.parametrize("size", [(16, 16), (64, 64)])
def test_it_reads_digits_of_other_sizes(size: tuple[int, int]) -> None:
    assert accuracy(held_out(Digits(size=size))) >= 0.95


@pytest.mark.skipif(not (SHARED / "MNIST/raw").is_dir(), reason="needs MNIST in ../shared/data")
@pytest.mark.parametrize("size", [(28, 28), (32, 32)])
def test_it_reads_mnist(size: tuple[int, int]) -> None:
    assert accuracy(held_out(Mnist(size=size, root=str(SHARED), download=False))) >= 0.99


@pytest.mark.parametrize("sides", [(8, 8), (28, 28), (32, 32), (33, 20), (1, 1)])
def test_grey_images_of_any_size_have_ten_logits(sides: tuple[int, int]) -> None:
    seen = DigitClassifier(image=ImageSpec(1, *sides))(noise(5, 1, *sides))
    assert seen.logits is not None
    assert (seen.features.shape, seen.logits.shape) == ((5, 96), (5, 10))
    assert seen.features.dtype == seen.logits.dtype == torch.float32
    assert not seen.features.requires_grad


def test_each_channel_of_stacked_digits_is_read_by_itself() -> None:
    images = noise(4, 3, 28, 28)
    seen = DigitClassifier(image=STACKED)(images)
    grey = DigitClassifier(image=GREY)
    alone = [grey(images[:, channel : channel + 1]).features for channel in range(3)]
    assert seen.features.shape == (4, 288)
    torch.testing.assert_close(seen.features, torch.cat(alone, 1))


def test_a_stacked_class_is_the_number_of_its_digits() -> None:
    rows = held_out(Digits())
    assert rows.labels is not None
    picked = [int((rows.labels == digit).nonzero()[0]) for digit in (3, 4, 5)]
    images = rows.images[picked].reshape(1, 3, 32, 32)
    seen = DigitClassifier(image=ImageSpec(3, 32, 32))(images)
    assert seen.logits is not None
    assert seen.logits.shape == (1, 1000)
    assert seen.logits.argmax(1).tolist() == [345]


def test_joint_log_probabilities_are_sums_over_the_channels() -> None:
    # two images of three channels and two classes; odds of 1:3, 1:1 and 1:7
    odds = torch.tensor([[1.0, 3], [1, 1], [1, 7], [1, 1], [1, 3], [1, 3]])
    joint = joint_log_probabilities(odds.log() + torch.tensor([[5.0]])).exp()
    first = [1 * 1 * 1, 1 * 1 * 7, 1 * 1 * 1, 1 * 1 * 7, 3, 21, 3, 21]
    second = [1, 3, 3, 9, 1, 3, 3, 9]
    expected = torch.tensor([[n / 64 for n in first], [n / 32 for n in second]])
    torch.testing.assert_close(joint, expected)


def test_the_same_images_give_the_same_bits_and_disturb_no_generator() -> None:
    images = noise(7, 1, 28, 28)
    before = torch.random.get_rng_state()
    one, other = DigitClassifier(image=GREY)(images), DigitClassifier(image=GREY)(images)
    assert torch.equal(one.features, other.features)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_image_is_read_alike_alone_and_among_others() -> None:
    reader, images = DigitClassifier(image=GREY), noise(6, 1, 28, 28)
    torch.testing.assert_close(reader(images).features[2:3], reader(images[2:3]).features)


def test_autocast_around_it_changes_nothing() -> None:
    reader, images = DigitClassifier(image=GREY), noise(3, 1, 28, 28)
    plain = reader(images).features
    with torch.autocast("cpu", torch.bfloat16):
        inside = reader(images).features
    assert torch.equal(plain, inside)


def test_precision_settings_are_left_as_they_were() -> None:
    before = torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic
    DigitClassifier(image=GREY)(noise(1, 1, 28, 28))
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.deterministic) == before


def test_moving_it_keeps_what_it_reads() -> None:
    reader, images = DigitClassifier(image=GREY), noise(2, 1, 28, 28)
    before = reader(images).features
    assert torch.equal(reader.to(torch.device("cpu"))(images).features, before)


@pytest.mark.gpu
def test_it_reads_the_same_on_a_gpu() -> None:
    images = held_out(Digits()).images
    reader = DigitClassifier(image=ImageSpec(1, 32, 32))
    expected = reader(images).features
    found = reader.to(torch.device("cuda"))(images.cuda()).features.cpu()
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_images_are_scaled_to_the_side_of_the_net_and_to_one() -> None:
    images = torch.tensor([0, 255], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 1, 5, 9)
    values = as_input(images)
    assert values.shape == (2, 1, 32, 32)
    torch.testing.assert_close(values[0], torch.full((1, 32, 32), -1.0))
    torch.testing.assert_close(values[1], torch.full((1, 32, 32), 1.0))


def test_the_net_is_small() -> None:
    assert sum(p.numel() for p in DigitNet().parameters()) < 400_000


@pytest.mark.parametrize("channels", [2, 4])
def test_other_channels_are_refused_with_the_way_out(channels: int) -> None:
    with pytest.raises(ZooError) as caught:
        DigitClassifier(image=ImageSpec(channels, 8, 8))
    assert caught.value.message == (
        f"features 'digit-classifier' read a digit in grey or one in each of 3 channels, "
        f"not images of {channels} channels ({channels}x8x8)"
    )
    assert caught.value.hint == "`--features inception` or `--features pixels`"


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "digits.safetensors"
    shutil.copy(WEIGHTS, copy)
    with copy.open("ab") as file:
        file.write(b"x")
    monkeypatch.setattr(classifier, "WEIGHTS", copy)
    with pytest.raises(ZooError, match=r"were altered: their sha256 is [0-9a-f]{64}") as caught:
        DigitClassifier(image=GREY)
    assert "--force-reinstall" in caught.value.hint


def test_missing_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "WEIGHTS", tmp_path / "none.safetensors")
    with pytest.raises(ZooError, match=r"cannot be read: .*No such file") as caught:
        DigitClassifier(image=GREY)
    assert "--force-reinstall" in caught.value.hint
