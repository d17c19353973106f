"""Sets of images of known faults, and what is read of images, on cases worked out by hand."""

from __future__ import annotations

import pytest
import torch

from benchmarks.shared.controls import (
    COPIES,
    GAUSSIAN,
    HALF,
    NOISE,
    REAL,
    REPEATED,
    control_sets,
    gaussian,
    measured,
    real_images,
)
from benchmarks.shared.measures import purity, read
from zoo_core import ZooError, compose
from zoo_core.data import MemoryTable
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import Dataset
from zoo_core.metrics import Panel
from zoo_core.spec import ImageSpec


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Stripes(Dataset):
    """Two classes, bright on the left or on the right."""

    def __init__(self, classes: tuple[str, ...] = ("left", "right")) -> None:
        self.image, self.classes = ImageSpec(1, 4, 4), classes

    def tables(self, split):
        labels = torch.arange(40 if split == "train" else 6) % 2
        images = torch.randint(0, 60, (len(labels), 1, 4, 4), generator=seeded(len(labels)))
        images[labels == 0, :, :, :2] += 190
        images[labels == 1, :, :, 2:] += 190
        return {"images": MemoryTable(images.byte(), labels if self.classes else None)}


def test_the_gaussian_has_the_means_and_covariances_of_the_pixels() -> None:
    base = torch.randn(5000, 3, generator=seeded()) @ torch.tensor(
        [[0.1, 0.05, 0.0], [0.0, 0.1, 0.05], [0.0, 0.0, 0.1]]
    )
    images = (base + torch.tensor([0.2, -0.1, 0.0])).view(-1, 1, 1, 3)
    drawn = gaussian(images, 20_000, seeded(1)).flatten(1)
    assert torch.allclose(drawn.mean(0), base.mean(0) + torch.tensor([0.2, -0.1, 0]), atol=0.005)
    assert torch.allclose(drawn.T.cov(), base.T.cov(), atol=0.001)


def test_the_gaussian_stays_in_the_range_of_images() -> None:
    images = torch.randn(50, 1, 2, 2, generator=seeded()).sign()
    assert gaussian(images, 100, seeded()).abs().max() == 1


def test_controls_are_as_many_as_asked_and_the_same_again() -> None:
    found, again = (control_sets(Stripes(), 12) for _ in range(2))
    # of six held-out images three are of the first class
    expected = {REAL: 6, COPIES: 12, HALF: 3, GAUSSIAN: 12, REPEATED: 12, NOISE: 12}
    assert {name: len(images) for name, images in found.items()} == expected
    assert all(torch.equal(found[name].images, again[name].images) for name in found)
    assert found[HALF].labels.tolist() == [0, 0, 0]
    training = real_images(Stripes(), "train").images
    assert all((training == image).flatten(1).all(1).any() for image in found[COPIES].images)
    assert (found[REPEATED].images == found[REPEATED].images[0]).all()


def test_data_without_labels_are_refused() -> None:
    with pytest.raises(ZooError, match="labels are needed, and Stripes has none"):
        control_sets(Stripes(classes=()), 12)


def test_what_is_wrong_with_a_control_is_seen(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path))
    parts = {"generator": "dcgan", "data": "digits", "metric": ("fid", "memorisation")}
    composition = compose(parts, recipe="none")
    sets = control_sets(composition.dataset, 200)
    found = measured(Panel(composition), sets, (COPIES, REPEATED))
    assert list(found) == [COPIES, REPEATED]
    assert found[COPIES].values["memorisation"] == 1
    assert found[REPEATED].values["memorisation"] == 0
    assert found[REPEATED].values["fid"] > 10 * found[COPIES].values["fid"]


def test_real_digits_are_read_as_their_labels_say() -> None:
    held_out = real_images(Digits(size=(32, 32)), "test")
    assert (read(held_out.images) == held_out.labels).double().mean() > 0.98


def test_purity_counts_the_most_frequent_class_of_each_group() -> None:
    groups = torch.tensor([0, 0, 0, 1, 1, 2])
    classes = torch.tensor([4, 4, 1, 0, 0, 3])
    assert purity(groups, classes) == pytest.approx((2 + 2 + 1) / 6)


def test_purity_of_one_group_is_the_share_of_the_largest_class() -> None:
    groups, classes = torch.zeros(8, dtype=torch.int64), torch.tensor([0, 0, 0, 1, 1, 2, 3, 4])
    assert purity(groups, classes) == 3 / 8
