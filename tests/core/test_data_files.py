from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core.data import FileTable, MemoryTable, fingerprint, table_of_files
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

SPEC = ImageSpec(1, 2, 2)
NAMES = tuple(f"{number}.png" for number in range(5))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        Image.new("L", (2, 2), number).save(tmp_path / name)
    return tmp_path


def labels() -> torch.Tensor:
    return torch.tensor([0, 1, 0, 1, -1])


def test_files_on_demand_give_the_same_rows_as_files_in_memory(root: Path) -> None:
    indices = torch.tensor([4, 0, 4, 2])
    tables = [
        table_of_files(root, NAMES, image=SPEC, labels=labels(), in_memory=in_memory)
        for in_memory in (True, False)
    ]
    memory, files = tables
    assert isinstance(memory, MemoryTable)
    assert isinstance(files, FileTable)
    assert len(memory) == len(files) == 5
    for table in tables:
        rows = table.take(indices)
        assert rows.images[:, 0, 0, 0].tolist() == [4, 0, 4, 2]
        assert rows.images.dtype == torch.uint8
        assert rows.images.shape == (4, 1, 2, 2)
        assert rows.labels is not None
        assert rows.labels.tolist() == [-1, 0, -1, 0]


def test_files_stay_where_they_are_when_the_table_moves(root: Path) -> None:
    table = FileTable(root=root, names=NAMES, image=SPEC)
    assert table.to(torch.device("meta")) is table
    assert table.take(torch.tensor([1])).labels is None


def test_no_rows_can_be_taken_too(root: Path) -> None:
    table = FileTable(root=root, names=NAMES, image=SPEC)
    assert table.take(torch.tensor([], dtype=torch.int64)).images.shape == (0, 1, 2, 2)


def test_a_file_that_is_damaged_later_is_named_when_its_row_is_taken(root: Path) -> None:
    table = FileTable(root=root, names=NAMES, image=SPEC)
    (root / "3.png").write_bytes(b"no")
    assert len(table.take(torch.tensor([0, 1])).images) == 2
    with pytest.raises(ZooError) as caught:
        table.take(torch.tensor([0, 3]))
    assert caught.value.message == (
        f"1 of 2 images cannot be read: {str(root / '3.png')!r} (not an image that Pillow can read)"
    )


def test_all_files_are_checked_and_the_first_few_are_named(root: Path) -> None:
    for number in (0, 1, 2, 4):
        (root / f"{number}.png").write_bytes(b"")
    with pytest.raises(ZooError) as caught:
        table_of_files(root, NAMES, image=SPEC, labels=None, in_memory=True)
    named = ", ".join(f"{str(root / f'{number}.png')!r} (an empty file)" for number in (0, 1, 2))
    assert caught.value.message == f"4 of 5 images cannot be read: {named} and 1 more"
    assert caught.value.hint == (
        "repair, replace or delete what is named here; nothing is left out silently"
    )


def test_warnings_of_pillow_do_not_leak(root: Path) -> None:
    # Pillow warns of bytes as the transparency of a palette, and of large images
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 9, 9, 9])
    image.save(root / "0.png", transparency=b"\xff\x00")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table_of_files(root, NAMES, image=SPEC, labels=None, in_memory=True)
    assert caught == []


def test_the_fingerprint_of_files_follows_names_labels_and_times(root: Path) -> None:
    def current(names: tuple[str, ...] = NAMES, with_labels: bool = True) -> str:
        table = FileTable(
            root=root, names=names, image=SPEC, labels=labels() if with_labels else None
        )
        return fingerprint({"images": table})

    before = current()
    assert current() == before
    assert current(with_labels=False) != before
    assert current(NAMES[::-1]) != before
    os.utime(root / "2.png", ns=(1, 1))
    assert current() != before


def test_a_file_that_is_gone_has_no_fingerprint(root: Path) -> None:
    table = FileTable(root=root, names=NAMES, image=SPEC)
    (root / "1.png").unlink()
    with pytest.raises(ZooError) as caught:
        table.fingerprint()
    assert caught.value.message == f"{str(root / '1.png')!r} is gone: no such file or directory"
    assert caught.value.hint == "the folder changed while it was in use; start again"


def test_more_files_than_wait_at_once_keep_their_order(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoo_core.data.tables.files.CHUNK", 2)
    table = table_of_files(root, NAMES, image=SPEC, labels=None, in_memory=True)
    assert table.take(torch.arange(5)).images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4]


def test_colour_files_have_three_channels(root: Path) -> None:
    values = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    Image.fromarray(values).save(root / "c.png")
    table = FileTable(root=root, names=("c.png",), image=ImageSpec(3, 2, 2))
    expected = torch.from_numpy(values).permute(2, 0, 1)
    assert torch.equal(table.take(torch.tensor([0])).images[0], expected)
