"""Photos of any size through a translator: padded, cropped, scaled, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from zoo_core import Composition, Registry, ZooError, compose
from zoo_core.data import Unreadable
from zoo_core.weights.photos import MAX_PIXELS, TooLarge, Translated, Translator, mirrored
from zoo_core.weights.pretrained import Pretrained

PARTS = Path(__file__).resolve().parents[1] / "cli" / "translating_parts.py"


@pytest.fixture(scope="module")
def toys() -> Registry:
    return Registry.from_installed(files=[PARTS])


def untrained(toys: Registry, tmp_path: Path, generator: str, *, mode: str = "RGB", size: str = ""):
    """Return a game of a copying and an inverting generator, built for 16x12 images."""
    for side in "ab":
        (tmp_path / side).mkdir(exist_ok=True)
        Image.new(mode, (12, 16)).save(tmp_path / side / "1.png")
    data = f"unpaired:{tmp_path / 'a'},{tmp_path / 'b'}"
    run = {"batch": 1, "size": size or "16x12"}
    composition: Composition = compose(
        {"generator": generator, "data": data}, {"run": run}, registry=toys, recipe="none"
    )
    return Pretrained(composition, composition.build(), torch.device("cpu"))


def photo(tmp_path: Path, height: int, width: int, mode: str = "RGB") -> tuple[Path, np.ndarray]:
    """Write noise and return it."""
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    values = np.random.default_rng(height * 1000 + width).integers(0, 256, shape, dtype=np.uint8)
    path = tmp_path / f"{mode}-{height}x{width}.png"
    Image.fromarray(values).save(path)
    return path, values


def translated(translator: Translator, path: Path) -> np.ndarray:
    found = translator(path)
    assert isinstance(found, Translated), found
    return np.asarray(found.picture)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (3, 2), (16, 12), (33, 47), (64, 61), (5, 128)])
def test_a_copy_has_every_pixel_at_its_place(toys, tmp_path, size) -> None:
    translator = Translator(untrained(toys, tmp_path, "copy"))
    path, values = photo(tmp_path, *size)
    assert np.array_equal(translated(translator, path), values)


def test_the_other_direction_is_another_net(toys, tmp_path) -> None:
    trained = untrained(toys, tmp_path, "copy")
    path, values = photo(tmp_path, 21, 10)
    assert np.array_equal(translated(Translator(trained, direction="ba"), path), 255 - values)
    assert Translator(trained).direction == "ab"
    with pytest.raises(ZooError, match=r"no direction 'b' in this game\nHint: one of: ab, ba"):
        Translator(trained, direction="b")


def test_a_net_that_makes_larger_images_gives_the_photo_s_size_too(toys, tmp_path) -> None:
    trained = untrained(toys, tmp_path, "copy")
    trained.game.nets()["generator.ab"].factor = 2
    path = tmp_path / "steps.png"
    steps = np.zeros((26, 30, 3), dtype=np.uint8)
    steps[:, 10:] = 120
    steps[13:, 10:] = 250
    Image.fromarray(steps).save(path)
    result = translated(Translator(trained), path)
    assert result.shape == steps.shape
    assert (np.abs(result.astype(int) - steps) <= 3).mean() > 0.8
    assert (result[:11, 12:] == 120).all()


def test_a_lack_of_memory_on_a_cpu_is_known_by_its_text(toys, tmp_path) -> None:
    trained = untrained(toys, tmp_path, "copy")
    net = trained.game.nets()["generator.ab"]
    path, _ = photo(tmp_path, 40, 12)
    # more than any machine has
    net.factor = 2**23
    assert isinstance(Translator(trained)(path), TooLarge)


def test_any_other_failure_of_a_net_is_not_hidden(toys, tmp_path) -> None:
    trained = untrained(toys, tmp_path, "copy")
    trained.game.nets()["generator.ab"].sign = torch.ones(5)
    path, _ = photo(tmp_path, 16, 12)
    with pytest.raises(RuntimeError, match="must match"):
        Translator(trained)(path)


def test_a_generator_of_one_size_gets_it_and_the_photo_its_own_back(toys, tmp_path) -> None:
    translator = Translator(untrained(toys, tmp_path, "fixed"))
    path = tmp_path / "ramp.png"
    ramp = np.linspace(0, 255, 60, dtype=np.uint8)[None, :, None].repeat(45, 0).repeat(3, 2)
    Image.fromarray(ramp).save(path)
    result = translated(translator, path)
    assert result.shape == (45, 60, 3)
    # what is smooth survives 12 pixels
    assert np.abs(result.astype(int) - ramp.astype(int)).max() <= 12
    path, values = photo(tmp_path, 16, 12)
    assert np.array_equal(translated(translator, path), values)


def test_the_short_side_can_be_chosen(toys, tmp_path) -> None:
    translator = Translator(untrained(toys, tmp_path, "copy"), short_side=20)
    flat = tmp_path / "flat.png"
    Image.new("RGB", (90, 61), (9, 99, 199)).save(flat)
    assert (translated(translator, flat) == (9, 99, 199)).all()
    assert translated(translator, flat).shape == (61, 90, 3)
    path, values = photo(tmp_path, 40, 60)
    smoothed = translated(translator, path)
    assert smoothed.astype(float).std() < values.astype(float).std() * 0.8
    tiny, values = photo(tmp_path, 3, 4)
    assert translated(translator, tiny).shape == (3, 4, 3)


def test_a_size_for_a_generator_of_one_size_is_refused(toys, tmp_path) -> None:
    with pytest.raises(ZooError) as caught:
        Translator(untrained(toys, tmp_path, "fixed"), short_side=20)
    assert caught.value.message == (
        "this generator takes only 16x12, so no other size can be chosen"
    )
    assert caught.value.hint == "leave `short_side` out: photos are scaled to it and back"


def test_a_photo_beyond_the_limit_is_refused_before_it_is_decoded(toys, tmp_path) -> None:
    trained = untrained(toys, tmp_path, "copy")
    path, values = photo(tmp_path, 40, 50)
    found = Translator(trained, max_pixels=1999)(path)
    assert found == TooLarge(path, "40x50 is more than 1,999 pixels")
    assert np.array_equal(translated(Translator(trained, max_pixels=2000), path), values)
    assert isinstance(Translator(trained, max_pixels=1999, short_side=20)(path), Translated)
    path.write_bytes(path.read_bytes()[:60])
    assert isinstance(Translator(trained, max_pixels=1999)(path), TooLarge)
    assert MAX_PIXELS >= 1920 * 1080


def test_the_limit_is_of_the_pixels_that_are_worked_on(toys, tmp_path) -> None:
    path, _ = photo(tmp_path, 4, 400)
    found = Translator(untrained(toys, tmp_path, "copy"), short_side=200)(path)
    assert found == TooLarge(path, "200x20000 is more than 2,097,152 pixels")
    fixed = Translator(untrained(toys, tmp_path, "fixed"), max_pixels=200)
    assert isinstance(fixed(path), Translated)


def test_a_lack_of_memory_is_a_reason(toys, tmp_path) -> None:
    translator = Translator(untrained(toys, tmp_path, "hungry"))
    small, values = photo(tmp_path, 16, 12)
    large, _ = photo(tmp_path, 40, 12)
    assert np.array_equal(translated(translator, small), values)
    assert translator(large) == TooLarge(large, "40x12 pixels need more memory than there is")


def test_a_file_that_is_no_image_is_a_reason(toys, tmp_path) -> None:
    translator = Translator(untrained(toys, tmp_path, "copy"))
    path = tmp_path / "x.jpg"
    path.write_bytes(b"no image")
    assert translator(path) == Unreadable(path, "not an image that Pillow can read")
    found = translator(tmp_path / "gone.jpg")
    assert found == Unreadable(tmp_path / "gone.jpg", "no such file or directory")


def test_grey_in_is_grey_out_and_colour_is_noticed(toys, tmp_path) -> None:
    translator = Translator(untrained(toys, tmp_path, "copy", mode="L"))
    path, values = photo(tmp_path, 9, 7, "L")
    assert np.array_equal(translated(translator, path), values)
    path, _ = photo(tmp_path, 9, 7)
    found = translator(path)
    assert isinstance(found, Translated)
    assert (found.picture.mode, found.colour) == ("L", True)
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(found.picture), np.asarray(image.convert("L")))


def test_a_grey_photo_is_colour_to_a_generator_of_three_channels(toys, tmp_path) -> None:
    path, values = photo(tmp_path, 9, 7, "L")
    found = Translator(untrained(toys, tmp_path, "copy"))(path)
    assert isinstance(found, Translated)
    assert not found.colour
    assert np.array_equal(np.asarray(found.picture), np.stack([values] * 3, axis=-1))


def test_a_game_that_draws_from_latents_translates_nothing(toys) -> None:
    run = {"batch": 2, "size": "8"}
    composition = compose({"generator": "vanilla"}, {"run": run}, registry=toys, recipe="none")
    trained = Pretrained(composition, composition.build(), torch.device("cpu"))
    with pytest.raises(ZooError, match="draws images from latents") as caught:
        Translator(trained)
    assert "`zoo sample" in caught.value.hint


def test_mirroring_goes_back_and_forth() -> None:
    row = torch.tensor([[[[1, 2, 3]]]])
    assert mirrored(row, (1, 3)).flatten().tolist() == [1, 2, 3]
    assert mirrored(row, (1, 4)).flatten().tolist() == [1, 2, 3, 2]
    assert mirrored(row, (1, 5)).flatten().tolist() == [2, 1, 2, 3, 2]
    assert mirrored(row, (1, 11)).flatten().tolist() == [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3]
    assert mirrored(row[..., :1], (3, 2)).tolist() == [[[[1, 1]] * 3]]


def test_mirroring_is_what_torch_does_where_torch_can() -> None:
    images = torch.rand(2, 3, 9, 8)
    expected = torch.nn.functional.pad(images, (2, 2, 3, 4), mode="reflect")
    assert torch.equal(mirrored(images, (16, 12)), expected)
