from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from torchvision import datasets

from zoo_core.data import FileTable, MemoryTable
from zoo_core.data.sets.celeba import ATTRIBUTES, CelebA
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

SPLITS = [0, 0, 0, 1, 2, 2]
SMILING = [1, -1, 1, 1, -1, 1]
NAMES = [f"{number:06}.jpg" for number in range(1, 7)]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write six small photographs with their tables, whose checksums nobody compares."""
    folder = tmp_path / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        Image.new("RGB", (178, 218), (number * 40,) * 3).save(folder / "img_align_celeba" / name)
    attributes = [[-1] * 40 for _ in NAMES]
    for row, smiling in zip(attributes, SMILING, strict=True):
        row[ATTRIBUTES.index("Smiling")] = smiling
    write(folder / "list_eval_partition.txt", [[split] for split in SPLITS])
    write(folder / "identity_CelebA.txt", [[1]] * 6)
    write(folder / "list_bbox_celeba.txt", [[1, 2, 3, 4]] * 6, "x_1 y_1 width height")
    write(folder / "list_landmarks_align_celeba.txt", [[1] * 10] * 6, "points")
    # the published file has a blank at the end of this line
    write(folder / "list_attr_celeba.txt", attributes, " ".join(ATTRIBUTES) + " ")
    unchecked = [(one, None, name) for one, _, name in datasets.CelebA.file_list]
    monkeypatch.setattr(datasets.CelebA, "file_list", unchecked)
    return tmp_path


def write(path: Path, rows: list[list[int]], header: str = "") -> None:
    lines = [f"{len(rows)}", header] if header else []
    lines += [f"{name}  {' '.join(map(str, row))}" for name, row in zip(NAMES, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def test_nothing_is_read_before_a_split_is_asked_for(tmp_path: Path) -> None:
    data = CelebA(root=str(tmp_path / "nowhere"))
    assert data.image == ImageSpec(3, 218, 178)
    assert data.classes == ()
    assert len(set(ATTRIBUTES)) == 40


def test_training_and_test_split_are_the_published_ones(root: Path) -> None:
    data = CelebA(root=str(root), size=(8, 8), download=False)
    train, test = (data.tables(split)["images"] for split in ("train", "test"))
    assert (len(train), len(test)) == (3, 2)
    rows = train.take(torch.arange(3))
    assert rows.labels is None
    assert rows.images.shape == (3, 3, 8, 8)
    assert rows.images[:, 0, 4, 4].tolist() == pytest.approx([0, 40, 80], abs=2)
    assert data.summary() == "3 training and 2 held-out images of 3x8x8"


def test_one_attribute_makes_two_classes(root: Path) -> None:
    data = CelebA(root=str(root), size=(8, 8), attribute="Smiling", download=False)
    assert data.classes == ("not Smiling", "Smiling")
    labels = [data.tables(split)["images"].take(torch.arange(2)).labels for split in
              ("train", "test")]  # fmt: skip
    assert labels[0] is not None
    assert labels[0].dtype == torch.int64
    assert labels[0].tolist() == [1, 0]
    assert labels[1] is not None
    assert labels[1].tolist() == [0, 1]


def test_an_unknown_attribute_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ZooError) as caught:
        CelebA(root=str(tmp_path), attribute="smiling")
    assert caught.value.message == "celeba has no attribute 'smiling'"
    assert caught.value.hint.startswith("did you mean 'Smiling'? the attributes are 5_o_Clock")


@pytest.mark.parametrize(("memory_limit", "kind"), [(2048, MemoryTable), (0, FileTable)])
def test_photographs_beyond_the_limit_are_read_on_demand(
    root: Path, memory_limit: int, kind: type
) -> None:
    data = CelebA(root=str(root), size=(8, 8), memory_limit=memory_limit, download=False)
    table = data.tables("test")["images"]
    assert isinstance(table, kind)
    values = table.take(torch.tensor([1])).images
    assert values.float().mean() == pytest.approx(200, abs=2)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError) as caught:
        CelebA(root=str(tmp_path), download=False).tables("train")
    assert str(caught.value) == (
        f"celeba is not in {str(tmp_path / 'celeba')!r} complete and with the published md5\n"
        "Hint: put the folder img_align_celeba and list_attr_celeba.txt and identity_CelebA.txt "
        "and list_bbox_celeba.txt and list_landmarks_align_celeba.txt and list_eval_partition.txt "
        "there, or name another folder with `--data-dir`"
    )


def test_a_photograph_that_is_gone_is_named(root: Path) -> None:
    (root / "celeba" / "img_align_celeba" / NAMES[1]).unlink()
    with pytest.raises(ZooError, match=r"1 of 3 images cannot be read: .*000002\.jpg' \(no such"):
        CelebA(root=str(root), size=(8, 8), download=False).tables("train")


def test_a_failed_download_is_an_error_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("'gdown' is required")

    monkeypatch.setattr("torchvision.datasets.celeba.download_file_from_google_drive", refuse)
    with pytest.raises(ZooError, match="celeba' and cannot be downloaded: 'gdown' is required"):
        CelebA(root=str(tmp_path)).tables("train")


def test_the_folder_is_that_of_torchvision() -> None:
    assert CelebA(root="data", size=(8, 8)).folder == Path("data") / datasets.CelebA.base_folder
