from __future__ import annotations

import pytest

from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec, parse_size


def failure(text: str) -> ZooError:
    with pytest.raises(ZooError) as caught:
        parse_size(text)
    return caught.value


def test_an_image_knows_its_shape_and_its_number_of_values() -> None:
    image = ImageSpec(3, 4, 5)
    assert (image.shape, image.numel, str(image)) == ((3, 4, 5), 60, "3x4x5")


def test_channels_can_be_replaced() -> None:
    assert ImageSpec(3, 4, 5).with_channels(1) == ImageSpec(1, 4, 5)


@pytest.mark.parametrize("channels", [0, -1, 65])
def test_a_number_of_channels_out_of_range_is_refused(channels: int) -> None:
    with pytest.raises(ZooError) as caught:
        ImageSpec(channels, 4, 4)
    assert caught.value.message == f"an image cannot have {channels} channels"
    assert caught.value.hint == "between 1 and 64 is possible"


@pytest.mark.parametrize("sides", [(0, 4), (4, 4097)])
def test_a_side_out_of_range_is_refused(sides: tuple[int, int]) -> None:
    wrong = next(side for side in sides if side != 4)
    with pytest.raises(ZooError) as caught:
        ImageSpec(1, *sides)
    assert caught.value.message == f"an image side of {wrong} pixels is out of range"
    assert caught.value.hint == "between 1 and 4096 pixels is possible, such as `--size 32`"


@pytest.mark.parametrize(
    ("text", "size"), [("32", (32, 32)), ("64x48", (64, 48)), (" 64 X 48 ", (64, 48))]
)
def test_a_size_is_one_side_or_height_by_width(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "big", "32x", "32x32x3", "-32", "3.5", "9" * 400])
def test_another_form_is_refused(text: str) -> None:
    error = failure(text)
    assert error.message == f"no image size can be read from {text!r}"
    assert error.hint == (
        "one side in pixels or height x width, such as `--size 32` or `--size 64x48`"
    )


def test_a_readable_size_out_of_range_is_refused() -> None:
    assert failure("0x8").message == "an image side of 0 pixels is out of range"
