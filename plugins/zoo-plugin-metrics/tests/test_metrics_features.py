from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from zoo_core import ImageSpec, ZooError
from zoo_plugin_metrics import inception_weights
from zoo_plugin_metrics.inception import Inception
from zoo_plugin_metrics.inception_weights import NAMES, PUBLISHED, as_file
from zoo_plugin_metrics.pixels import Pixels

RGB = ImageSpec(3, 32, 32)


def images(channels: int = 3, side: int = 32, count: int = 2) -> Tensor:
    size = (count, channels, side, side)
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=generator)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Bare(FeatureExtractorInceptionV3):
    """The net without weights, for the names and shapes of its tensors."""

    def load_state_dict(self, state_dict, strict=True, assign=False):
        return None


def random_values(name: str, like: Tensor, generator: torch.Generator) -> Tensor:
    if like.ndim < 2:
        return like
    fan_in = like[0].numel()
    return torch.randn(like.shape, generator=generator) * (2 / fan_in) ** 0.5


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return random weights in the form of the published file."""
    empty = Bare("bare", ["2048"], as_file({})).state_dict()
    generator = torch.Generator().manual_seed(0)
    state = {name: random_values(name, like, generator) for name, like in empty.items()}
    path = tmp_path_factory.mktemp("weights") / NAMES[0]
    torch.save(state, path)
    return path


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return torch's cache folder of weights: an empty one."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def published(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the random weights, taken for the published ones."""
    monkeypatch.setattr(inception_weights, "PUBLISHED", digest(file))
    return file


def test_inception_sees_what_torch_fidelity_sees(published: Path, hub: Path) -> None:
    net = FeatureExtractorInceptionV3("theirs", ["2048", "logits_unbiased"], str(published))
    features, logits = net(images())
    (hub / NAMES[0]).symlink_to(published)
    seen = Inception(image=RGB)(images())
    assert seen.features.shape == (2, 2048)
    assert seen.logits is not None
    assert seen.features.std(0).mean() > 0
    torch.testing.assert_close(seen.features, features, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(seen.logits, logits, rtol=1e-5, atol=1e-6)


def test_grey_is_read_in_three_channels(published: Path) -> None:
    inception = Inception(image=ImageSpec(1, 16, 16), path=str(published))
    grey = images(channels=1, side=16)
    both = inception(torch.cat([grey.expand(-1, 3, -1, -1)]))
    torch.testing.assert_close(inception(grey).features, both.features)


def test_weights_of_ones_own_are_safetensors_with_their_hash(file: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.safetensors"
    save_file(torch.load(file, weights_only=True), own)
    inception = Inception(image=RGB, path=str(own), sha256=digest(own).upper())
    assert inception.digest == digest(own)
    assert inception(images(count=1)).features.shape == (1, 2048)
    with pytest.raises(ZooError, match=r"are safetensors, and .* is not"):
        Inception(image=RGB, path=str(file), sha256=digest(file))
    with pytest.raises(ZooError, match="'12ab' is no sha256"):
        Inception(image=RGB, path=str(own), sha256="12ab")


def test_weights_of_another_net_are_named(tmp_path: Path) -> None:
    own = tmp_path / "other.safetensors"
    save_file({"layer.weight": torch.zeros(3)}, own)
    inception = Inception(image=RGB, path=str(own), sha256=digest(own))
    with pytest.raises(ZooError, match="not those of this InceptionV3: Missing key"):
        inception(images())


def test_missing_weights_say_where_they_were_looked_for_and_how_to_give_them(hub: Path) -> None:
    with pytest.raises(ZooError) as error:
        Inception(image=RGB)
    for name in NAMES:
        assert str(hub / name) in error.value.message
    for part in (PUBLISHED, "inception:FILE", "features.download=true", "https://github.com"):
        assert part in error.value.hint


def test_a_named_file_that_is_missing_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"there is no .*mine\.pth"):
        Inception(image=RGB, path=str(tmp_path / "mine.pth"), download=True)


def test_altered_weights_are_refused_before_they_are_read(hub: Path) -> None:
    (hub / NAMES[1]).write_bytes(b"altered")
    found = hashlib.sha256(b"altered").hexdigest()
    with pytest.raises(ZooError, match=f"its sha256 is {found}, not {PUBLISHED}") as error:
        Inception(image=RGB)
    assert "fetch it again" in error.value.hint


def test_weights_that_changed_since_are_refused_when_they_are_read(
    published: Path, hub: Path
) -> None:
    copy = hub / NAMES[0]
    copy.write_bytes(published.read_bytes())
    inception = Inception(image=RGB)
    copy.write_bytes(b"changed")
    with pytest.raises(ZooError, match="does not hold the expected"):
        inception(images())


def test_a_download_is_checked_and_kept(
    published: Path, hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inception_weights, "URL", published.as_uri())
    inception = Inception(image=RGB, download=True)
    assert not list(hub.iterdir())
    assert inception(images(count=1)).features.shape == (1, 2048)
    assert [path.name for path in hub.iterdir()] == [NAMES[0]]


def test_another_file_at_the_address_is_not_kept(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"another file")
    monkeypatch.setattr(inception_weights, "URL", other.as_uri())
    inception = Inception(image=RGB, download=True)
    with pytest.raises(ZooError, match=r"cannot be fetched .*invalid hash value"):
        inception(images())
    assert not list(hub.iterdir())


def test_images_of_other_channels_are_refused(hub: Path) -> None:
    with pytest.raises(ZooError, match="1 or 3 channels, and these have 4") as error:
        Inception(image=ImageSpec(4, 32, 32))
    assert "pixels" in error.value.hint


def test_pixels_are_the_image_averaged_down() -> None:
    white = torch.full((2, 3, 32, 64), 255, dtype=torch.uint8)
    seen = Pixels(image=ImageSpec(3, 32, 64))(white)
    assert seen.logits is None
    assert torch.equal(seen.features, torch.ones(2, 3 * 8 * 16))


def test_pixels_say_how_they_read_and_differ_where_they_do() -> None:
    small, large = (Pixels(image=ImageSpec(1, side, side)) for side in (16, 32))
    assert small.reads == "averaged over areas to 16x16, values x / 127.5 - 1"
    assert small.digest == large.digest != Pixels(image=ImageSpec(1, 16, 16), side=8).digest
