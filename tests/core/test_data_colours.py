"""Values whose meaning a file says beside them: profiles, white at zero, bits that are used."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from zoo_core.data import read_image
from zoo_core.data.checking.examined import Examined, examine
from zoo_core.data.checking.folder_inspection import inspect_folder
from zoo_core.data.folders.folder import Folder
from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec

COLOUR, GREY = ImageSpec(3, 8, 8), ImageSpec(1, 8, 8)
RGB_COLOUR = (200, 80, 60)


def profile(space: bytes = b"RGB ", gamma: float = 2.2, *, wide: bool = True) -> bytes:
    """Return an ICC profile of matrix and gamma: Adobe's primaries, or those of sRGB."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    adobe = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
    srgb = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(79),
        b"cprt": b"text\0\0\0\0no\0\0",
        b"wtpt": _xyz(0.9642, 1, 0.8249),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = curve
    else:
        for letter, values in zip(b"rgb", adobe if wide else srgb, strict=True):
            tags[bytes([letter]) + b"XYZ"] = _xyz(*values)
            tags[bytes([letter]) + b"TRC"] = curve
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for key, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += key + struct.pack(">II", start + len(body), len(padded))
        body += padded
    head = bytearray(128)
    head[0:4] = struct.pack(">I", start + len(body))
    head[8:12] = b"\2\x40\0\0"
    head[12:24] = b"mntr" + space + b"XYZ "
    head[36:40] = b"acsp"
    head[68:80] = _xyz(0.9642, 1, 0.8249)[8:]
    return bytes(head) + struct.pack(">I", len(tags)) + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(one * 65536)) for one in values)


def saved(path: Path, mode: str, colour: object, **options: object) -> Path:
    Image.new(mode, (8, 8), colour).save(path, **options)
    return path


def read(path: Path, spec: ImageSpec = COLOUR) -> list[int]:
    pixels = read_image(path, spec).flatten(1)
    assert (pixels == pixels[:, :1]).all()
    return pixels[:, 0].tolist()


def state(path: Path) -> str:
    found = examine(path)
    assert isinstance(found, Examined)
    return found.profile


def in_srgb(colour: tuple[int, int, int], icc: bytes) -> list[int]:
    made = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), colour),
        ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile("sRGB"),
    )
    assert made is not None
    return list(made.getpixel((0, 0)))


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
def test_a_wide_profile_becomes_srgb(tmp_path: Path, suffix: str) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    path = saved(tmp_path / f"a.{suffix}", "RGB", RGB_COLOUR, icc_profile=profile(), **options)
    right = in_srgb(RGB_COLOUR, profile())
    assert right != list(RGB_COLOUR)
    assert read(path) == right
    assert state(path) == "converted"


def test_a_profile_of_srgb_changes_no_pixel(tmp_path: Path) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    values = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(values).save(tmp_path / "a.png", icc_profile=icc)
    assert np.array_equal(read_image(tmp_path / "a.png", COLOUR).permute(1, 2, 0), values)
    assert state(tmp_path / "a.png") == "srgb"


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_becomes_that_of_srgb(tmp_path: Path, mode: str) -> None:
    colour = {"L": 100, "LA": (100, 255), "I;16": 25700}[mode]
    path = saved(tmp_path / "a.png", mode, colour, icc_profile=profile(b"GRAY", 1.0))
    # 100/255 of the light, in sRGB
    assert read(path, GREY) == pytest.approx([168], abs=1)
    assert read(path) == read(path, GREY) * 3
    assert state(path) == "converted"


def test_a_colour_profile_of_a_grey_image_counts(tmp_path: Path) -> None:
    icc = profile(gamma=1.0, wide=False)
    path = saved(tmp_path / "a.png", "L", 100, icc_profile=icc)
    assert read(path, GREY) == pytest.approx([168], abs=1)


