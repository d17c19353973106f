from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from zoo_cli.commands import translate
from zoo_cli.main import zoo as group
from zoo_core.weights import photos as translating

PARTS = Path(__file__).with_name("translating_parts.py")


def photo(path: Path, *, size: tuple[int, int] = (20, 30), mode: str = "RGB", **how) -> None:
    """Write a photo of (height, width)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(values).convert(mode).save(path, **how)


def mixed_photos(folder: Path) -> dict[str, tuple[int, int]]:
    """Write photos of every kind; return the output's name and (height, width) of each."""
    photo(folder / "colour.jpg", size=(41, 60))
    photo(folder / "grey.png", size=(33, 17), mode="L")
    photo(folder / "see-through.png", size=(16, 16), mode="RGBA")
    photo(folder / "palette.gif", size=(19, 23), mode="P")
    photo(folder / "one-bit.bmp", size=(5, 64), mode="1")
    photo(folder / "print.jpg", size=(30, 31), mode="CMYK")
    photo(folder / "deep" / "down.webp", size=(64, 48))
    photo(folder / "pixel.png", size=(1, 1))
    photo(folder / "line.png", size=(1, 90))
    deep = np.linspace(0, 65535, 14 * 15).reshape(14, 15).astype(np.uint16)
    Image.fromarray(deep).save(folder / "sixteen.tif")
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(folder / "turned.jpg", size=(20, 50), exif=exif)
    frames = [Image.new("P", (8, 9), colour) for colour in (1, 2)]
    frames[0].save(folder / "film.gif", save_all=True, append_images=frames[1:])
    return {
        "colour.png": (41, 60),
        "grey.png": (33, 17),
        "see-through.png": (16, 16),
        "palette.png": (19, 23),
        "one-bit.png": (5, 64),
        "print.png": (30, 31),
        "deep/down.png": (64, 48),
        "pixel.png": (1, 1),
        "line.png": (1, 90),
        "sixteen.png": (14, 15),
        "turned.png": (50, 20),
        "film.png": (9, 8),
    }


def damaged_photos(folder: Path) -> list[str]:
    """Write files that are named like photos and cannot be read."""
    whole = io.BytesIO()
    values = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(values).save(whole, "JPEG")
    (folder / "cut.jpg").write_bytes(whole.getvalue()[:1500])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_bytes(b"no image")
    Image.fromarray(np.ones((4, 4), dtype=np.float32)).save(folder / "float.tif")
    return ["cut.jpg", "empty.png", "float.tif", "text.jpg"]


def written(folder: Path) -> dict[str, tuple[int, int]]:
    """Return name and (height, width) of every file of a folder."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            with Image.open(path) as image:
                assert image.format == "PNG"
                found[path.relative_to(folder).as_posix()] = (image.height, image.width)
    return found


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that gives a run of toys; tests must not change it."""
    top = tmp_path_factory.mktemp("translators")

    @cache
    def trained(generator: str = "copy", mode: str = "RGB") -> Path:
        place = top / f"{generator}-{mode}"
        for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
            photo(place / name, size=(16, 12), mode=mode)
        data = f"unpaired:{place / 'a'},{place / 'b'}"
        result = CliRunner().invoke(
            group,
            f"train --gen {generator} --plugin {PARTS} --data {data} --steps 1 --batch 1 "
            f"--run {place / 'run'}".split(),
        )
        assert result.exit_code == 0, result.stderr
        return place / "run"

    return trained


def test_photos_of_all_kinds_come_out_at_their_size(zoo, run, home):
    expected = mixed_photos(home / "photos")
    result = zoo("translate", run(), "photos", "--out", "out/")
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "12 pictures in out/\n"
    assert written(home / "out") == expected
    with Image.open(home / "photos" / "grey.png") as given, Image.open("out/grey.png") as made:
        assert np.array_equal(np.asarray(given.convert("RGB")), np.asarray(made))
    with Image.open(home / "photos" / "turned.jpg") as given, Image.open("out/turned.png") as made:
        upright = given.transpose(Image.Transpose.ROTATE_270)
        assert np.array_equal(np.asarray(upright), np.asarray(made))


