from __future__ import annotations

from typing import Any

import pytest

from zoo_core.data.checking.advice import Facts, advise, fitting_side, is_doubled
from zoo_core.data.checking.spreads import sizes_of


def facts(*sides: tuple[int, int], **others: Any) -> Facts:
    return Facts(sizes=sizes_of(sides), **{"train": 1000, "images": len(sides), **others})


@pytest.mark.parametrize(
    ("limit", "side"), [(500, 64), (63, 56), (50, 48), (33, 32), (28, 28), (9, 8), (3, 4)]
)
def test_the_side_is_a_base_doubled_and_enlarges_little(limit: float, side: int) -> None:
    assert fitting_side(limit) == side


def test_doubling_reaches_a_base_of_two_to_seven() -> None:
    assert is_doubled(28, 28)
    assert is_doubled(48, 64)
    assert not is_doubled(33, 33)
    assert not is_doubled(16, 128)
    assert not is_doubled(7, 7)


def test_a_size_that_fits_needs_no_option() -> None:
    assert [one.option for one in advise(facts((28, 28)))] == ["--batch 64"]
    assert [one.option for one in advise(facts((30, 30)))] == ["--size 28", "--batch 64"]
    assert advise(facts((500, 400), (90, 100)))[0].option == "--size 64"


def test_a_size_that_is_asked_for_is_kept_where_a_dcgan_can_do_it() -> None:
    assert advise(facts((500, 500), asked=(128, 128)))[0].option == "--size 128"
    other = advise(facts((500, 500), asked=(100, 100)))[0]
    assert other.option == "--size 64"
    assert other.reason.startswith("a dcgan cannot do 100; ")


@pytest.mark.parametrize(
    ("train", "batch"), [(10000, 64), (128, 64), (127, 32), (9, 4), (2, 1), (1, 1)]
)
def test_the_batch_is_at_most_half_of_the_training_images(train: int, batch: int) -> None:
    assert advise(facts((32, 32), train=train))[-1].option == f"--batch {batch}"


def test_channels_are_advised_where_grey_and_colour_meet() -> None:
    def channels(**others: Any) -> list[str]:
        found = advise(facts((32, 32), **{"images": 10, **others}))
        return [one.option for one in found if "channels" in one.option]

    assert channels(grey=3) == ["-o data.channels=3"]
    assert channels(grey=10) == channels(grey=0) == channels(grey=3, channels="1") == []
    assert channels(grey=3, colourless=7) == ["-o data.channels=1"]