def test_transparency_is_laid_on_white_after_the_profile(tmp_path: Path) -> None:
    red, green, blue = in_srgb(RGB_COLOUR, profile())
    path = saved(tmp_path / "a.png", "RGBA", (*RGB_COLOUR, 51), icc_profile=profile())
    expected = [0.2 * one + 0.8 * 255 for one in (red, green, blue)]
    assert read(path) == pytest.approx(expected, abs=1)


def test_a_palette_is_in_the_profile_too(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, *RGB_COLOUR])
    image.save(tmp_path / "a.png", icc_profile=profile(), transparency=0)
    assert read(tmp_path / "a.png") == in_srgb(RGB_COLOUR, profile())


@pytest.mark.parametrize(
    "icc", [b"nonsense", profile()[:200], profile(b"GRAY")], ids=["none", "cut", "grey"]
)
def test_a_profile_that_cannot_be_used_is_said(tmp_path: Path, icc: bytes) -> None:
    path = saved(tmp_path / "a.png", "RGB", RGB_COLOUR, icc_profile=icc)
    assert read(path) == list(RGB_COLOUR)
    (one,) = inspect_folder(str(tmp_path)).conversions
    assert one.kind == "a colour profile that is damaged or of another kind of image"
    assert one.becomes == "without the profile, as if it were sRGB"
    (told,) = Folder(path=str(tmp_path), held_out=0).remarks()
    assert told.startswith("1 image has a colour profile that is damaged or of another kind")
    assert told.endswith("left out: a.png")


def test_a_used_profile_is_said(tmp_path: Path) -> None:
    saved(tmp_path / "a.png", "RGB", RGB_COLOUR, icc_profile=profile())
    (one,) = inspect_folder(str(tmp_path)).conversions
    assert (one.kind, one.becomes) == ("a colour profile (ICC)", "converted to sRGB")
    assert Folder(path=str(tmp_path), held_out=0).remarks() == ()


def press_profile() -> bytes:
    """Return an ICC profile of CMYK by table (lut8): paper and black ink count, colours do not."""
    ramp = bytes(range(256))
    corners = (bytes([0 if key else 255, 128, 128]) for _ in range(8) for key in (0, 1))
    matrix = struct.pack(">9i", *(65536, 0, 0, 0, 65536, 0, 0, 0, 65536))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix
    table += ramp * 4 + b"".join(corners) + ramp * 3
    head = bytearray(128)
    head[0:4] = struct.pack(">I", 144 + len(table))
    head[8:12] = b"\2\x40\0\0"
    head[12:24] = b"prtrCMYKLab "
    head[36:40] = b"acsp"
    head[68:80] = _xyz(0.9642, 1, 0.8249)[8:]
    return (
        bytes(head) + struct.pack(">I", 1) + b"A2B0" + struct.pack(">II", 144, len(table)) + table
    )


@pytest.mark.parametrize("suffix", ["tiff", "jpg"])
@pytest.mark.parametrize(
    ("inks", "lightness"), [((0, 255, 255, 0), 100), ((255, 0, 0, 128), 50), ((0, 0, 0, 255), 0)]
)
def test_cmyk_is_what_its_profile_says(
    tmp_path: Path, suffix: str, inks: tuple[int, ...], lightness: int
) -> None:
    path = saved(tmp_path / f"a.{suffix}", "CMYK", inks, icc_profile=press_profile())
    # L* of CIE 1976 as light, then as a level of sRGB
    light = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.3
    level = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    assert read(path) == pytest.approx([255 * level] * 3, abs=2)
    assert state(path) == "converted"


