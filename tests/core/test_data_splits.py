from __future__ import annotations

import hashlib

import pytest

from zoo_core.data import held_out

NAMES = [f"cats/{number:04}.png" for number in range(1000)]


def chosen(names: list[str], fraction: float) -> set[str]:
    return {name for name, one in zip(names, held_out(names, fraction), strict=True) if one}


def test_about_the_fraction_is_held_out() -> None:
    assert 70 <= len(chosen(NAMES, 0.1)) <= 130


def test_the_hash_of_the_name_decides() -> None:
    number = int.from_bytes(hashlib.sha256(b"cats/0001.png").digest(), "big") / 2**256
    below = held_out(["cats/0001.png", *NAMES[2:]], number - 1e-6)[0]
    above = held_out(["cats/0001.png", *NAMES[2:]], number + 1e-6)[0]
    assert (below, above) == (False, True)


def test_adding_a_file_moves_no_other() -> None:
    before = chosen(NAMES, 0.1)
    after = chosen([*NAMES, *(f"dogs/{number}.png" for number in range(50))], 0.1)
    assert after & set(NAMES) == before


def test_the_order_of_the_files_does_not_matter() -> None:
    assert chosen(NAMES[::-1], 0.1) == chosen(NAMES, 0.1)


def test_a_larger_fraction_only_adds() -> None:
    assert chosen(NAMES, 0.1) < chosen(NAMES, 0.3)


@pytest.mark.parametrize("fraction", [0.0001, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_two_images_are_enough_for_two_splits(count: int, fraction: float) -> None:
    for start in range(40):
        found = held_out(NAMES[start : start + count], fraction)
        assert any(found)
        assert not all(found)


def test_one_image_stays_in_the_training_split() -> None:
    assert [held_out([name], 0.9) for name in NAMES[:20]] == [[False]] * 20


def test_nothing_is_held_out_when_nothing_is_asked_for() -> None:
    assert chosen(NAMES, 0.0) == set()


def test_accents_count_the_same_in_both_normal_forms() -> None:
    for number in range(20):
        composed, decomposed = f"caf\u00e9{number}.png", f"cafe\u0301{number}.png"
        assert held_out([composed, *NAMES], 0.5)[0] == held_out([decomposed, *NAMES], 0.5)[0]


def test_a_name_that_is_not_text_has_a_place_too() -> None:
    assert len(held_out(["a\udcff.png", "b.png"], 0.5)) == 2
