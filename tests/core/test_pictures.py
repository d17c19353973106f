from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.pictures.sheets import (
    CANVAS,
    grid,
    save_each,
    save_grid,
    save_picture,
    scatter,
)


def flat(*values: float, channels: int = 1, height: int = 2, width: int = 3) -> Tensor:
    return torch.stack([torch.full((channels, height, width), value) for value in values])


def failure(path: Path) -> ZooError:
    with pytest.raises(ZooError) as caught:
        save_picture(Image.new("L", (2, 2)), path)
    return caught.value


def test_images_of_another_type_are_shown_too() -> None:
    images = torch.ones(1, 1, 1, 1, dtype=torch.bfloat16, requires_grad=True)
    assert grid(images).getextrema() == ((255, 255),) * 3


def test_a_sheet_is_filled_row_by_row() -> None:
    sheet = grid(flat(-1, 0, 1), columns=2)
    # two columns of width 3 and two rows of height 2, with gaps of 2
    assert sheet.size == (2 + 2 * (3 + 2), 2 + 2 * (2 + 2))
    assert [sheet.getpixel(at)[0] for at in ((2, 2), (7, 2), (2, 6))] == [0, 128, 255]


def test_the_gap_is_white() -> None:
    assert grid(flat(-1, -1), columns=2).getpixel((0, 0)) == (255, 255, 255)


def test_a_sheet_is_nearly_square_by_default() -> None:
    assert grid(flat(*[0] * 5), gap=0).size == (9, 4)


def test_the_gap_can_be_chosen() -> None:
    assert grid(flat(0, 0), columns=1, gap=1).size == (5, 7)


def test_colours_keep_their_channels() -> None:
    image = torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1).expand(2, 3, 2, 2)
    assert grid(image).getpixel((2, 2)) == (0, 128, 255)


def test_other_numbers_of_channels_show_the_first() -> None:
    images = torch.cat([flat(1, 1), flat(-1, -1, channels=4)], dim=1)
    assert grid(images).getpixel((2, 2)) == (255, 255, 255)


def test_a_sheet_is_written_as_png(tmp_path: Path) -> None:
    path = tmp_path / "new" / "grid.png"
    save_grid(flat(0, 1), path, columns=2)
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (12, 6))
    assert [p.name for p in path.parent.iterdir()] == ["grid.png"]


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB")])
def test_each_image_has_a_file(tmp_path: Path, channels: int, mode: str) -> None:
    paths = save_each(flat(-1, 1, channels=channels), tmp_path / "folder")
    assert [p.name for p in paths] == ["00000.png", "00001.png"]
    with Image.open(paths[1]) as picture:
        assert (picture.mode, picture.size) == (mode, (3, 2))
        assert picture.getextrema() == ((255, 255) if mode == "L" else ((255, 255),) * 3)


@pytest.mark.parametrize(("name", "ending"), [("grid.jpg", ".jpg"), ("grid", "'grid'")])
def test_another_ending_is_refused(tmp_path: Path, name: str, ending: str) -> None:
    error = failure(tmp_path / name)
    assert error.message == f"pictures are written as PNG, not as {ending.strip(chr(39))!r}"
    assert error.hint == f"`path={str(tmp_path / 'grid.png')!r}`, or a folder, ending in '/'"


def test_endings_may_be_capitals(tmp_path: Path) -> None:
    save_picture(Image.new("L", (2, 2)), tmp_path / "GRID.PNG")
    assert (tmp_path / "GRID.PNG").exists()


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "grid.png"
    error = failure(path)
    assert error.message.startswith(f"cannot write {str(path)!r}: ")
    assert error.hint


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "grid.png"
    path.mkdir()
    error = failure(path)
    assert error.message == f"cannot write {str(path)!r}: Is a directory"
    assert [p.name for p in tmp_path.iterdir()] == ["grid.png"]


def at(x: float, y: float) -> Tensor:
    return torch.tensor([x, y]).view(1, 2, 1, 1)


def dots(picture: Image.Image) -> set[tuple[int, int]]:
    """Return where the darkest pixels are, as (column, row)."""
    dark = torch.tensor(list(picture.convert("L").tobytes())).view(picture.height, -1) < 128
    return {(column, row) for row, column in dark.nonzero().tolist()}


def test_points_are_shown_as_a_scatter(tmp_path: Path) -> None:
    path = tmp_path / "points.png"
    save_grid(torch.cat([at(-0.5, 0.5), at(0.5, -0.5)]), path, columns=8)
    with Image.open(path) as picture:
        assert (picture.mode, picture.size) == ("RGB", (CANVAS, CANVAS))
        found = dots(picture)
    assert {(64, 64), (191, 191)} <= found
    assert (64, 191) not in found


def test_x_is_to_the_right_and_y_upwards() -> None:
    columns, rows = zip(*dots(scatter(at(0.5, 0.9))), strict=True)
    assert min(columns) > CANVAS / 2
    assert max(rows) < CANVAS / 4


@pytest.mark.parametrize(("x", "corner"), [(3.0, CANVAS - 1), (-3.0, 0)])
def test_points_outside_lie_at_the_edge(x: float, corner: int) -> None:
    assert (corner, CANVAS - 1 - corner) in dots(scatter(at(x, x)))


def test_each_point_has_a_picture(tmp_path: Path) -> None:
    paths = save_each(torch.cat([at(0, 0), at(0, 0)]), tmp_path / "folder")
    with Image.open(paths[1]) as picture:
        assert picture.size == (CANVAS, CANVAS)


def test_labels_are_given_out_in_turn() -> None:
    found = labels_in_turn(7, 3)
    assert (found.tolist(), found.dtype) == ([0, 1, 2, 0, 1, 2, 0], torch.int64)


def test_names_of_rows_stand_beside_the_sheet_and_in_the_file(tmp_path: Path) -> None:
    images = torch.zeros(4, 1, 12, 12)
    save_grid(images, tmp_path / "plain.png", columns=2)
    save_grid(images, tmp_path / "named.png", columns=2, rows=["A", "A to B"])
    with Image.open(tmp_path / "plain.png") as plain, Image.open(tmp_path / "named.png") as named:
        assert named.info == {"rows": "A, A to B", "sheet width": str(plain.width)}
        assert named.crop((0, 0, *plain.size)).tobytes() == plain.tobytes()
        names = [
            named.crop((plain.width, top, named.width, top + 14)).convert("L") for top in (0, 14)
        ]
        # both rows have letters, and the longer name reaches further
        assert all(name.getextrema()[0] < 128 for name in names)
        reach = [
            max(x for x in range(n.width) if n.crop((x, 0, x + 1, 14)).getextrema()[0] < 128)
            for n in names
        ]
        assert reach[0] < reach[1] < names[1].width - 1


def test_rows_too_low_for_letters_are_named_in_the_file_alone(tmp_path: Path) -> None:
    save_grid(torch.zeros(2, 1, 4, 4), tmp_path / "low.png", columns=1, rows=["A", "B"])
    with Image.open(tmp_path / "low.png") as picture:
        assert picture.size == (8, 14)
        assert picture.info["rows"] == "A, B"
