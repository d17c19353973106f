from __future__ import annotations

from pathlib import Path

import pytest
import torch

from zoo_core.data import MemoryTable, fingerprint
from zoo_core.data.sets.mnist import Mnist
from zoo_core.data.sets.stacked import StackedMnist, StackedTable
from zoo_core.interfaces.data import Split
from zoo_core.spec import ImageSpec

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
real = pytest.mark.skipif(not (SHARED / "MNIST/raw").is_dir(), reason="needs MNIST in ../shared")


def idx(values: torch.Tensor) -> bytes:
    sides = b"".join(side.to_bytes(4, "big") for side in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sides + values.numpy().tobytes()


@pytest.fixture
def root(tmp_path: Path) -> str:
    """Lay down unpacked files: 20 and 10 images, every pixel of which is ten times the label."""
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for prefix, count in (("train", 20), ("t10k", 10)):
        labels = torch.arange(count, dtype=torch.uint8) % 10
        images = (labels * 10).view(-1, 1, 1).expand(-1, 28, 28).contiguous()
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels))
    return str(tmp_path)


def stacked(root: str, **options: int) -> StackedMnist:
    return StackedMnist(root=root, download=False, **options)


def table(data: StackedMnist, split: Split = "train") -> StackedTable:
    found = data.tables(split)["images"]
    assert isinstance(found, StackedTable)
    return found


def test_three_digits_are_the_channels_of_one_image(root: str) -> None:
    data = stacked(root)
    assert data.image == ImageSpec(3, 28, 28)
    rows = table(data).take(torch.arange(100))
    assert rows.images.shape == (100, 3, 28, 28)
    assert rows.images.dtype == torch.uint8
    assert len(rows.images[:, :, 0, 0].unique(dim=0)) > 50


def test_the_class_is_the_number_that_the_digits_spell(root: str) -> None:
    rows = table(stacked(root)).take(torch.arange(200))
    digits = (rows.images[:, :, 14, 14] // 10).long()
    assert rows.labels is not None
    assert torch.equal(rows.labels, digits @ torch.tensor([100, 10, 1]))


def test_there_are_a_thousand_classes_with_three_digits(root: str) -> None:
    classes = stacked(root).classes
    assert len(classes) == 1000
    assert (classes[0], classes[42], classes[999]) == ("000", "042", "999")


def test_the_usual_counts_are_those_of_the_paper(root: str) -> None:
    assert stacked(root).summary() == (
        "128,000 training and 26,000 held-out images of 3x28x28, 1000 classes"
    )


def test_counts_can_be_chosen(root: str) -> None:
    data = stacked(root, count=7, held_out=3)
    assert (data.count("train"), data.count("test")) == (7, 3)


def test_more_images_leave_the_first_as_they_are(root: str) -> None:
    few, many = table(stacked(root, count=9)), table(stacked(root, count=5000))
    assert torch.equal(few.triples, many.triples[:9])


def test_held_out_triples_are_of_held_out_digits(root: str) -> None:
    data = stacked(root)
    assert int(table(data).triples.max()) == 19
    assert int(table(data, "test").triples.max()) == 9


def test_two_of_the_same_are_the_same_and_splits_differ(root: str) -> None:
    one, other = stacked(root), stacked(root)
    assert torch.equal(table(one).triples, table(other).triples)
    assert not torch.equal(table(one).triples[:50] % 10, table(one, "test").triples[:50])


def test_another_size_is_that_of_the_digits(root: str) -> None:
    data = StackedMnist(size=(32, 32), root=root, download=False)
    assert data.image == ImageSpec(3, 32, 32)
    assert table(data).take(torch.tensor([5])).images.shape == (1, 3, 32, 32)


def test_nothing_is_stacked_until_it_is_asked_for(root: str) -> None:
    big = table(stacked(root, count=1_000_000))
    assert isinstance(big.digits, MemoryTable)
    assert len(big.digits) == 20
    assert len(big) == 1_000_000


def test_it_goes_to_a_device_as_a_whole(root: str) -> None:
    here = table(stacked(root, count=4))
    moved = here.to(torch.device("meta"))
    assert moved.take(torch.arange(2, device="meta")).images.device.type == "meta"


def test_the_fingerprint_sees_digits_and_triples(root: str) -> None:
    data = table(stacked(root, count=50))
    assert isinstance(data.digits, MemoryTable)
    other_triples = StackedTable(data.digits, data.triples.flip(1))
    other_digits = StackedTable(
        MemoryTable(data.digits.images + 1, data.digits.labels), data.triples
    )
    prints = {fingerprint({"images": one}) for one in (data, other_triples, other_digits)}
    assert len(prints) == 3
    assert fingerprint({"images": table(stacked(root, count=50))}) in prints


@real
def test_real_digits_are_stacked() -> None:
    digits = Mnist(root=str(SHARED), download=False).tables("test")["images"]
    data = StackedMnist(root=str(SHARED), download=False)
    found = table(data, "test")
    rows, alone = found.take(torch.tensor([123])), digits.take(found.triples[123])
    assert torch.equal(rows.images[0], alone.images[:, 0])
    labels = found.take(torch.arange(len(found))).labels
    assert labels is not None
    assert len(labels.unique()) == 1000