def test_cmyk_with_a_profile_of_rgb_keeps_the_formula(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tiff", "CMYK", (0, 255, 255, 0), icc_profile=profile())
    assert read(path) == [255, 0, 0]
    assert state(path) == "unusable"


def test_lab_becomes_srgb(tmp_path: Path) -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    made = ImageCms.profileToProfile(
        Image.new("RGB", (8, 8), RGB_COLOUR), srgb, lab, outputMode="LAB"
    )
    assert made is not None
    made.save(tmp_path / "a.tiff")
    assert read(tmp_path / "a.tiff") == pytest.approx(list(RGB_COLOUR), abs=2)


def test_a_gamma_that_is_not_applied_is_said(tmp_path: Path) -> None:
    from PIL import PngImagePlugin

    told = PngImagePlugin.PngInfo()
    told.add(b"gAMA", struct.pack(">I", 100000))
    saved(tmp_path / "a.png", "RGB", RGB_COLOUR, pnginfo=told)
    (one,) = inspect_folder(str(tmp_path)).conversions
    assert one.kind == "a gamma that is not that of sRGB (PNG)"


def tiff(path: Path, bits: int, data: bytes, *, photometric: int, signed: bool = False) -> Path:
    """Write a grey TIFF of 8x8 pixels by hand: Pillow writes none of these."""
    start = 8 + len(data)
    tags = [(256, 8), (257, 8), (258, bits), (259, 1), (262, photometric), (273, 8), (277, 1)]
    tags += [(278, 8), (279, len(data)), (339, 2 if signed else 1)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    table = struct.pack("<H", len(tags)) + entries + bytes(4)
    path.write_bytes(b"II*\0" + struct.pack("<I", start) + data + table)
    return path


@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_white_is_what_the_file_says_at_any_depth(
    tmp_path: Path, bits: int, photometric: int
) -> None:
    data = bytes(8 * bits) if bits < 8 else bytes(64 * bits // 8)
    path = tiff(tmp_path / "a.tif", bits, data, photometric=photometric)
    assert read(path, GREY) == [255 if photometric == 0 else 0]


def test_a_grey_that_is_white_at_zero_is_the_same_at_both_depths(tmp_path: Path) -> None:
    deep = tiff(tmp_path / "a.tif", 16, struct.pack("<H", 50 * 257) * 64, photometric=0)
    flat = tiff(tmp_path / "b.tif", 8, bytes([50]) * 64, photometric=0)
    assert read(deep, GREY) == read(flat, GREY) == [205]


def test_twelve_bits_fill_the_range(tmp_path: Path) -> None:
    # two values of 12 bits in three bytes
    path = tiff(tmp_path / "a.tif", 12, b"\xff\xff\xff" * 32, photometric=1)
    assert read(path, GREY) == [255]
    path = tiff(tmp_path / "b.tif", 12, b"\x80\x08\x00" * 32, photometric=1)
    assert read(path, GREY) == [128]


def test_signed_pixels_are_refused(tmp_path: Path) -> None:
    data = struct.pack("<h", 1000) * 64
    path = tiff(tmp_path / "a.tif", 16, data, photometric=1, signed=True)
    with pytest.raises(ZooError, match="signed 16-bit pixels have no known range; save it as"):
        read(path, GREY)


@pytest.mark.parametrize(("value", "said"), [(4095, True), (1023, True), (4096, False)])
def test_twelve_bits_in_sixteen_are_said(tmp_path: Path, value: int, said: bool) -> None:
    saved(tmp_path / "a.png", "I;16", value)
    kinds = [one.kind for one in inspect_folder(str(tmp_path)).conversions]
    assert ("16 bits, of which at most 12 are used" in kinds) == said


@pytest.mark.parametrize(("value", "said"), [(4095, True), (1023, True), (8192, False)])
def test_a_training_says_it_too_once_images_are_read(
    tmp_path: Path, value: int, said: bool
) -> None:
    saved(tmp_path / "a.png", "I;16", value)
    saved(tmp_path / "b.png", "L", 1)
    data = Folder(path=str(tmp_path), held_out=0)
    assert data.remarks() == ()
    data.tables("train")
    assert [text.endswith("is wrong: a.png") for text in data.remarks()] == [True] * said
    on_demand = Folder(path=str(tmp_path), held_out=0, memory_limit=0)
    on_demand.tables("train")
    assert on_demand.remarks() == ()
