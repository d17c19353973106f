from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core.data import Header, Unreadable, read_header, read_image
from zoo_core.data.tables.reading import MAX_PIXELS
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

COLOUR = ImageSpec(3, 2, 2)
GREY = ImageSpec(1, 2, 2)


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def constant(pixels: torch.Tensor) -> list[int]:
    """Return the value of each channel of an image that has only one colour."""
    flat = pixels.flatten(1)
    assert torch.equal(flat, flat[:, :1].expand_as(flat))
    return flat[:, 0].tolist()


def test_a_colour_image_keeps_its_pixels_in_channel_row_column_order(tmp_path: Path) -> None:
    values = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    path = saved(tmp_path / "a.png", Image.fromarray(values))
    assert torch.equal(read_image(path, COLOUR), torch.from_numpy(values).permute(2, 0, 1))


def test_a_grey_image_keeps_its_pixels(tmp_path: Path) -> None:
    values = np.array([[0, 1], [128, 255]], dtype=np.uint8)
    path = saved(tmp_path / "a.png", Image.fromarray(values))
    assert torch.equal(read_image(path, GREY)[0], torch.from_numpy(values))
    assert torch.equal(read_image(path, COLOUR), torch.from_numpy(values).expand(3, 2, 2))


def test_a_colour_image_becomes_grey_by_luma(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("RGB", (2, 2), (255, 0, 0)))
    # 0.299 * 255
    assert constant(read_image(path, GREY)) == [76]


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    clear = saved(tmp_path / "a.png", Image.new("RGBA", (2, 2), (10, 20, 30, 0)))
    half = saved(tmp_path / "b.png", Image.new("RGBA", (2, 2), (0, 100, 255, 51)))
    assert constant(read_image(clear, COLOUR)) == [255, 255, 255]
    # 0.2 * value + 0.8 * 255
    assert constant(read_image(half, COLOUR)) == [204, 224, 255]


def test_grey_with_transparency_is_laid_on_white(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("LA", (2, 2), (0, 51)))
    assert constant(read_image(path, GREY)) == [204]


def test_a_palette_image_has_the_colours_of_its_palette(tmp_path: Path) -> None:
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert constant(read_image(saved(tmp_path / "a.png", image), COLOUR)) == [200, 100, 50]


@pytest.mark.parametrize("transparency", [1, b"\xff\x00"], ids=["index", "bytes"])
def test_a_transparent_palette_colour_is_white(tmp_path: Path, transparency: int | bytes) -> None:
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    path = saved(tmp_path / "a.png", image, transparency=transparency)
    assert constant(read_image(path, COLOUR)) == [255, 255, 255]


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (2, 2), colour) for colour in ("red", "blue")]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    assert constant(read_image(path, COLOUR)) == [255, 0, 0]


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tiff", Image.new("CMYK", (2, 2), (0, 255, 255, 0)))
    assert constant(read_image(path, COLOUR)) == [255, 0, 0]


def test_a_cmyk_jpeg_becomes_rgb(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.new("CMYK", (8, 8), (0, 255, 255, 0)), quality=100)
    red, green, blue = constant(read_image(path, COLOUR))
    assert red > 250
    assert max(green, blue) < 5


def test_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    values = np.array([[True, False], [False, True]])
    path = saved(tmp_path / "a.png", Image.fromarray(values))
    with Image.open(path) as stored:
        assert stored.mode == "1"
    assert read_image(path, GREY).flatten().tolist() == [255, 0, 0, 255]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits_are_scaled_to_eight_and_not_clipped(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 257], [128 * 257 + 128, 65535]], dtype=np.uint16)
    path = saved(tmp_path / f"a.{suffix}", Image.fromarray(values))
    assert read_image(path, GREY).flatten().tolist() == [0, 1, 128, 255]


def test_sixteen_bits_in_big_endian_are_scaled_to_eight(tmp_path: Path) -> None:
    image = Image.frombytes("I;16B", (2, 2), struct.pack(">4H", 0, 2570, 25700, 65535))
    path = saved(tmp_path / "a.tiff", image)
    assert read_image(path, GREY).flatten().tolist() == [0, 10, 100, 255]


def test_thirty_two_bit_pixels_within_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    values = np.array([[0, 2570], [25700, 65535]], dtype=np.int32)
    path = saved(tmp_path / "a.tiff", Image.fromarray(values))
    assert read_image(path, GREY).flatten().tolist() == [0, 10, 100, 255]


