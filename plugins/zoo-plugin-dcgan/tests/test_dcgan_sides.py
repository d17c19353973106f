from __future__ import annotations

import pytest

from zoo_core import ImageSpec, ZooError
from zoo_plugin_dcgan.sides import doubled_sides


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (4, 4, (2, 2, 1)),
        (8, 8, (4, 4, 1)),
        (10, 14, (5, 7, 1)),
        (24, 24, (3, 3, 3)),
        (28, 28, (7, 7, 2)),
        (32, 32, (4, 4, 3)),
        (64, 48, (4, 3, 4)),
        (4096, 2048, (4, 2, 10)),
    ],
)
def test_the_base_is_as_near_to_four_as_the_size_allows(
    height: int, width: int, expected: tuple[int, int, int]
) -> None:
    assert doubled_sides(ImageSpec(1, height, width), owner="it") == expected


@pytest.mark.parametrize(
    ("height", "width", "near"),
    [
        (36, 36, "`--size 32` or `--size 40`"),
        (1, 1, "`--size 4` or `--size 6`"),
        (48, 36, "`--size 48x32` or `--size 48x40`"),
        (64, 16, "`--size 48x16` or `--size 56x16`"),
    ],
)
def test_another_size_is_refused_with_the_nearest_that_fit(
    height: int, width: int, near: str
) -> None:
    with pytest.raises(ZooError) as caught:
        doubled_sides(ImageSpec(1, height, width), owner="generator 'dcgan'")
    assert caught.value.message == f"generator 'dcgan' cannot do images of {height}x{width} pixels"
    assert caught.value.hint == (
        "both sides must be a base of 2 to 7 pixels, doubled equally often, "
        f"such as the nearest, {near}"
    )