def test_what_cannot_be_read_is_named_and_the_rest_is_written(zoo, run, home):
    expected = mixed_photos(home / "photos")
    bad = damaged_photos(home / "photos")
    result = zoo("translate", run(), "photos", "--out", "out")
    assert result.exit_code == 1
    assert result.stdout == "12 pictures in out\n"
    assert written(home / "out") == expected
    warnings = [line for line in result.stderr.splitlines() if line.startswith("Warning: ")]
    assert [line.split(": ")[1] for line in warnings] == [f"photos/{name}" for name in bad]
    assert (
        "Error: 4 of 16 photos were not translated: 'photos/cut.jpg' (truncated), "
        "'photos/empty.png' (an empty file), 'photos/float.tif' (floating point pixels have no "
        "known range; save it with 8 or 16 bits) and 1 more\n"
        "Hint: repair or replace what cannot be read; the others are written\n"
    ) in result.stderr


def test_a_generator_of_one_size_is_said(zoo, run, home):
    photo(home / "a.jpg", size=(40, 30))
    result = zoo("translate", run("fixed"), "a.jpg", "--out", "out")
    assert result.exit_code == 0
    assert "this generator takes only 16x12: every photo is scaled to it and back" in result.stderr
    assert written(home / "out") == {"a.png": (40, 30)}
    refused = zoo("translate", run("fixed"), "a.jpg", "--out", "more", "--size", "8")
    assert refused.stderr.startswith("Error: this generator takes only 16x12, so no other size")


def test_directions_are_said_and_chosen(zoo, run, home):
    photo(home / "a.png")
    result = zoo("translate", run(), "a.png", "--out", "there")
    assert "direction ab; also here: ba" in result.stderr
    assert zoo("translate", run(), "a.png", "--out", "back", "--direction", "ba").exit_code == 0
    with Image.open("there/a.png") as there, Image.open("back/a.png") as back:
        assert np.array_equal(255 - np.asarray(there), np.asarray(back))
    result = zoo("translate", run(), "a.png", "--out", "no", "--direction", "up")
    assert result.stderr == "Error: no direction 'up' in this game\nHint: one of: ab, ba\n"
    assert not (home / "no").exists()


def test_colour_becomes_grey_for_a_grey_generator_and_it_is_said_once(zoo, run, home):
    photo(home / "photos" / "a.jpg")
    photo(home / "photos" / "b.jpg")
    result = zoo("translate", run(mode="L"), "photos", "--out", "out")
    assert result.stderr.count("colour photos were translated as grey") == 1
    with Image.open("out/a.png") as made:
        assert made.mode == "L"
    photo(home / "grey.png", mode="L")
    assert "colour" not in zoo("translate", run(mode="L"), "grey.png", "--out", "more").stderr


def test_photos_that_are_too_large_have_a_way_out(zoo, run, home):
    photo(home / "photos" / "large.png", size=(50, 60))
    photo(home / "photos" / "small.png", size=(20, 20))
    command = ("translate", run(), "photos", "--max-pixels", "1000")
    result = zoo(*command, "--out", "out")
    assert result.exit_code == 1
    assert written(home / "out") == {"small.png": (20, 20)}
    assert result.stderr.endswith(
        "Error: 1 of 2 photos were not translated: 'photos/large.png' (50x60 is more than 1,000 "
        "pixels)\nHint: `--size 512` works on fewer pixels and scales back, `--max-pixels` allows "
        "more; the others are written\n"
    )
    assert zoo(*command, "--out", "all", "--size", "20").exit_code == 0
    assert written(home / "all") == {"large.png": (50, 60), "small.png": (20, 20)}


def test_json_has_a_record_for_each(zoo, run, home):
    photo(home / "photos" / "a.jpg")
    (home / "photos" / "b.jpg").write_bytes(b"no image")
    result = zoo("translate", run(), "photos", "--out", "out", "--json", "--quiet")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {"input": "photos/a.jpg", "output": "out/a.png", "size": [20, 30]},
        {
            "input": "photos/b.jpg",
            "output": None,
            "size": None,
            "reason": "not an image that Pillow can read",
        },
    ]