def test_the_transparent_value_of_a_sixteen_bit_image_is_white(tmp_path: Path) -> None:
    values = np.array([[0, 2570], [25700, 0]], dtype=np.uint16)
    path = saved(tmp_path / "a.png", Image.fromarray(values))
    path.write_bytes(with_chunk(path.read_bytes(), b"tRNS", struct.pack(">H", 2570)))
    assert read_image(path, GREY).flatten().tolist() == [0, 255, 100, 0]


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    return png[:33] + chunk(kind, data) + png[33:]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_photograph_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    values = np.array([[10, 20, 30], [40, 50, 60]], dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / "a.png", Image.fromarray(values), exif=exif)
    turned = read_image(path, ImageSpec(1, 3, 2))
    assert turned[0].tolist() == [[40, 10], [50, 20], [60, 30]]
    assert read_header(path) == Header(path, 3, 2, grey=True)


def test_a_damaged_exif_block_costs_only_the_orientation(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("L", (2, 2), 7), exif=b"Exif\0\0nonsense")
    assert constant(read_image(path, GREY)) == [7]


def test_a_header_tells_size_and_colour(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("RGB", (5, 4)))
    assert read_header(path) == Header(path, 4, 5, grey=False)


@pytest.mark.parametrize("suffix", ["jpg", "tiff", "webp"])
def test_header_and_pixels_agree_on_the_turned_size(tmp_path: Path, suffix: str) -> None:
    image = Image.new("RGB", (64, 32))
    image.paste((255, 255, 255), (0, 0, 32, 32))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(tmp_path / f"a.{suffix}", image, exif=exif)
    header = read_header(path)
    assert isinstance(header, Header)
    assert (header.height, header.width) == (64, 32)
    # the left half is turned to the top
    halves = read_image(path, ImageSpec(1, 64, 32)).float().view(2, -1).mean(1)
    assert halves[0] > 250
    assert halves[1] < 5


def test_a_large_image_is_scaled_on_its_short_side_and_cropped_in_the_centre(
    tmp_path: Path,
) -> None:
    image = Image.new("L", (40, 10), 0)
    image.paste(200, (10, 0, 30, 10))
    path = saved(tmp_path / "a.png", image)
    assert constant(read_image(path, ImageSpec(1, 5, 5))) == [200]


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    path = saved(tmp_path / "a.jpg", Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(ZooError) as caught:
        read_image(path, COLOUR)
    assert str(caught.value) == (
        f"an image cannot be read: {str(path)!r} (truncated)\n"
        "Hint: repair, replace or delete what is named here; nothing is left out silently"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "an empty file"),
        (b"hello", "not an image that Pillow can read"),
        (b"\x89PNG\r\n\x1a\n", "not an image that Pillow can read"),
    ],
    ids=["empty", "text", "signature only"],
)
def test_what_is_no_image_is_said_to_be_none(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert read_header(path) == Unreadable(path, reason)
    with pytest.raises(ZooError, match=reason):
        read_image(path, COLOUR)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"gone\.png' \(no such file or directory\)"):
        read_image(tmp_path / "gone.png", COLOUR)


def test_damaged_pixels_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.new("L", (2, 2)))
    data = path.read_bytes()
    start = data.index(b"IDAT")
    path.write_bytes(data[: start + 4] + b"\xff" * 8 + data[start + 12 :])
    with pytest.raises(ZooError, match=r"a\.png' \((damaged|truncated)"):
        read_image(path, GREY)


@pytest.mark.parametrize("side", [9460, 13378, 60000])
def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"") + chunk(b"IEND", b""))
    assert side * side > MAX_PIXELS
    reason = "a decompression bomb: more than 89,478,485 pixels"
    assert read_header_quietly(path) == Unreadable(path, reason)
    with pytest.raises(ZooError, match=reason):
        read_image(path, GREY)


def read_header_quietly(path: Path) -> Header | Unreadable:
    from zoo_core.data.tables.reading import quiet_pillow

    with quiet_pillow():
        return read_header(path)


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tiff", Image.new("F", (2, 2), 0.5))
    with pytest.raises(ZooError, match="floating point pixels have no known range; save it with"):
        read_image(path, GREY)


def test_pixels_beyond_sixteen_bits_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tiff", Image.new("I", (2, 2), 70000))
    with pytest.raises(ZooError, match="32-bit pixels beyond 65535 have no known range; save it"):
        read_image(path, GREY)
