from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from zoo_core.data import fingerprint
from zoo_core.data.sets import digits
from zoo_core.data.sets.digits import Digits, is_held_out, load_scans
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec


def table(split: str, **options: object) -> MemoryTable:
    found = Digits(**options).tables(split)["images"]
    assert isinstance(found, MemoryTable)
    return found


def test_digits_are_32_pixels_of_grey_in_ten_classes() -> None:
    digits = Digits()
    assert digits.image == ImageSpec(1, 32, 32)
    assert digits.classes == tuple("0123456789")


def test_digits_use_the_whole_range_of_a_byte() -> None:
    images = table("train").images
    assert images.dtype == torch.uint8
    assert images.shape[1:] == (1, 32, 32)
    assert (images.min(), images.max()) == (0, 255)


def test_the_two_splits_hold_every_scan_once() -> None:
    labels = load_scans()[1]
    held = is_held_out(labels)
    assert len(table("train")) == int((~held).sum()) == 1442
    assert len(table("test")) == int(held.sum()) == 355


def test_every_class_is_held_out_alike() -> None:
    train, test = table("train").labels, table("test").labels
    assert train is not None
    assert test is not None
    fractions = test.bincount() / (train.bincount() + test.bincount())
    assert ((fractions - 0.2).abs() < 0.006).all()


def test_every_fifth_of_a_class_is_held_out() -> None:
    labels = torch.tensor([3, 3, 1, 3, 3, 3, 1, 3, 1, 1, 1])
    assert is_held_out(labels).nonzero().flatten().tolist() == [5, 10]


def test_at_8_pixels_the_scans_are_as_they_were_made() -> None:
    scans, labels = load_scans()
    kept = ~is_held_out(labels)
    found = table("train", size=(8, 8))
    assert torch.equal(found.labels, labels[kept])
    back = (found.images[:, 0].double() * 16 / 255).round()
    assert torch.equal(back, scans[kept].double())


def test_a_wide_digit_is_kept_whole_on_black() -> None:
    square, wide = table("test", size=(16, 16)).images, table("test", size=(16, 24)).images
    assert torch.equal(wide[..., 4:20], square)
    assert int(wide[..., :4].max()) == int(wide[..., 20:].max()) == 0


def test_a_split_is_read_once_and_kept() -> None:
    digits = Digits(size=(8, 8))
    assert digits.tables("train")["images"] is digits.tables("train")["images"]


def test_the_summary_counts() -> None:
    assert Digits().summary() == ("1,442 training and 355 held-out images of 1x32x32, 10 classes")


def test_reading_digits_twice_gives_the_same_fingerprint() -> None:
    assert fingerprint(Digits().tables("test")) == fingerprint(Digits().tables("test"))
    assert fingerprint(Digits().tables("test")) != fingerprint(Digits().tables("train"))


def test_an_impossible_size_is_refused_when_the_data_set_is_built() -> None:
    with pytest.raises(ZooError, match="an image side of 0 pixels is out of range"):
        Digits(size=(0, 8))


def test_the_embedded_file_is_the_one_that_was_made() -> None:
    scans, labels = load_scans()
    assert hashlib.sha256(scans.numpy().tobytes()).hexdigest().startswith("8f26b2bd9d135c25")
    assert hashlib.sha256(labels.numpy().tobytes()).hexdigest().startswith("a3c91c262eddcf7b")


def test_the_embedded_file_equals_the_copy_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.datasets", reason="needs scikit-learn")
    bunch = sklearn.load_digits()
    scans, labels = load_scans()
    assert torch.equal(scans.double(), torch.from_numpy(bunch.images))
    assert torch.equal(labels, torch.from_numpy(bunch.target).long())


def test_the_licence_of_the_digits_lies_beside_them() -> None:
    text = Path(digits.__file__).with_name("DIGITS.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "Alpaydin" in text
    assert "Kaynak" in text
