"""A few of the ways in which `benchmarks/fuzzing.py` spoils bundles by the thousand."""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

import pytest

from zoo_core import Registry, ZooError
from zoo_core.weights.bundle.bundle import read_bundle
from zoo_core.weights.bundle.game import open_bundle
from zoo_core.weights.bundle.untrusted import canonical

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.shared.mutating import WAYS, Way, sign

CASES = 40


def meaning(folder: Path) -> bytes:
    config = read_bundle(folder).config.to_json()
    return canonical({key: value for key, value in config.items() if key != "digest"})


@pytest.mark.parametrize("way", WAYS, ids=lambda way: str(way.name).replace(" ", "-"))
def test_a_spoiled_bundle_is_refused_in_two_lines_or_says_the_same(
    way: Way, whole: Path, tmp_path: Path, registry: Registry
) -> None:
    expected, refused = meaning(whole), 0
    for number in range(CASES):
        rng = random.Random(f"{number} {way.name}")
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        way.spoil(folder, rng)
        if way.signed:
            sign(folder)
        try:
            open_bundle(read_bundle(folder), registry)
        except ZooError as error:
            refused += 1
            lines = str(error).split("\n")
            assert len(lines) == 2, number
            assert all(line.isprintable() for line in lines), number
        else:
            assert way.signed or meaning(folder) == expected, number
    assert refused > CASES // 5
