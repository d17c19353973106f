"""Pairs in one file or in two, found, split, aligned, and refused where they are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core.config.options import options_of
from zoo_core.data import MemoryTable, fingerprint
from zoo_core.data.folders.pair_tables import HalvesTable, PairTable
from zoo_core.data.folders.paired import Paired
from zoo_core.errors import ZooError
from zoo_core.interfaces import Rows
from zoo_core.spec import ImageSpec

LEFT, RIGHT = 40, 200


def put_halves(root: Path, *names: str, size: tuple[int, int] = (4, 8), mode: str = "L") -> None:
    """Write files whose left half is dark and whose right half is bright."""
    for name in names:
        whole = Image.new(mode, size[::-1], (LEFT,) * len(Image.new(mode, (1, 1)).getbands()))
        bright = (RIGHT,) * len(whole.getbands())
        whole.paste(bright, (size[1] // 2, 0, size[1], size[0]))
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        whole.save(path)


def put(root: Path, *names: str, size: tuple[int, int] = (4, 4), mode: str = "L") -> None:
    """Write images of (height, width) whose colour is the number in their name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        number = int(path.stem)
        Image.new(mode, size[::-1], (number,) * len(mode.replace("L", "x"))).save(path)


def rows_of(data: Paired, split: str = "train") -> Rows:
    table = data.tables(split)["images"]
    return table.take(torch.arange(len(table)))


def failure(path: Path | str, **options: object) -> ZooError:
    with pytest.raises(ZooError) as caught:
        Paired(path=str(path), **options)
    return caught.value


def corners(rows: Rows) -> tuple[list[int], list[int]]:
    assert rows.sources is not None
    return rows.sources[:, 0, 0, 0].tolist(), rows.images[:, 0, 0, 0].tolist()


