"""Files of very many pixels: refused with the way out, and read where they are allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from zoo_core import Registry
from zoo_core.composition.datasets import opener
from zoo_core.data import FileTable
from zoo_core.data.checking.folder_inspection import FolderOptions, inspect_folder
from zoo_core.data.folders.folder import Folder
from zoo_core.data.tables import reading
from zoo_core.errors import ZooError


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a file beyond both limits, ours and Pillow's, which are small here."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.new("L", (20, 10), 7).save(tmp_path / "a.png")
    Image.new("L", (200, 100), 7).save(tmp_path / "scan.png")
    return tmp_path


def test_too_many_pixels_are_an_error_that_says_how_many(large: Path) -> None:
    with pytest.raises(ZooError, match="a decompression bomb: more than") as caught:
        Folder(path=str(large), size=(4, 4))
    assert caught.value.hint == (
        "`-o data.max_pixels=20000` reads what is so large, or make a smaller copy"
    )
    (large / "broken.png").write_bytes(b"no image")
    with pytest.raises(ZooError, match="2 of 3 images cannot be read") as caught:
        Folder(path=str(large), size=(4, 4))
    assert "`-o data.max_pixels=20000`" in caught.value.hint
    assert "repair, replace or delete" in caught.value.hint


def test_our_own_limit_holds_where_that_of_pillow_is_lifted(tmp_path: Path) -> None:
    Image.new("L", (20, 10)).save(tmp_path / "a.png")
    found = reading.read_header(tmp_path / "a.png", limit=199)
    assert isinstance(found, reading.Unreadable)
    assert (found.reason, found.pixels) == ("a decompression bomb: more than 199 pixels", 200)
    assert isinstance(reading.read_header(tmp_path / "a.png", limit=200), reading.Header)


@pytest.mark.parametrize("memory_limit", [0, 2048])
def test_what_is_allowed_is_read_and_shrunk(large: Path, memory_limit: int) -> None:
    allowed = 100_000_000
    data = Folder(
        path=str(large),
        size=(4, 4),
        held_out=0.0,
        memory_limit=memory_limit,
        max_pixels=allowed,
    )
    table = data.tables("train")["images"]
    assert isinstance(table, FileTable) == (memory_limit == 0)
    assert (table.take(torch.arange(2)).images == 7).all()
    assert Image.MAX_IMAGE_PIXELS == 1000
    report = inspect_folder(str(large), FolderOptions(size=(4, 4), max_pixels=allowed))
    assert (report.stops, report.readable) == ((), 2)
    assert inspect_folder(str(large)).unreadable[0].name == "scan.png"


@pytest.mark.parametrize("layout", ["halves", "folders"])
def test_the_option_reaches_pairs_and_sides(large: Path, registry: Registry, layout: str) -> None:
    datasets = opener(registry)
    if layout == "folders":
        for side in "AB":
            (large / side).mkdir()
            Image.new("L", (200, 100), 7).save(large / side / "1.png")
            (large / "a.png").unlink(missing_ok=True)
            (large / "scan.png").unlink(missing_ok=True)
    given = {"size": (4, 4), "max_pixels": 100_000_000, "held_out": 0.0}
    pairs = datasets(f"paired:{large}", **given)
    assert (pairs.tables("train")["images"].take(torch.tensor([0])).images == 7).all()
    on_demand = datasets(f"paired:{large}", **given, memory_limit=0).tables("train")["images"]
    assert (on_demand.take(torch.tensor([0])).images == 7).all()
    sides = datasets(f"unpaired:{large},{large}", labels="none", **given)
    assert len(sides.tables("train")["a"]) == 2