def test_names_that_clash_keep_their_ending(zoo, run, home):
    for name in ("p/a.jpg", "p/a.png", "p/b/a.png", "p/c.jpg"):
        photo(home / name)
    assert zoo("translate", run(), "p", "p/c.jpg", "--out", "out").exit_code == 0
    assert sorted(written(home / "out")) == ["a.jpg.png", "a.png.png", "b/a.png", "c.png"]


def test_photos_that_would_become_one_file_are_refused(zoo, home):
    photo(home / "p" / "a.jpg")
    photo(home / "q" / "a.jpg")
    result = zoo("translate", "run", "p", "q", "--out", "out")
    assert result.stderr == (
        "Error: 'p/a.jpg' and 'q/a.jpg' would both become 'out/a.jpg.png'\n"
        "Hint: translate them one after the other, each with an `--out` of its own\n"
    )
    assert not (home / "out").exists()


def test_translations_that_exist_stay_unless_asked(zoo, run, home):
    photo(home / "p" / "a.png")
    photo(home / "p" / "b.png")
    (home / "out").mkdir()
    (home / "out" / "b.png").write_bytes(b"mine")
    result = zoo("translate", run(), "p", "--out", "out")
    assert result.stderr == (
        "Error: 1 of 2 translations exist in 'out', such as 'out/b.png'\n"
        "Hint: `--overwrite` replaces them, or `--out` takes another folder\n"
    )
    assert [path.name for path in (home / "out").iterdir()] == ["b.png"]
    assert (home / "out" / "b.png").read_bytes() == b"mine"
    assert zoo("translate", run(), "p", "--out", "out", "--overwrite").exit_code == 0
    assert written(home / "out") == {"a.png": (20, 30), "b.png": (20, 30)}


def test_translations_never_replace_or_follow_photos(zoo, run, home):
    photo(home / "p" / "a.png")
    among = zoo("translate", "run", "p", "--out", "p/", "--overwrite")
    assert among.stderr == (
        "Error: the translations would lie among the photos of 'p'\n"
        "Hint: `--out` takes another folder\n"
    )
    over = zoo("translate", "run", "p/a.png", "--out", "p", "--overwrite")
    assert over.stderr.startswith(
        "Error: the translation of 'p/a.png' would replace the photo 'p/a.png'\n"
    )
    command = ("translate", run(), "p", "--out", "p/out", "--overwrite")
    assert zoo(*command).stdout == "1 picture in p/out\n"
    again = zoo(*command)
    assert again.stdout == "1 picture in p/out\n"
    assert "what lies in p/out is not read: it holds translations" in again.stderr


def test_other_files_of_a_folder_are_counted(zoo, run, home):
    photo(home / "p" / "a.png")
    (home / "p" / "notes.txt").write_text("x")
    result = zoo("translate", run(), "p", "--out", "out")
    assert "1 other file (1 .txt) in p not read" in result.stderr


def test_a_photo_that_is_not_there_is_named_with_its_neighbour(zoo, home):
    photo(home / "photo.jpg")
    result = zoo("translate", "run", "photos.jpg", "--out", "out")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: there is no photo or folder 'photos.jpg'\n"
        "Hint: did you mean 'photo.jpg'? a path is relative to where the command runs\n"
    )


def test_a_file_in_place_of_the_folder_is_refused(zoo, home):
    photo(home / "a.png")
    assert zoo("translate", "run", "a.png", "--out", "a.png").stderr == (
        "Error: 'a.png' is a file, not a folder\nHint: `--out` takes a folder\n"
    )


def test_a_run_that_draws_from_latents_points_to_sampling(zoo, trained, home):
    photo(home / "a.png")
    result = zoo("translate", trained, "a.png", "--out", "out")
    assert result.exit_code == 1
    assert "draws images from latents and translates none" in result.stderr
    assert "`zoo sample" in result.stderr
    assert not (home / "out").exists()


def test_the_limit_that_is_shown_is_the_library_s(zoo):
    assert translate.MAX_PIXELS == translating.MAX_PIXELS


def test_images_and_a_folder_are_needed(zoo):
    assert zoo("translate", "run", "--out", "out").exit_code == 2
    assert zoo("translate", "run", "a.png").exit_code == 2
