from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from zoo_core.data.sets.cifar import CLASSES, Cifar10
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

FOLDER = "cifar-10-batches-py"


def batch(first: int) -> bytes:
    """Return two images, first one colour a channel, then a gradient along the rows."""
    flat = np.repeat(np.array([first, 50, 100], dtype=np.uint8), 1024)
    gradient = np.tile(np.repeat(np.arange(32, dtype=np.uint8), 32), 3)
    return pickle.dumps({"data": np.stack([flat, gradient]), "labels": [first, 9]}, protocol=2)


def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Return small batches, and let torchvision publish their checksums."""
    files = {f"data_batch_{number}": batch(number) for number in (1, 2)}
    files["test_batch"] = batch(7)
    files["batches.meta"] = pickle.dumps({"label_names": list(CLASSES)}, protocol=2)
    sums = {name: hashlib.md5(data).hexdigest() for name, data in files.items()}
    source = datasets.CIFAR10
    training = [[name, sums[name]] for name in ("data_batch_1", "data_batch_2")]
    monkeypatch.setattr(source, "train_list", training)
    monkeypatch.setattr(source, "test_list", [["test_batch", sums["test_batch"]]])
    monkeypatch.setattr(source, "meta", {**source.meta, "md5": sums["batches.meta"]})
    return files


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / FOLDER).mkdir()
    for name, data in published(monkeypatch).items():
        (tmp_path / FOLDER / name).write_bytes(data)
    return tmp_path


def table(data: Cifar10, split: str) -> MemoryTable:
    found = data.tables(split)["images"]
    assert isinstance(found, MemoryTable)
    return found


def failure(data: Cifar10) -> ZooError:
    with pytest.raises(ZooError) as caught:
        data.tables("train")
    return caught.value


def test_nothing_is_read_before_a_split_is_asked_for(tmp_path: Path) -> None:
    data = Cifar10(root=str(tmp_path))
    assert data.image == ImageSpec(3, 32, 32)
    assert data.classes[3] == "cat"
    assert list(tmp_path.iterdir()) == []


def test_batches_become_images_in_channel_row_column_order(root: Path) -> None:
    data = Cifar10(root=str(root), download=False)
    train, test = table(data, "train"), table(data, "test")
    assert (len(train), len(test)) == (4, 2)
    assert train.images.shape == (4, 3, 32, 32)
    assert train.images[0].flatten(1).unique(dim=1).flatten().tolist() == [1, 50, 100]
    assert train.images[1, 0, :, 5].tolist() == list(range(32))
    assert train.labels is not None
    assert train.labels.tolist() == [1, 9, 2, 9]
    assert test.images[0, 0].unique().tolist() == [7]
    assert train.images.is_contiguous()


def test_another_shape_crops_the_centre(root: Path) -> None:
    found = table(Cifar10(root=str(root), size=(16, 32), download=False), "train")
    assert found.images[1, 0, :, 0].tolist() == list(range(8, 24))


def test_a_batch_that_is_not_as_published_is_never_unpickled(root: Path) -> None:
    path = root / FOLDER / "data_batch_2"
    # unpickling this would raise
    path.write_bytes(b"cbuiltins\nexit\n(tR.")
    error = failure(Cifar10(root=str(root)))
    assert error.message == f"{str(path)!r} is damaged: its md5 is not the published one"


def test_missing_batches_without_download_are_named(root: Path) -> None:
    (root / FOLDER / "data_batch_1").unlink()
    (root / FOLDER / "batches.meta").unlink()
    assert str(failure(Cifar10(root=str(root), download=False))) == (
        f"cifar10 is not in {str(root / FOLDER)!r} and `download` is false\n"
        "Hint: put data_batch_1 and batches.meta there, "
        "or name another folder with `--data-dir`"
    )


def test_the_published_archive_is_unpacked_where_batches_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / datasets.CIFAR10.filename
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in published(monkeypatch).items():
            member = tarfile.TarInfo(f"{FOLDER}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    monkeypatch.setattr(datasets.CIFAR10, "tgz_md5", hashlib.md5(archive.read_bytes()).hexdigest())
    assert len(table(Cifar10(root=str(tmp_path)), "train")) == 4
    assert capfd.readouterr().out == ""


def test_a_failed_download_says_where_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.CIFAR10, "url", (tmp_path / "nowhere.tar.gz").as_uri())
    error = failure(Cifar10(root=str(tmp_path / "data")))
    assert error.message.startswith(
        f"cifar10 is not in {str(tmp_path / 'data' / FOLDER)!r} and cannot be downloaded: "
    )
    assert error.hint == (
        "put the unpacked batches of cifar-10-python.tar.gz there, "
        "or name another folder with `--data-dir`"
    )


def test_labels_are_whole_numbers(root: Path) -> None:
    labels = table(Cifar10(root=str(root), download=False), "test").labels
    assert labels is not None
    assert labels.dtype == torch.int64


def test_the_folder_is_that_of_torchvision() -> None:
    assert Cifar10(root="data").folder == Path("data") / datasets.CIFAR10.base_folder