def test_the_halves_of_a_file_are_source_and_image(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png", "2.png", "3.png")
    data = Paired(path=str(tmp_path), held_out=0.0)
    assert (data.image, data.source) == (ImageSpec(1, 4, 4), ImageSpec(1, 4, 4))
    rows = rows_of(data)
    assert rows.sources is not None
    assert rows.sources.unique().tolist() == [LEFT]
    assert rows.images.unique().tolist() == [RIGHT]
    assert (len(rows.images), rows.labels) == (3, None)


def test_the_other_direction_changes_the_sides(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png")
    assert corners(rows_of(Paired(path=str(tmp_path), direction="ba"))) == ([RIGHT], [LEFT])
    put(tmp_path / "two", "A/10.png", "B/10.png", size=(2, 2))
    Image.new("L", (2, 2), 77).save(tmp_path / "two" / "B" / "10.png")
    assert corners(rows_of(Paired(path=str(tmp_path / "two")))) == ([10], [77])
    assert corners(rows_of(Paired(path=str(tmp_path / "two"), direction="ba"))) == ([77], [10])


def test_files_of_equal_names_are_pairs_whatever_their_ending(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "A/more/2.png", "B/1.bmp", "B/more/2.tif")
    data = Paired(path=str(tmp_path), held_out=0.0)
    assert data.pairs["train"].first == ("A/1.png", "A/more/2.png")
    assert data.pairs["train"].second == ("B/1.bmp", "B/more/2.tif")
    assert corners(rows_of(data)) == ([1, 2], [1, 2])


@pytest.mark.parametrize("form", ["{split}/{side}/{name}", "{side}/{split}/{name}"])
def test_a_split_of_its_own_lies_above_or_below_the_sides(tmp_path: Path, form: str) -> None:
    for split, names in {
        "train": ("1.png", "2.png"),
        "val": ("3.png",),
        "test": ("4.png",),
    }.items():
        for side in "AB":
            put(tmp_path, *(form.format(split=split, side=side, name=name) for name in names))
    data = Paired(path=str(tmp_path))
    assert corners(rows_of(data)) == ([1, 2], [1, 2])
    found = corners(rows_of(data, "test"))
    assert found[0] == found[1]
    assert sorted(found[0]) == [3, 4]


def test_halves_have_a_split_of_their_own_too(tmp_path: Path) -> None:
    put_halves(tmp_path, "train/1.png", "train/2.png", "val/1.png")
    data = Paired(path=str(tmp_path))
    assert (data.count("train"), data.count("test")) == (2, 1)
    assert data.summary() == "2 training and 1 held-out pairs of 1x4x4, A to B"


def test_without_a_split_of_its_own_adding_a_pair_moves_no_other(tmp_path: Path) -> None:
    put_halves(tmp_path, *(f"{number}.png" for number in range(30)))
    before = set(Paired(path=str(tmp_path), held_out=0.2).pairs["test"].first)
    assert 0 < len(before) < 15
    put_halves(tmp_path, "new.png")
    assert set(Paired(path=str(tmp_path), held_out=0.2).pairs["test"].first) - {"new.png"} == before


def test_both_halves_are_scaled_and_cropped_alike(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    whole = Image.fromarray(np.concatenate([noise, noise], axis=1))
    whole.save(tmp_path / "1.png")
    data = Paired(path=str(tmp_path), size=(7, 5), layout="side-by-side")
    rows = rows_of(data)
    assert rows.images.shape == (1, 3, 7, 5)
    assert rows.sources is not None
    assert torch.equal(rows.images, rows.sources)
    assert len(rows.images.unique()) > 20


def test_nothing_of_one_half_reaches_the_other(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png", size=(40, 80))
    rows = rows_of(Paired(path=str(tmp_path), size=(9, 9)))
    assert rows.sources is not None
    assert (rows.sources.unique().tolist(), rows.images.unique().tolist()) == ([LEFT], [RIGHT])


def test_a_smaller_copy_can_be_a_partner_at_one_size(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", size=(30, 41))
    put(tmp_path, "B/1.png", size=(15, 20))
    assert rows_of(Paired(path=str(tmp_path), size=(8, 8))).images.shape == (1, 1, 8, 8)
    assert failure(tmp_path).message == (
        f"images differ in size: {str(tmp_path / 'A' / '1.png')!r} is 30x41 and "
        f"{str(tmp_path / 'B' / '1.png')!r} is 15x20 (height x width)"
    )
    assert failure(tmp_path).hint.startswith("`--size 64`")


def test_one_colour_file_makes_both_sides_colour(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "B/1.png", "A/2.png")
    put(tmp_path, "B/2.png", mode="RGB")
    data = Paired(path=str(tmp_path), held_out=0.0)
    assert data.image == data.source == ImageSpec(3, 4, 4)
    assert Paired(path=str(tmp_path), channels="1").image.channels == 1


@pytest.mark.parametrize("direction", ["ab", "ba"])
@pytest.mark.parametrize("layout", ["side-by-side", "folders"])
def test_on_demand_and_in_memory_give_the_same_rows(
    tmp_path: Path, layout: str, direction: str
) -> None:
    if layout == "folders":
        put(tmp_path, *(f"{side}/{n}.png" for side in "AB" for n in (1, 2, 3)), size=(600, 1000))
    else:
        put_halves(tmp_path, "1.png", "2.png", "3.png", size=(600, 2000))
    options = {"layout": layout, "direction": direction, "held_out": 0.0}
    large = Paired(path=str(tmp_path), memory_limit=4, **options)
    small = Paired(path=str(tmp_path), memory_limit=3, **options)
    table = small.tables("train")["images"]
    assert isinstance(large.tables("train")["images"], MemoryTable)
    assert isinstance(table, PairTable if layout == "folders" else HalvesTable)
    assert table.to(torch.device("cpu")) is table
    indices = torch.tensor([2, 0, 2])
    found, expected = table.take(indices), large.tables("train")["images"].take(indices)
    assert found.sources is not None
    assert expected.sources is not None
    assert torch.equal(found.images, expected.images)
    assert torch.equal(found.sources, expected.sources)


@pytest.mark.parametrize("limit", [0, 100])
def test_the_fingerprint_knows_the_direction(tmp_path: Path, limit: int) -> None:
    put_halves(tmp_path / "halves", "1.png", "2.png")
    put(tmp_path / "two", "A/1.png", "B/1.png")
    Image.new("L", (4, 4), 9).save(tmp_path / "two" / "B" / "1.png")
    for name in ("halves", "two"):
        found = {
            fingerprint(
                Paired(
                    path=str(tmp_path / name), direction=direction, memory_limit=limit, held_out=0
                ).tables("train")
            )
            for direction in ("ab", "ba", "ab")
        }
        assert len(found) == 2


def test_an_odd_width_has_no_halves(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png")
    put_halves(tmp_path, "2.png", size=(10, 21))
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path / '2.png')!r} is 10x21 (height x width): an odd width has no two halves"
    )
    assert error.hint == "crop the file to an even width, or cut the pairs into folders A and B"


def test_ordinary_photos_are_not_taken_for_pairs(tmp_path: Path) -> None:
    put(tmp_path, "1.png", size=(48, 64))
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path / '1.png')!r} is 48x64 (height x width), which does not look like two "
        "images side by side"
    )
    assert "`-o data.layout=side-by-side` cuts every file in its middle all the same" in error.hint
    assert Paired(path=str(tmp_path), layout="side-by-side").image == ImageSpec(1, 48, 32)


def test_images_without_a_partner_are_counted_and_one_is_named(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "A/2.png", "A/3.png", "B/1.png")
    error = failure(tmp_path)
    assert error.message == (
        f"side A of {str(tmp_path)!r} has 2 of 3 images without a partner, "
        f"such as {str(tmp_path / 'A' / '2.png')!r}"
    )
    assert error.hint == (
        "a pair has the same name below A and B, whatever its ending; "
        "add the partner or take the image away"
    )
    put(tmp_path, "B/2.png", "B/3.png", "B/4.png")
    assert failure(tmp_path).message == (
        f"side B of {str(tmp_path)!r} has 1 of 4 images without a partner, "
        f"such as {str(tmp_path / 'B' / '4.png')!r}"
    )


