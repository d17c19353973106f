from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from zoo_core.data.checking.duplicates import count_equal_files, find_duplicates
from zoo_core.data.checking.examined import Examined, examine

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def put(path: Path, colour: Any = RED, *, mode: str = "RGB", **options: Any) -> Path:
    """Write an image of 4x6 (height x width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (6, 4), colour).save(path, **options)
    return path


def seen(path: Path) -> Examined:
    found = examine(path)
    assert isinstance(found, Examined)
    return found


def test_a_file_tells_its_format_mode_and_size(tmp_path: Path) -> None:
    found = seen(put(tmp_path / "a.jpg"))
    assert (found.format, found.mode, found.bits) == ("JPEG", "RGB", 8)
    assert (found.header.height, found.header.width, found.header.grey) == (4, 6, False)
    assert not any((found.frames, found.turned, found.transparent, found.colourless))


def test_several_frames_are_noticed_also_where_a_later_one_is_damaged(tmp_path: Path) -> None:
    path = put(tmp_path / "a.gif", save_all=True, append_images=[Image.new("RGB", (6, 4), BLUE)])
    assert seen(path).frames
    path.write_bytes(path.read_bytes()[:-8])
    assert seen(path).frames
    assert not seen(put(tmp_path / "b.gif")).frames


@pytest.mark.parametrize(("orientation", "size"), [(6, (6, 4)), (3, (4, 6))])
def test_the_orientation_of_the_camera_is_noticed(
    tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = seen(put(tmp_path / "a.jpg", exif=exif))
    assert found.turned
    assert (found.header.height, found.header.width) == size
    exif[0x0112] = 1
    assert not seen(put(tmp_path / "b.jpg", exif=exif)).turned


def test_only_pixels_that_are_not_opaque_make_an_image_transparent(tmp_path: Path) -> None:
    assert seen(put(tmp_path / "a.png", (1, 2, 3, 254), mode="RGBA")).transparent
    assert not seen(put(tmp_path / "b.png", (1, 2, 3, 255), mode="RGBA")).transparent
    assert seen(put(tmp_path / "c.png", (9, 0), mode="LA")).transparent
    assert seen(put(tmp_path / "d.png", 0, mode="P", transparency=0)).transparent


def test_colour_files_without_colour_are_noticed(tmp_path: Path) -> None:
    assert seen(put(tmp_path / "a.png", (7, 7, 7))).colourless
    assert not seen(put(tmp_path / "b.png", (7, 7, 8))).colourless
    assert not seen(put(tmp_path / "c.png", 7, mode="L")).colourless


@pytest.mark.parametrize(
    ("mode", "ending", "bits"),
    [("1", "png", 1), ("L", "png", 8), ("P", "png", 8), ("I;16", "png", 16), ("I;16", "tif", 16)],
)
def test_bits_are_those_of_a_value_in_the_file(
    tmp_path: Path, mode: str, ending: str, bits: int
) -> None:
    assert seen(put(tmp_path / f"a.{ending}", 1, mode=mode)).bits == bits


def test_sixteen_bits_of_colour_are_noticed_although_pillow_reads_eight(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" + bytes(12))
    parts = chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    assert (seen(path).mode, seen(path).bits) == ("RGB", 16)


def test_one_picture_in_two_formats_has_one_digest(tmp_path: Path) -> None:
    first = seen(put(tmp_path / "a.png"))
    assert first.digest == seen(put(tmp_path / "b.bmp")).digest
    assert first.digest != seen(put(tmp_path / "c.png", GREEN)).digest
    Image.new("RGB", (4, 6), RED).save(tmp_path / "d.png")
    assert first.digest != seen(tmp_path / "d.png").digest


def test_groups_name_what_lies_in_both_splits_and_what_has_two_labels() -> None:
    digests = {"a": b"1", "b": b"1", "c": b"2", "d": b"1", "e": b"3", "f": b"3"}
    found = find_duplicates(
        digests,
        splits={"a": "train", "b": "train", "d": "test", "e": "train", "f": "train"},
        classes={"a": "x", "b": "x", "d": "x", "e": "x", "f": None},
    )
    assert found.groups == (("a", "b", "d"), ("e", "f"))
    assert found.extra == 3
    assert found.across_splits == (("a", "d"),)
    assert found.across_classes == ()
    again = find_duplicates(digests, splits={}, classes={"a": "x", "b": "x", "d": "y"})
    assert again.across_classes == (("a", "d"),)


def test_equal_files_are_counted_by_their_bytes(tmp_path: Path) -> None:
    for name, data in {"a": b"12", "b": b"12", "c": b"21", "d": b"123", "e": b"12"}.items():
        (tmp_path / name).write_bytes(data)
    paths = [*sorted(tmp_path.iterdir()), tmp_path / "gone"]
    assert count_equal_files(paths, seconds=60) == 2
    assert count_equal_files(paths, seconds=-1) is None
