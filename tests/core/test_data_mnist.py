from __future__ import annotations

import gzip
import hashlib
import struct
import sys
from pathlib import Path

import pytest
import torch
from torchvision import datasets

from zoo_core.data import contain_images
from zoo_core.data.sets.mnist import FashionMnist, Mnist, parse_idx
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
HAS_MNIST = (SHARED / "MNIST" / "raw").is_dir() and (SHARED / "FashionMNIST" / "raw").is_dir()
real = pytest.mark.skipif(not HAS_MNIST, reason="needs MNIST and FashionMNIST in ../shared/data")

COUNTS = {"train": 7, "t10k": 3}


def idx(values: torch.Tensor) -> bytes:
    shape = struct.pack(f">{values.ndim}I", *values.shape)
    return bytes([0, 0, 8, values.ndim]) + shape + values.numpy().tobytes()


def contents(prefix: str) -> dict[str, bytes]:
    count = COUNTS[prefix]
    images = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1).expand(-1, 28, 28)
    return {
        f"{prefix}-images-idx3-ubyte": idx(images.contiguous()),
        f"{prefix}-labels-idx1-ubyte": idx(torch.arange(count, dtype=torch.uint8) % 10),
    }


def put(folder: Path, monkeypatch: pytest.MonkeyPatch, *, packed: bool) -> None:
    """Write four small files, and let torchvision publish their checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    published = []
    for name, data in {**contents("train"), **contents("t10k")}.items():
        archive = gzip.compress(data, mtime=0)
        published.append((f"{name}.gz", hashlib.md5(archive).hexdigest()))
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(archive if packed else data)
    monkeypatch.setattr(datasets.MNIST, "resources", published)


def table(data: Mnist, split: str) -> MemoryTable:
    found = data.tables(split)["images"]
    assert isinstance(found, MemoryTable)
    return found


def failure(data: Mnist, split: str = "train") -> ZooError:
    with pytest.raises(ZooError) as caught:
        data.tables(split)
    return caught.value


def test_nothing_is_read_before_a_split_is_asked_for(tmp_path: Path) -> None:
    data = Mnist(root=str(tmp_path / "nowhere"))
    assert data.image == ImageSpec(1, 28, 28)
    assert data.classes == tuple("0123456789")
    assert FashionMnist(root=str(tmp_path), size=(64, 48)).image == ImageSpec(1, 64, 48)
    assert FashionMnist(root=str(tmp_path)).classes[0] == "T-shirt/top"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "unpacked"])
def test_both_splits_come_from_their_own_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    put(tmp_path / "MNIST" / "raw", monkeypatch, packed=packed)
    before = sorted(tmp_path.rglob("*"))
    data = Mnist(root=str(tmp_path), download=False)
    train, test = table(data, "train"), table(data, "test")
    assert (len(train), len(test)) == (7, 3)
    assert train.images.shape == (7, 1, 28, 28)
    assert train.images[:, 0, 0, 0].tolist() == list(range(7))
    assert train.labels is not None
    assert train.labels.dtype == torch.int64
    assert train.labels.tolist() == list(range(7))
    assert sorted(tmp_path.rglob("*")) == before
    assert data.summary() == "7 training and 3 held-out images of 1x28x28, 10 classes"


def test_missing_files_are_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path / "mirror", monkeypatch, packed=True)

    def unpack(url: str, download_root: str, filename: str, md5: str) -> None:
        sys.stdout.write("torchvision talks")
        data = gzip.decompress((tmp_path / "mirror" / filename).read_bytes())
        Path(download_root, filename.removesuffix(".gz")).write_bytes(data)

    monkeypatch.setattr("torchvision.datasets.mnist.download_and_extract_archive", unpack)
    data = Mnist(root=str(tmp_path / "data"))
    assert len(table(data, "train")) == 7
    assert len(table(data, "test")) == 3
    assert capfd.readouterr().out == ""


def test_a_failed_download_says_where_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.MNIST, "mirrors", [(tmp_path / "nowhere").as_uri() + "/"])
    error = failure(Mnist(root=str(tmp_path / "data")))
    folder = tmp_path / "data" / "MNIST" / "raw"
    assert error.message.startswith(
        f"mnist is not in {str(folder)!r} and cannot be downloaded: Error downloading "
    )
    assert "\n" not in error.message
    assert error.hint == (
        "put train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz there, "
        "or name another folder with `--data-dir`"
    )


def test_a_root_that_cannot_be_written_is_an_error_of_the_same_kind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    error = failure(Mnist(root=str(tmp_path / "file")))
    assert "file/MNIST/raw' and cannot be downloaded: " in error.message


def test_missing_files_without_download_are_named(tmp_path: Path) -> None:
    error = failure(FashionMnist(root=str(tmp_path), download=False), "test")
    folder = tmp_path / "FashionMNIST" / "raw"
    assert str(error) == (
        f"fashion-mnist is not in {str(folder)!r} and `download` is false\n"
        "Hint: put t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz there, "
        "or name another folder with `--data-dir`"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_archive_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "MNIST" / "raw", monkeypatch, packed=True)
    path = tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-3])
    error = failure(Mnist(root=str(tmp_path)))
    assert error.message == f"{str(path)!r} is damaged: its md5 is not the published one"
    assert error.hint == (
        "delete it and fetch it again; with `-o data.download=true` that happens by itself"
    )


def test_images_that_labels_do_not_fit_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "MNIST" / "raw"
    put(folder, monkeypatch, packed=False)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx(torch.zeros(6, dtype=torch.uint8)))
    path = folder / "train-images-idx3-ubyte"
    assert failure(Mnist(root=str(tmp_path))).message == (
        f"{str(path)!r} is damaged: it has the shape (7, 28, 28) beside (6,) labels"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it does not begin like an IDX file of bytes"),
        (b"\0\0\x0d\1\0\0\0\0", "it does not begin like an IDX file of bytes"),
        (b"\0\0\x08\3\0\0\0\1", "it does not begin like an IDX file of bytes"),
        (b"\0\0\x08\1\0\0\0\2a", "it holds 1 values for the shape (2,)"),
        (b"\0\0\x08\1\0\0\0\2abc", "it holds 3 values for the shape (2,)"),
    ],
    ids=["empty", "float", "short header", "too few", "too many"],
)
def test_what_is_no_idx_file_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(ZooError) as caught:
        parse_idx(data, Path("some") / "file")
    assert caught.value.message == f"{str(Path('some') / 'file')!r} is damaged: {reason}"


def test_the_home_folder_can_be_the_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert Mnist(root="~/data").folder == tmp_path / "data" / "MNIST" / "raw"


@real
def test_real_mnist_is_read_from_its_archives() -> None:
    data = Mnist(root=str(SHARED), download=False)
    test = table(data, "test")
    assert test.images.shape == (10_000, 1, 28, 28)
    assert test.labels is not None
    # the published first labels and class counts of the test set
    assert test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert test.labels.bincount().tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    # the published mean of the training set is 0.1307
    assert float(table(data, "train").images.float().mean()) / 255 == pytest.approx(
        0.1307, abs=1e-4
    )


@real
def test_real_fashion_mnist_has_as_many_of_each_class() -> None:
    test = table(FashionMnist(root=str(SHARED), download=False), "test")
    assert test.labels is not None
    assert test.labels.bincount().tolist() == [1000] * 10


@real
def test_real_mnist_is_enlarged_whole() -> None:
    small = table(Mnist(root=str(SHARED), download=False), "test")
    wide = table(Mnist(root=str(SHARED), download=False, size=(32, 48)), "test")
    assert torch.equal(wide.images[:20, ..., 8:40], contain_images(small.images[:20], (32, 32)))
    assert int(wide.images[..., :8].max()) == 0


def test_names_are_those_that_torchvision_publishes() -> None:
    assert FashionMnist.titles == tuple(datasets.FashionMNIST.classes)
    assert [kind.origin for kind in (Mnist, FashionMnist)] == ["MNIST", "FashionMNIST"]