def test_a_missing_side_leaves_all_without_a_partner(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "A/2.png")
    assert "side A" in failure(tmp_path).message
    assert "2 of 2 images without a partner" in failure(tmp_path).message


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "A/1.bmp", "B/1.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path / 'A' / '1.bmp')!r} and {str(tmp_path / 'A' / '1.png')!r} have one name, "
        "so their partner is unclear"
    )
    assert error.hint.endswith("rename one")


def test_images_of_a_pair_that_would_be_cropped_differently_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", size=(20, 30))
    put(tmp_path, "B/1.png", size=(20, 20))
    error = failure(tmp_path, size=(8, 8))
    assert error.message == (
        f"the images of a pair differ in shape: {str(tmp_path / 'A' / '1.png')!r} is 20x30 and "
        f"{str(tmp_path / 'B' / '1.png')!r} is 20x20 (height x width)"
    )


def test_both_layouts_at_once_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "B/1.png")
    put_halves(tmp_path, "x.png", "train/y.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path)!r} has folders A and B and also 2 images outside them, such as "
        f"{str(tmp_path / 'train' / 'y.png')!r}"
    )
    assert "`-o data.layout=side-by-side`" in error.hint


def test_folders_that_are_asked_for_must_be_there(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png")
    error = failure(tmp_path, layout="folders")
    assert error.message == f"{str(tmp_path)!r} has no folders A and B"
    assert "`-o data.layout=side-by-side`" in error.hint


def test_the_layout_of_unpaired_sets_is_known(tmp_path: Path) -> None:
    put(tmp_path, "trainA/1.png", "trainB/2.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path)!r} has trainA/ and trainB/, which hold images without partners"
    )
    assert f"`--data unpaired:{tmp_path}/trainA,{tmp_path}/trainB`" in error.hint


def test_pairs_outside_train_and_test_are_refused(tmp_path: Path) -> None:
    put_halves(tmp_path, "train/1.png", "test/1.png", "more/1.png")
    error = failure(tmp_path)
    assert error.message == (
        f"{str(tmp_path)!r} has train/, test/ and also 1 pair outside them, such as 'more/1.png'"
    )
    assert error.hint == f"move what is outside elsewhere, or name `paired:{tmp_path}/train`"


def test_halves_of_other_sizes_are_named(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png")
    put_halves(tmp_path, "2.png", size=(8, 16))
    error = failure(tmp_path, held_out=0.0)
    assert error.message == (
        f"images differ in size: {str(tmp_path / '1.png')!r} is 4x4 and "
        f"{str(tmp_path / '2.png')!r} is 8x8 (height x width)"
    )


def test_all_unreadable_files_are_counted_together(tmp_path: Path) -> None:
    put(tmp_path, "A/1.png", "A/2.png", "B/1.png", "B/2.png")
    for name in ("A/1.png", "B/2.png"):
        (tmp_path / name).write_bytes(b"no image")
    message = failure(tmp_path).message
    assert message.startswith("2 of 4 images cannot be read: ")
    assert str(tmp_path / "A" / "1.png") in message
    assert str(tmp_path / "B" / "2.png") in message


def test_no_path_is_refused() -> None:
    assert str(failure(" ")) == "the data set 'paired' has no path\nHint: `--data paired:PATH`"


def test_other_files_are_counted_in_the_summary(tmp_path: Path) -> None:
    put_halves(tmp_path, "1.png", "2.png")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert Paired(path=str(tmp_path), held_out=0.0, direction="ba").summary() == (
        "2 training and 0 held-out pairs of 1x4x4, B to A; 1 other file (1 .txt) not read"
    )


def test_the_options_are_typed_and_explained() -> None:
    options = options_of(Paired)
    assert list(options) == [
        "path",
        "layout",
        "direction",
        "held_out",
        "channels",
        "memory_limit",
        "jitter",
        "mirror",
        "max_pixels",
    ]
    assert all(option.help for option in options.values())


MAPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "maps_pairs.zip"


@pytest.mark.skipif(not MAPS.is_file(), reason="needs ../shared/data/maps_pairs.zip")
def test_published_maps_are_read_as_they_stand(tmp_path: Path) -> None:
    from zipfile import ZipFile

    with ZipFile(MAPS) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        for split, count in {"train": 3, "val": 2}.items():
            for name in [name for name in names if name.startswith(split)][:count]:
                archive.extract(name, tmp_path)
    data = Paired(path=str(tmp_path))
    assert data.summary() == "3 training and 2 held-out pairs of 3x256x256, A to B"
    rows = rows_of(data)
    assert rows.sources is not None
    # photographs from above are dark and rich in detail, drawn maps bright and flat
    assert (rows.images.float().mean((1, 2, 3)) > 200).all()
    assert (rows.sources.float().mean((1, 2, 3)) < 170).all()
